//! The tables of what was guessed wrong of late.

diesel::table! {
    sign_in_failure (name) {
        name -> Binary,
        failures -> Integer,
        since -> BigInt,
    }
}

diesel::table! {
    signature_failure (sent_by, signer) {
        sent_by -> Binary,
        signer -> Binary,
        failures -> Integer,
        since -> BigInt,
    }
}
