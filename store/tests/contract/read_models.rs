//! The read models: written with the records, built anew without a difference.

use crate::bench::on_both_databases;
use crate::databases::{Database, key_ring};
use crate::statements::{note_statements, statements_of};
use crate::world::*;
use ruhu_casework::administration::Within;
use ruhu_casework::{kinds, projection};
use ruhu_store::desk::FindsAt;
use ruhu_store::page::Page;
use ruhu_store::{RebuildReport, TableReport, read_models};
use ruhu_sync::id::UserId;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::record::Content;
use ruhu_sync::storage::WriteTx;
use std::collections::BTreeSet;

on_both_databases! {
    every_kind_that_is_listed_has_its_row,
    a_row_follows_its_record,
    building_anew_changes_nothing,
    building_anew_repairs_and_reports_what_was_changed_from_outside,
    a_transaction_that_is_taken_back_leaves_no_row,
    tables_have_the_columns_that_the_kinds_declare,
    every_column_is_read_by_some_list,
}

const TABLES: [&str; 3] = ["assessment_row", "find_row", "household_row"];

fn document(kind: &str) -> &'static str {
    match kind {
        "household" => {
            r#"{"community_code":"110102003001","head_name":"测试丙","category":"dibao"}"#
        }
        "person" => r#"{"name":"测试乙","relation_code":"10"}"#,
        "visit" => r#"{"status":"planned","planned_on":"2026-11-23"}"#,
        "assessment" => {
            r#"{"form":"tekun6","form_version":3,"person":"00000000-0000-0000-0000-00000000a002","status":"draft"}"#
        }
        "find" => {
            r#"{"community_code":"110102003001","category":"火灾","urgency":"urgent","status":"reported","found_at":"2026-11-23T08:00:00+08:00"}"#
        }
        _ => "{}",
    }
}

pub(crate) fn one_of_each() -> Vec<Sample> {
    let kinds = ["household", "person", "visit", "assessment", "find", "unknown"];
    (1..)
        .zip(kinds)
        .map(|(n, kind)| {
            let content = Content { document: object(document(kind)), ..Content::default() };
            let mut sample = sample(n, kind, stream_id(1), n as u64, content);
            sample.record.root = record_id(1);
            sample
        })
        .collect()
}

pub(crate) fn save(database: &impl Database, samples: &[Sample]) {
    let store = database.store();
    let done = store.write(|tx| tx.save_records(&changes(samples)));
    done.expect("saved");
}

fn rebuilt(database: &impl Database) -> RebuildReport {
    database.store().rebuild().expect("built anew")
}

fn every_kind_that_is_listed_has_its_row(database: &impl Database) {
    save(database, &one_of_each());
    for (sql, expected) in [
        (
            "SELECT community_code || head_name_masked AS value FROM household_row",
            "110102003001测**",
        ),
        (
            "SELECT form || status || CAST(form_version AS TEXT) AS value FROM assessment_row",
            "tekun6draft3",
        ),
        (
            "SELECT category || urgency || status || found_at AS value FROM find_row",
            "火灾urgentreported2026-11-23T08:00:00+08:00",
        ),
    ] {
        let found = database.texts(sql);
        assert_eq!(found.len(), 1, "{sql}");
        // How a name is masked is casework's to say.
        let plain = |text: &str| text.replace('*', "");
        assert_eq!(plain(&found[0]), plain(expected), "{sql}");
    }
}

fn a_row_follows_its_record(database: &impl Database) {
    let mut household = one_of_each().remove(0);
    save(database, std::slice::from_ref(&household));
    household = household.next(2);
    household.content = Content { deleted: true, ..Content::default() };
    household.record.deleted = true;
    household.record.wire = household.content.to_wire();
    save(database, std::slice::from_ref(&household));
    let rows = database.texts(
        "SELECT community_code || head_name_masked AS value FROM household_row WHERE deleted",
    );
    assert_eq!(rows, [""]);
}

fn building_anew_changes_nothing(database: &impl Database) {
    assert_eq!(rebuilt(database).differences(), 0);
    let mut samples = one_of_each();
    samples.extend((10..1_510).map(|n| household(n, stream_id(1), n as u64)));
    save(database, &samples);
    let report = rebuilt(database);
    assert_eq!(report.differences(), 0, "{report:?}");
    assert_eq!(report.tables.keys().copied().collect::<Vec<_>>(), TABLES);
    assert_eq!(report.tables["household_row"].rows, 1_501);
    assert_eq!(report.tables["find_row"].rows, 1);
}

