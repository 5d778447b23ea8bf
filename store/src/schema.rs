//! The tables, one description for both databases: names and sealed values are bytes, instants and
//! counters 64-bit integers, days texts, flags booleans (0 and 1 on SQLite). `read_models` has
//! those of the read models.

#![allow(unreachable_pub, reason = "diesel's macro makes everything pub")]
#![allow(missing_docs, reason = "the migrations say what the columns are")]

pub use audit::{audit_head, audit_log};
pub use forms::{form_retirement, form_shelf, form_version};
pub use guesses::{sign_in_failure, signature_failure};
pub use sign_in::{one_time_password, second_factor};

mod audit;
mod forms;
mod guesses;
mod sign_in;

diesel::table! {
    late_work (account) {
        account -> Binary,
        edits -> BigInt,
        bytes -> BigInt,
    }
}

diesel::table! {
    server (only_row) {
        only_row -> Bool,
        epoch -> Binary,
        probes -> BigInt,
    }
}

diesel::table! {
    stream (id) {
        id -> Binary,
        kind -> Text,
        head -> BigInt,
        count -> BigInt,
        digest -> Binary,
    }
}

diesel::table! {
    root (id) {
        id -> Binary,
    }
}

diesel::table! {
    record (id) {
        id -> Binary,
        kind -> Text,
        root -> Binary,
        stream -> Binary,
        seq -> BigInt,
        rev_number -> BigInt,
        rev_hash -> Binary,
        deleted -> Bool,
        changed_at -> BigInt,
        key_id -> Integer,
        open_conflicts -> Integer,
        wire -> Binary,
        removed_rows -> Nullable<Binary>,
        status -> Nullable<Text>,
        status_since -> BigInt,
        conflict_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    departure (stream, seq) {
        stream -> Binary,
        seq -> BigInt,
        record -> Binary,
    }
}

diesel::table! {
    carried (record, rev_number) {
        record -> Binary,
        rev_number -> BigInt,
        rev_hash -> Binary,
        device -> Binary,
        device_seq -> BigInt,
    }
}

diesel::table! {
    signing_key (account) {
        account -> Binary,
        key_id -> Integer,
        key -> Binary,
        set_at -> BigInt,
    }
}

diesel::table! {
    journal (device, device_seq) {
        device -> Binary,
        device_seq -> BigInt,
        account -> Binary,
        received_at -> BigInt,
        op -> Nullable<Text>,
        record -> Nullable<Binary>,
        root -> Nullable<Binary>,
        kind -> Nullable<Text>,
        stream -> Nullable<Binary>,
        group_id -> Nullable<Binary>,
        decides_device -> Nullable<Binary>,
        decides_seq -> Nullable<BigInt>,
        made_at -> Nullable<Binary>,
        verdict -> Text,
        rev_number -> Nullable<BigInt>,
        rev_hash -> Nullable<Binary>,
        outcome -> Text,
        answer -> Nullable<Binary>,
        answer_hash -> Nullable<Binary>,
        effect_is_payload -> Bool,
        key_id -> Integer,
        effect -> Nullable<Binary>,
        payload -> Nullable<Binary>,
        salt -> Nullable<Binary>,
        payload_hash -> Binary,
        chain -> Binary,
    }
}

diesel::table! {
    erasure (device, device_seq) {
        device -> Binary,
        device_seq -> BigInt,
        erased_at -> BigInt,
        key_id -> Integer,
        reason -> Binary,
    }
}

diesel::table! {
    account (id) {
        id -> Binary,
        login -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        active -> Bool,
        staff_no -> Nullable<Text>,
        made_in -> Text,
    }
}

diesel::table! {
    office (id) {
        id -> Binary,
        account -> Binary,
        role -> Text,
        area -> Text,
        first_day -> Text,
        last_day -> Nullable<Text>,
    }
}

diesel::table! {
    provider (id) {
        id -> Binary,
        name -> Text,
        uscc -> Nullable<Text>,
    }
}

diesel::table! {
    provider_ban (id) {
        id -> Binary,
        provider -> Binary,
        first_day -> Text,
        last_day -> Text,
        reason -> Text,
        area -> Text,
    }
}

diesel::table! {
    contract (id) {
        id -> Binary,
        provider -> Binary,
        purchaser_area -> Text,
        first_day -> Text,
        last_day -> Text,
        over_one_year_reason -> Nullable<Text>,
    }
}

diesel::table! {
    caseload (id) {
        id -> Binary,
        contract -> Binary,
        area -> Text,
        name -> Text,
    }
}

diesel::table! {
    membership (id) {
        id -> Binary,
        account -> Binary,
        caseload -> Binary,
        first_day -> Text,
        last_day -> Nullable<Text>,
    }
}

diesel::table! {
    device (id) {
        id -> Binary,
        account -> Binary,
        key_id -> Nullable<Integer>,
        name -> Nullable<Binary>,
        last_seq -> BigInt,
        chain -> Binary,
        safe_seq -> BigInt,
        enrolled_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        reported_lost_at -> Nullable<BigInt>,
        is_desk -> Bool,
    }
}

diesel::table! {
    device_continues (device, earlier) {
        device -> Binary,
        earlier -> Binary,
        through -> BigInt,
    }
}

diesel::table! {
    refresh_token (hash) {
        hash -> Binary,
        device -> Binary,
        family -> Binary,
        issued_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_key (name) {
        name -> Binary,
        account -> Binary,
        request_hash -> Binary,
        status -> Nullable<Integer>,
        key_id -> Nullable<Integer>,
        response -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    job_lease (job) {
        job -> Text,
        holder -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    job_run (job, due_at) {
        job -> Text,
        due_at -> BigInt,
        holder -> Binary,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        outcome -> Text,
        told -> Text,
    }
}

diesel::table! {
    grant_end (kind, id, last_day) {
        kind -> Text,
        id -> Binary,
        last_day -> Text,
        noted_at -> BigInt,
    }
}

diesel::table! {
    membership_entry (membership) {
        membership -> Binary,
        education -> Nullable<Text>,
        title -> Nullable<Text>,
        exception_reason -> Nullable<Text>,
    }
}

diesel::joinable!(membership_entry -> membership (membership));
diesel::joinable!(audit_log -> account (account));
diesel::joinable!(membership -> caseload (caseload));
diesel::joinable!(caseload -> contract (contract));
diesel::joinable!(provider_ban -> provider (provider));
diesel::joinable!(office -> account (account));
diesel::joinable!(device -> account (account));
diesel::allow_tables_to_appear_in_same_query!(journal, account);
diesel::allow_tables_to_appear_in_same_query!(journal, erasure);
diesel::allow_tables_to_appear_in_same_query!(journal, device);
diesel::allow_tables_to_appear_in_same_query!(departure, record);
diesel::allow_tables_to_appear_in_same_query!(journal, record);
diesel::allow_tables_to_appear_in_same_query!(account, record);
diesel::allow_tables_to_appear_in_same_query!(
    account,
    office,
    membership,
    membership_entry,
    audit_log,
    caseload,
    contract,
    provider,
    provider_ban,
    device,
    device_continues,
    refresh_token,
    one_time_password,
    second_factor,
);
