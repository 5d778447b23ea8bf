//! 3. No change is skipped.

use ruhu_device::Random;
use ruhu_tests::edits::{document, household, path};
use ruhu_tests::random::act;
use ruhu_tests::{Field, Server, Tablet, Writers, on_both_databases, tables};
use serde_json::{Value, json};
use std::thread;

on_both_databases! {
    a_reader_that_pulls_again_and_again_beside_four_writers_holds_exactly_what_is_stored,
    a_pull_page_by_page_beside_a_writer_ends_with_everything,
    a_complete_page_is_what_the_database_holds_at_that_moment,
    what_is_unsent_lies_over_what_was_pulled,
}

/// What a tablet holds of a stream, as the database would write it.
fn held(tablet: &Tablet) -> Vec<Value> {
    let rows = tablet.memory().rows().values();
    let mut held: Vec<_> = rows
        .filter(|row| row.stream == Field::CASELOAD_A)
        .map(|row| (row.seq, serde_json::to_value(row).expect("json")))
        .collect();
    held.sort_by_key(|(seq, _)| *seq);
    held.into_iter().map(|(_, row)| row).collect()
}

/// Compares content and place of every record.
#[track_caller]
fn holds_the_stream(tablet: &Tablet, server: &Server) {
    let (head, stored) = tables::stream(server, Field::CASELOAD_A);
    let head = head.expect("a stream");
    let held = held(tablet);
    assert_eq!(held.len(), stored.len());
    for (held, stored) in held.iter().zip(&stored) {
        for member in ["record", "kind", "root", "rev", "seq", "conflicts", "deleted", "document"] {
            assert_eq!(held[member], stored[member], "{member} of {}", stored["record"]);
        }
    }
    assert_eq!(tables::recount(&stored), (head.count, head.digest));
}

fn a_reader_that_pulls_again_and_again_beside_four_writers_holds_exactly_what_is_stored(
    server: Server,
) {
    const WRITERS: usize = 4;
    const ROUNDS: usize = 12;
    let mut reader = server.tablet("worker_a2");
    reader.settings_mut().pull_limit = Some(3);
    let writers = Writers::new(WRITERS);
    let mut pulls = 0;
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (server, at_work) = (&server, writers.one());
            scope.spawn(move || {
                let _at_work = at_work;
                let mut tablet = server.tablet("worker_a");
                let mut random = Random::new(writer as u64);
                for _ in 0..ROUNDS {
                    act(&mut tablet, &mut random);
                    act(&mut tablet, &mut random);
                    tablet.sync().expect("synced");
                }
            });
        }
        while writers.are_at_work() {
            let report = reader.pull().expect("pulled");
            // The digest of each page's moment is the one of what was received: nothing was missed.
            assert!(report.complete && report.reread.is_empty(), "{report:?}");
            pulls += 1;
        }
    });
    assert!(reader.pull().expect("pulled").reread.is_empty());
    assert!(pulls > 0);
    holds_the_stream(&reader, &server);
}

fn a_pull_page_by_page_beside_a_writer_ends_with_everything(server: Server) {
    let mut writer = server.tablet("worker_a");
    let homes: Vec<_> = (0..10)
        .map(|_| writer.create("household", None, document(&household("测甲"))).expect("kept"))
        .collect();
    writer.push().expect("pushed");
    let mut reader = server.tablet("worker_a2");
    reader.settings_mut().pull_limit = Some(4);
    // Between the reader's pages the writer changes what was read, and what was not.
    reader.pull_page().expect("a page");
    for home in [homes[0], homes[9]] {
        writer.set(home, &path("/notes"), "页间".into()).expect("kept");
    }
    writer.push().expect("pushed");
    reader.pull_page().expect("a page");
    writer.create("household", None, document(&household("测试乙"))).expect("kept");
    writer.push().expect("pushed");
    let report = reader.pull().expect("pulled");
    assert!(report.reread.is_empty());
    holds_the_stream(&reader, &server);
}

fn a_complete_page_is_what_the_database_holds_at_that_moment(server: Server) {
    let mut writer = server.tablet("worker_a");
    let reader = server.hand("worker_a2");
    let mut random = Random::new(7);
    let mut cursor = Value::Null;
    for _ in 0..15 {
        act(&mut writer, &mut random);
        writer.sync().expect("synced");
        let asked = if cursor.is_null() { json!({}) } else { json!({"cursor": cursor}) };
        let page = reader.pull(asked).expect(200).json();
        assert_eq!(page["complete"], true);
        let (head, stored) = tables::stream(&server, Field::CASELOAD_A);
        let head = head.expect("a stream");
        let streams = page["streams"].as_array().expect("streams");
        let told = streams.iter().find(|s| s["stream"] == json!(Field::CASELOAD_A)).expect("told");
        assert_eq!(told["seq"], json!(head.head));
        assert_eq!(told["count"], json!(stored.len()));
        assert_eq!(told["digest"], json!(head.digest.to_string()));
        cursor = page["cursor"].clone();
    }
}

fn what_is_unsent_lies_over_what_was_pulled(server: Server) {
    let (mut one, mut other) = (server.tablet("worker_a"), server.tablet("worker_a2"));
    let home = one.create("household", None, document(&household("测甲"))).expect("kept");
    one.sync().expect("synced");
    other.sync().expect("synced");
    other.set(home, &path("/notes"), "未发".into()).expect("kept");
    one.set(home, &path("/address"), "前海".into()).expect("kept");
    one.sync().expect("synced");
    other.pull().expect("pulled");
    let view = other.view(home).expect("a view");
    assert_eq!(
        (&view.document["notes"], &view.document["address"]),
        (&"未发".into(), &"前海".into())
    );
    assert!(view.has_unsent);
}
