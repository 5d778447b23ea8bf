//! A reader that polls beside sixteen writers.

use ruhu_tests::edits::{new_draft, new_household, put, record};
use ruhu_tests::{Field, Hand, Server, Writers, on_both_databases, tables};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

on_both_databases! {
    a_reader_that_never_begins_anew_misses_nothing_of_sixteen_writers,
}

const WRITERS: usize = 16;
const EACH: u128 = 6;

/// A reader that trusts its cursor and nothing else.
struct Reader {
    hand: Hand,
    cursor: Option<String>,
    held: BTreeMap<String, Value>,
    last_seq: u64,
    pages: usize,
}

impl Reader {
    /// Reads a page; says whether it was the last, and checks it against what is held.
    fn page(&mut self) -> bool {
        // Mostly small pages, that many changes fall between; now and then one that takes all, so
        // that the reader is done however fast the others write.
        self.pages += 1;
        let limit = if self.pages.is_multiple_of(4) { 1_000 } else { 5 };
        let request = match &self.cursor {
            None => json!({"limit": limit}),
            Some(cursor) => json!({"limit": limit, "cursor": cursor}),
        };
        let page = self.hand.pull(request).expect(200).json();
        let is_first = self.cursor.is_none();
        assert!(is_first || page["restarted"] == json!([]), "{}", page["restarted"]);
        for row in page["records"].as_array().expect("records") {
            let seq = row["seq"].as_u64().expect("a place");
            assert!(seq > self.last_seq, "{seq} came after {}", self.last_seq);
            self.last_seq = seq;
            self.held.insert(row["record"].as_str().expect("a name").to_owned(), row.clone());
        }
        self.cursor = page["cursor"].as_str().map(str::to_owned);
        let is_complete = page["complete"] == true;
        if is_complete {
            let streams = page["streams"].as_array().expect("streams");
            let told = streams.iter().find(|s| s["stream"] == json!(Field::CASELOAD_A));
            let rows: Vec<Value> = self.held.values().cloned().collect();
            let (count, digest) = tables::recount(&rows);
            let told = told.expect("the caseload");
            assert_eq!(
                (&told["count"], &told["digest"]),
                (&json!(count), &json!(digest.to_string()))
            );
        }
        is_complete
    }
}

fn a_reader_that_never_begins_anew_misses_nothing_of_sixteen_writers(server: Server) {
    let mut first = server.hand("worker_a");
    first.outcomes((0..4).map(new_household));
    let hand = server.hand("worker_a2");
    let mut reader = Reader { hand, cursor: None, held: BTreeMap::new(), last_seq: 0, pages: 0 };
    let writers = Writers::new(WRITERS);
    let begin = Barrier::new(WRITERS + 1);
    let mut complete = 0;
    thread::scope(|scope| {
        for writer in 0..WRITERS as u128 {
            let (server, at_work, begin) = (&server, writers.one(), &begin);
            scope.spawn(move || {
                let _at_work = at_work;
                let login = if writer % 2 == 0 { "worker_a" } else { "worker_a2" };
                let mut hand = server.hand(login);
                begin.wait();
                for n in 0..EACH {
                    // A household of its own, one of everybody's, and what belongs to that.
                    let shared = record((writer + n) % 4);
                    let name = 1000 + writer * 100 + n;
                    let told = hand.outcomes([
                        new_household(name),
                        put(shared, "household", "0", json!({"phone": name.to_string()})),
                        new_draft(10_000 + name, (writer + n) % 4),
                    ]);
                    assert!(told.iter().all(|outcome| outcome["rev"].is_string()), "{told:?}");
                }
            });
        }
        begin.wait();
        while writers.are_at_work() || reader.pages < 8 {
            complete += usize::from(reader.page());
        }
    });
    while !reader.page() {}
    assert!(complete > 0, "the reader was never done while others wrote");
    let (_, stored) = tables::stream(&server, Field::CASELOAD_A);
    let mut held: Vec<Value> = reader.held.into_values().collect();
    held.sort_by_key(|row| row["seq"].as_u64());
    assert!(held == stored, "what is held is not what is stored");
    assert_eq!(stored.len(), 4 + WRITERS * usize::try_from(EACH).expect("small") * 2);
}
