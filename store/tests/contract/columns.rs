//! Every column that can hold a word is sealed, or somebody decided that it stands in the clear. The
//! table in `docs/operations.md` says why.

use crate::databases::{Database, Postgres, Sqlite};
use ruhu_casework::projection::Holding;
use ruhu_store::{read_models, sealed_columns};
use std::collections::BTreeSet;

/// Bytes that nobody wrote: names of things, hashes, links.
const BYTES: &[(&str, &[&str])] = &[
    ("account", &["id"]),
    ("audit_head", &["chain"]),
    ("audit_log", &["account", "device", "subject", "chain"]),
    ("carried", &["record", "rev_hash", "device"]),
    ("caseload", &["id", "contract"]),
    ("contract", &["id", "provider"]),
    ("departure", &["stream", "record"]),
    ("device", &["id", "account", "chain"]),
    ("device_continues", &["device", "earlier"]),
    ("erasure", &["device"]),
    ("form_version", &["hash", "published_by"]),
    ("grant_end", &["id"]),
    ("idempotency_key", &["name", "account", "request_hash"]),
    ("job_lease", &["holder"]),
    ("job_run", &["holder"]),
    (
        "journal",
        &[
            "device",
            "account",
            "record",
            "root",
            "stream",
            "group_id",
            "decides_device",
            "rev_hash",
            "answer_hash",
            "salt",
            "payload_hash",
            "chain",
        ],
    ),
    ("late_work", &["account"]),
    ("membership", &["id", "account", "caseload"]),
    ("membership_entry", &["membership"]),
    ("office", &["id", "account"]),
    ("one_time_password", &["account"]),
    ("provider", &["id"]),
    ("provider_ban", &["id", "provider"]),
    ("record", &["id", "root", "stream", "rev_hash"]),
    ("refresh_token", &["hash", "device", "family"]),
    ("root", &["id"]),
    ("second_factor", &["account"]),
    ("server", &["epoch"]),
    ("sign_in_failure", &["name"]),
    ("signature_failure", &["sent_by", "signer"]),
    ("signing_key", &["account"]),
    ("stream", &["id", "digest"]),
];

/// Texts in the clear: of closed lists, checked against their types, masked, hashed, or an
/// administrator's.
const TEXTS: &[(&str, &[&str])] = &[
    ("account", &["login", "name", "password_hash", "staff_no", "made_in"]),
    ("audit_head", &["watched"]),
    ("audit_log", &["act", "area", "detail", "states"]),
    ("caseload", &["area", "name"]),
    ("contract", &["purchaser_area", "first_day", "last_day", "over_one_year_reason"]),
    ("form_retirement", &["form", "last_day"]),
    ("form_version", &["form", "text"]),
    ("grant_end", &["kind", "last_day"]),
    ("job_lease", &["job"]),
    ("job_run", &["job", "outcome", "told"]),
    ("journal", &["op", "kind", "verdict", "outcome"]),
    ("membership", &["first_day", "last_day"]),
    ("membership_entry", &["education", "title", "exception_reason"]),
    ("office", &["role", "area", "first_day", "last_day"]),
    ("provider", &["name", "uscc"]),
    ("provider_ban", &["first_day", "last_day", "reason", "area"]),
    ("record", &["kind", "status"]),
    ("second_factor", &["recovery_codes"]),
    ("stream", &["kind"]),
];

fn listed(list: &[(&str, &[&str])]) -> BTreeSet<String> {
    let of = |(table, columns): &(&str, &[&str])| {
        columns.iter().map(|column| format!("{table}.{column}")).collect::<Vec<_>>()
    };
    list.iter().flat_map(of).collect()
}

/// The bytes in read models are names of records and streams.
fn listed_bytes() -> impl Iterator<Item = String> {
    read_models().into_iter().flat_map(|model| {
        let names = model.own.iter().filter(|column| **column != "deleted");
        ["id"]
            .iter()
            .chain(names)
            .map(|column| format!("{}.{column}", model.table))
            .collect::<Vec<_>>()
    })
}

/// The kind decides on these, by listing the field: what a desk hides cannot be listed.
fn listed_texts() -> impl Iterator<Item = String> {
    read_models().into_iter().flat_map(|model| {
        let texts = model.listed.iter().filter(|column| column.holding == Holding::Text);
        texts.map(|column| format!("{}.{}", model.table, column.name)).collect::<Vec<_>>()
    })
}

/// The columns of a type, as the database tells them.
fn of_sqlite(kind: &str) -> BTreeSet<String> {
    let sql = format!(
        "SELECT m.name || '.' || c.name AS value \
         FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' \
         AND c.type = '{kind}' AND m.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'"
    );
    Sqlite::new().texts(&sql).into_iter().collect()
}

fn of_postgres(kind: &str) -> BTreeSet<String> {
    let postgres = Postgres::new();
    let sql = format!(
        "SELECT table_name || '.' || column_name AS value FROM information_schema.columns \
         WHERE table_schema = '{}' AND data_type = '{kind}' \
         AND table_name NOT LIKE '\\_\\_diesel%'",
        postgres.schema()
    );
    postgres.texts(&sql).into_iter().collect()
}

#[track_caller]
fn are_known(found: &BTreeSet<String>, known: &BTreeSet<String>) {
    let one_sided: Vec<_> = found.symmetric_difference(known).collect();
    assert!(one_sided.is_empty(), "seal them (store/src/sealed.rs), or say why not: {one_sided:?}");
}

#[test]
fn every_column_of_bytes_is_sealed_or_holds_nobodys_words() {
    let mut known = listed(BYTES);
    known.extend(listed_bytes());
    for column in sealed_columns() {
        assert!(known.insert(column.to_owned()), "{column} is in both lists");
    }
    are_known(&of_sqlite("BLOB"), &known);
    are_known(&of_postgres("bytea"), &known);
}

#[test]
fn every_text_in_the_clear_was_decided_on() {
    let mut known = listed(TEXTS);
    known.extend(listed_texts());
    are_known(&of_sqlite("TEXT"), &known);
    are_known(&of_postgres("text"), &known);
}