fn building_anew_repairs_and_reports_what_was_changed_from_outside(database: &impl Database) {
    let mut samples = one_of_each();
    samples.extend((10..14).map(|n| household(n, stream_id(1), n as u64)));
    save(database, &samples);
    let id = |n| database.bytes(record_id(n).as_bytes());
    database.run(&format!(
        "DELETE FROM household_row WHERE id = {}; \
         UPDATE household_row SET community_code = 'x' WHERE id = {}; \
         UPDATE household_row SET id = {} WHERE id = {}; \
         DELETE FROM find_row",
        id(10),
        id(11),
        id(99),
        id(12)
    ));
    let report = rebuilt(database);
    let expected = TableReport { rows: 5, missing: 2, different: 1, extra: 1 };
    assert_eq!(report.tables["household_row"], expected);
    assert_eq!(report.tables["find_row"].missing, 1);
    assert_eq!(report.differences(), 5);
    let again = rebuilt(database);
    assert_eq!(again.differences(), 0, "{again:?}");
    assert_eq!(again.tables["household_row"].rows, 5);
}

fn a_transaction_that_is_taken_back_leaves_no_row(database: &impl Database) {
    let samples = one_of_each();
    let done = database.store().write(|tx| {
        tx.save_records(&changes(&samples))?;
        tx.append_journal(&[taken(1, 1, 1, 1), taken(1, 1, 1, 2)])
    });
    assert!(done.is_err());
    for table in TABLES {
        let rows = database.texts(&format!("SELECT 'a row' AS value FROM {table}"));
        assert!(rows.is_empty(), "{table}");
    }
}

/// Columns in their tables' order may differ; names and whether they may be empty may not.
fn tables_have_the_columns_that_the_kinds_declare(database: &impl Database) {
    for kind in kinds::ALL {
        let listed = projection::columns(kind);
        let table = format!("{}_row", kind.name);
        let Some(model) = read_models().into_iter().find(|model| model.kind == kind.name) else {
            assert!(listed.is_empty(), "{}: no read model lists {listed:?}", kind.name);
            assert!(database.columns(&table).is_empty(), "{table}");
            continue;
        };
        assert_eq!(model.table, table);
        let declared = model.listed.iter().map(|column| (column.name.to_owned(), column.holding));
        let in_order = |columns: &mut dyn Iterator<Item = _>| columns.collect::<BTreeSet<_>>();
        assert_eq!(in_order(&mut declared.clone()), in_order(&mut listed.into_iter()), "{table}");

        let own = model.own.iter().map(|name| (*name).to_owned());
        let listed = model.listed.iter().map(|column| {
            let ending = if column.is_nullable { "?" } else { "" };
            format!("{}{ending}", column.name)
        });
        let wanted: BTreeSet<_> = own.chain(listed).chain(["id".to_owned()]).collect();
        assert_eq!(BTreeSet::from_iter(database.columns(&table)), wanted, "{table}");
    }
}

/// Held against the statements of all lists, as they are sent. What is rebuilt is not read by that.
fn every_column_is_read_by_some_list(database: &impl Database) {
    note_statements();
    let lists = statements_of(|| {
        let (streams, page) = ([stream_id(1)], Page { after: None, limit: 9 });
        let at_desk = FindsAt {
            reader: UserId(stream_id(2).0),
            within: Within::areas(["110102003"]),
            streams: streams.to_vec(),
        };
        let done = database.reopened(key_ring(1)).read(|tx| {
            tx.households_in(stream_id(1), Page { after: None, limit: 9 })?;
            tx.assessments(&streams, None, page)?;
            tx.open_assessments(&["means".to_owned()], None)?;
            tx.finds(&at_desk, None, page)?;
            tx.records_in_conflict(&streams, page)?;
            tx.quarantined(Verdict::Quarantined, &streams, Page { after: None, limit: 9 })
        });
        done.expect("listed");
    });
    let lists = lists.join(" ").replace(['`', '"'], "");
    let read: BTreeSet<&str> =
        lists.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).collect();
    for model in read_models() {
        let listed = model.listed.iter().map(|column| column.name);
        for column in model.own.iter().copied().chain(listed) {
            let name = format!("{}.{column}", model.table);
            assert!(read.contains(&*name), "no list reads {name}: drop it");
        }
    }
}
