//! The migrations: both databases have the same tables and columns, and every step can be taken
//! back.

use crate::databases::{Database, Postgres, Sqlite};
use crate::read_models::{one_of_each, save};
use diesel::backend::Backend;
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use std::collections::BTreeSet;

/// `table.column`, and whether it may be empty.
fn columns_of_sqlite(sqlite: &Sqlite) -> BTreeSet<String> {
    let sql = "SELECT m.name || '.' || c.name || CASE WHEN c.\"notnull\" THEN '' ELSE '?' END \
               AS value FROM sqlite_master m, pragma_table_info(m.name) c \
               WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'";
    sqlite.texts(sql).into_iter().collect()
}

fn columns_of_postgres(postgres: &Postgres) -> BTreeSet<String> {
    let sql = format!(
        "SELECT table_name || '.' || column_name || \
         CASE WHEN is_nullable = 'NO' THEN '' ELSE '?' END AS value \
         FROM information_schema.columns \
         WHERE table_schema = '{}' AND table_name NOT LIKE '\\_\\_diesel%'",
        postgres.schema()
    );
    postgres.texts(&sql).into_iter().collect()
}

fn indexes_of_sqlite(sqlite: &Sqlite) -> BTreeSet<String> {
    let sql = "SELECT name AS value FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    sqlite.texts(sql).into_iter().collect()
}

fn indexes_of_postgres(postgres: &Postgres) -> BTreeSet<String> {
    let sql = format!(
        "SELECT indexname::text AS value FROM pg_indexes \
         WHERE schemaname = '{}' AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key'",
        postgres.schema()
    );
    postgres.texts(&sql).into_iter().collect()
}

#[test]
fn both_databases_have_the_same_tables_columns_and_indexes() {
    let (sqlite, postgres) = (Sqlite::new(), Postgres::new());
    let columns = columns_of_sqlite(&sqlite);
    assert!(columns.contains("journal.payload?"), "{columns:?}");
    let others = columns_of_postgres(&postgres);
    let one_sided: Vec<_> = columns.symmetric_difference(&others).collect();
    assert!(one_sided.is_empty(), "{one_sided:?}");
    assert_eq!(indexes_of_sqlite(&sqlite), indexes_of_postgres(&postgres));
}

#[test]
fn every_sqlite_table_is_strict() {
    let loose = Sqlite::new().texts(
        "SELECT name AS value FROM pragma_table_list \
         WHERE schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite%' \
         AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'",
    );
    assert!(loose.is_empty(), "{loose:?}");
}

#[test]
fn sqlite_keeps_to_its_promises_of_durability() {
    let sqlite = Sqlite::new();
    let mode = sqlite.texts("SELECT journal_mode AS value FROM pragma_journal_mode");
    assert_eq!(mode, ["wal"]);
}

fn migrations(database: &str) -> FileBasedMigrations {
    let path = format!("{}/../migrations/{database}", env!("CARGO_MANIFEST_DIR"));
    FileBasedMigrations::from_path(path).expect("migrations")
}

#[test]
fn every_migration_can_be_taken_back_and_done_again() {
    let sqlite = Sqlite::new();
    let before = columns_of_sqlite(&sqlite);
    let path = sqlite.path();
    let mut c = SqliteConnection::establish(path.to_str().expect("a path")).expect("a file");
    c.revert_all_migrations(migrations("sqlite")).expect("down");
    assert!(columns_of_sqlite(&sqlite).is_empty());
    c.run_pending_migrations(migrations("sqlite")).expect("up");
    assert_eq!(columns_of_sqlite(&sqlite), before);

    let postgres = Postgres::new();
    let before = columns_of_postgres(&postgres);
    let mut c = PgConnection::establish(&postgres.url()).expect("the server");
    c.revert_all_migrations(migrations("postgres")).expect("down");
    assert!(columns_of_postgres(&postgres).is_empty());
    c.run_pending_migrations(migrations("postgres")).expect("up");
    assert_eq!(columns_of_postgres(&postgres), before);
}

/// Takes back migration 0031 and all that came after it, looks, and does them again.
fn as_before_0031<B: Backend>(
    database: &impl Database,
    c: &mut impl MigrationHarness<B>,
    source: &str,
) {
    save(database, &one_of_each());
    while c.revert_last_migration(migrations(source)).expect("down").to_string() != "0031" {}
    let of_the_record = database.texts(
        "SELECT CAST(h.rev_number + a.rev_number + f.rev_number AS TEXT) || h.head_name_masked \
             || a.form || f.category AS value \
         FROM household_row h, assessment_row a, find_row f WHERE a.stream = h.stream",
    );
    assert_eq!(of_the_record, ["3测**tekun6火灾"]);
    let rows = "SELECT 'a row' AS value FROM person_row UNION ALL SELECT 'a row' FROM visit_row";
    assert!(database.texts(rows).is_empty());
    c.run_pending_migrations(migrations(source)).expect("up");
    let report = database.store().rebuild().expect("built anew");
    assert_eq!(report.differences(), 0, "{report:?}");
}

#[test]
fn what_lists_read_outlives_the_unread_columns_both_ways() {
    let sqlite = Sqlite::new();
    let path = sqlite.path();
    let mut c = SqliteConnection::establish(path.to_str().expect("a path")).expect("a file");
    as_before_0031(&sqlite, &mut c, "sqlite");

    let postgres = Postgres::new();
    let mut c = PgConnection::establish(&postgres.url()).expect("the server");
    as_before_0031(&postgres, &mut c, "postgres");
}
