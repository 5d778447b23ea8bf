//! The tables of credentials besides the password.

use super::account;

diesel::table! {
    one_time_password (account) {
        account -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    second_factor (account) {
        account -> Binary,
        enrolled_at -> BigInt,
        is_confirmed -> Bool,
        key_id -> Integer,
        secret -> Binary,
        last_step -> BigInt,
        recovery_codes -> Text,
    }
}

diesel::joinable!(one_time_password -> account (account));
diesel::joinable!(second_factor -> account (account));
