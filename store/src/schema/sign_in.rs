//! The tables of what a sign-in asks beside the password.

use super::account;

diesel::table! {
    one_time_password (account) {
        account -> Binary,
        expires_at -> BigInt,
    }
}

diesel::joinable!(one_time_password -> account (account));
