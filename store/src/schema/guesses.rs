//! The tables of recent wrong guesses.

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
