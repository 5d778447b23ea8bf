//! The tables of the audit log.

diesel::table! {
    audit_log (number) {
        number -> BigInt,
        done_at -> BigInt,
        account -> Nullable<Binary>,
        device -> Nullable<Binary>,
        act -> Text,
        subject -> Nullable<Binary>,
        area -> Nullable<Text>,
        detail -> Text,
        states -> Text,
        chain -> Nullable<Binary>,
    }
}

diesel::table! {
    audit_head (only_row) {
        only_row -> Bool,
        last -> BigInt,
        chain -> Nullable<Binary>,
        watched -> Text,
    }
}
