//! The tables of the shelf of forms.

diesel::table! {
    form_version (form, version) {
        form -> Text,
        version -> BigInt,
        text -> Text,
        hash -> Binary,
        published_at -> BigInt,
        published_by -> Binary,
    }
}

diesel::table! {
    form_retirement (form, version) {
        form -> Text,
        version -> BigInt,
        last_day -> Text,
    }
}

diesel::table! {
    form_shelf (only_row) {
        only_row -> Bool,
        generation -> BigInt,
    }
}
