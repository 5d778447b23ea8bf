//! What it costs: the number of statements does not depend on the number of rows, and each finds
//! its rows by an index.

use crate::bench::Bench;
use crate::databases::{Database, Postgres, Sqlite};
use crate::world::*;
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use ruhu_casework::administration::Within;
use ruhu_store::Tx;
use ruhu_store::desk::FindsAt;
use ruhu_store::page::Page;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{DeviceSeq, RecordId, Seq, UserId};
use ruhu_sync::outcome::Verdict;
use ruhu_sync::storage::{HistoryWanted, ReadTx, Stored, WriteTx};
use std::cell::RefCell;

thread_local! {
    static STATEMENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Notes them on each thread by itself: other tests may run beside this one.
pub(crate) fn note_statements() {
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let sql = query.to_string();
                let sql = sql.split(" -- binds").next().unwrap_or_default().to_owned();
                STATEMENTS.with_borrow_mut(|all| all.push(sql));
            }
        }))
    })
    .expect("set");
}

/// The statements that this thread sends meanwhile.
pub(crate) fn statements_of(work: impl FnOnce()) -> Vec<String> {
    STATEMENTS.take();
    work();
    STATEMENTS.take()
}

/// A whole push and pull by the port's calls, on this many records; gives the statements it took.
fn push(database: &impl Database, device: u128, count: u128) -> Vec<String> {
    database.enrol(&crate::world::device(device));
    let first = device * 10_000;
    let kinds = ["household", "person", "visit", "assessment", "find", "other"];
    let stream = stream_id(device);
    let samples: Vec<_> = (0..count)
        .map(|n| {
            let kind = kinds[(n % 6) as usize];
            sample(first + n, kind, stream, 1 + n as u64, Default::default())
        })
        .collect();
    let ids: Vec<_> = samples.iter().map(|s| s.record.id).collect();
    let rows: Vec<_> = (0..count).map(|n| taken(device, 1 + n as u64, first + n, 1)).collect();
    let wanted: Vec<_> = ids.iter().map(|id| HistoryWanted { record: *id, from: 0 }).collect();
    STATEMENTS.take();
    let done: Stored<()> = database.store().write(|tx| {
        let device = tx.lock_device(device_id(device))?.expect("enrolled");
        tx.lock_roots(&ids)?;
        tx.grants(device.user, NOW)?;
        tx.records(&ids)?;
        tx.history(&wanted)?;
        tx.untaken(&[(device.id, device.last)], &ids)?;
        tx.answered(device.id, DeviceSeq(1), DeviceSeq(1))?;
        let heads = tx.lock_streams(&[(stream, StreamKind::Caseload)])?;
        tx.save_records(&changes(&samples))?;
        tx.append_journal(&rows)?;
        tx.save_streams(&heads)?;
        tx.save_device(&device)
    });
    done.expect("written");
    let pulled = database.store().read(|tx| {
        tx.streams(&[stream])?;
        tx.departures(stream, Seq(0), Seq(9))?;
        tx.changes(stream, Seq(0), 9, &mut |_, _| {})
    });
    assert_eq!(pulled.expect("pulled"), 9.min(count as usize));
    STATEMENTS.take()
}

fn counts_are_equal(database: &impl Database) {
    push(database, 1, 6);
    let six = push(database, 2, 6);
    let many = push(database, 3, 600);
    assert_eq!(six.len(), many.len());
    assert!(six.len() <= 35, "{six:#?}");
}

#[test]
fn sqlite_takes_as_many_statements_for_many_rows_as_for_few() {
    // Connections made from here on are counted.
    note_statements();
    counts_are_equal(&Sqlite::new());
}

#[test]
fn postgres_takes_as_many_statements_for_many_rows_as_for_few() {
    note_statements();
    counts_are_equal(&Postgres::new());
}

/// The planner has no statistics of an empty database, as it has none of one that was never
/// analysed: it decides by the forms of query and index alone.
#[test]
fn sqlite_finds_every_row_of_a_push_and_a_pull_by_an_index() {
    note_statements();
    let sqlite = Sqlite::new();
    let statements = push(&sqlite, 1, 1);
    let mut seen = 0;
    for sql in statements.iter().filter(|sql| sql.contains("SELECT")) {
        let plan = sqlite.plan(sql);
        let scans = |step: &&String| step.starts_with("SCAN") && !step.contains("VIRTUAL");
        // The table with the epoch has one row; the list of what is wanted is read whole.
        let scanned: Vec<_> = plan.iter().filter(scans).collect();
        assert!(scanned.is_empty() || sql.contains("`server`"), "{sql}: {plan:?}");
        let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
        assert!(!sorts || !sql.contains("`record`"), "{sql}: {plan:?}");
        if sql.contains("`verdict`") {
            assert!(plan[0].contains("journal_untaken (device=? AND record=?)"), "{plan:?}");
            seen += 1;
        }
        if sql.contains("json_each") {
            let uses = |index: &str| plan.iter().any(|step| step.contains(index));
            assert!(uses("journal_by_record (record=? AND rev_number>?)"), "{plan:?}");
            assert!(uses("PRIMARY KEY (record=? AND rev_number>?)"), "{plan:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 2, "{statements:#?}");
}

/// A street's reviewer reaches hundreds of streams. Of the index that each list has in its order,
/// nothing but what is shown is read.
#[test]
fn sqlite_finds_what_a_desk_lists_by_the_index_of_the_list() {
    note_statements();
    let sqlite = Sqlite::new();
    let streams: Vec<_> = (0..240).map(stream_id).collect();
    let plan_of = |list: &dyn Fn(&mut Tx) -> Stored<()>| {
        STATEMENTS.take();
        sqlite.store().read(list).expect("listed");
        let statements = STATEMENTS.take();
        let sql = statements.iter().find(|sql| sql.contains("SELECT")).expect("a list");
        let plan = sqlite.plan(sql);
        assert!(plan.iter().any(|step| step.contains("INDEX")), "{sql}: {plan:?}");
        plan.join("; ")
    };
    fn page<P>(after: Option<P>) -> Page<P> {
        Page { after, limit: 200 }
    }
    let after = Some((NOW, device_id(1), DeviceSeq(1)));
    let place = Some((NOW, RecordId(stream_id(1).0)));
    let uses = |index: &str, list: &dyn Fn(&mut Tx) -> Stored<()>| {
        let plan = plan_of(list);
        assert!(plan.contains(index), "{index}: {plan}");
        plan
    };
    for after in [None, after] {
        for (verdict, index) in [
            (Verdict::Quarantined, "SCAN journal USING INDEX journal_quarantined;"),
            (Verdict::Rejected, "SCAN journal USING INDEX journal_rejected;"),
        ] {
            let plan = uses(index, &|tx| tx.quarantined(verdict, &streams, page(after)).map(drop));
            assert!(!plan.contains("ORDER BY"), "{plan}");
        }
    }
    for (verdict, of) in [
        (Verdict::Quarantined, "SEARCH journal USING INDEX journal_quarantined_of (device=?)"),
        (Verdict::Rejected, "SEARCH journal USING INDEX journal_rejected_of (device=?)"),
    ] {
        uses(of, &|tx| tx.quarantined_of(verdict, &[device_id(1)]).map(drop));
        uses(of, &|tx| tx.quarantined_of(verdict, &[device_id(1), device_id(2)]).map(drop));
    }
    for place in [None, place] {
        let plan = uses("INDEX record_in_conflict", &|tx| {
            tx.records_in_conflict(&streams, page(place)).map(drop)
        });
        assert!(!plan.contains("ORDER BY"), "{plan}");
        let plan =
            uses("INDEX record_deleted", &|tx| tx.deleted_records(&streams, page(place)).map(drop));
        assert!(!plan.contains("ORDER BY"), "{plan}");
        for status in [None, Some("submitted")] {
            uses("COVERING INDEX record_by_status (stream=? AND kind=?", &|tx| {
                tx.assessments(&streams, status, page(place)).map(drop)
            });
            let at_desk = FindsAt {
                reader: UserId(stream_id(1).0),
                within: Within::areas(["110102003", "110105"]),
                streams: streams.clone(),
            };
            let plan = uses("COVERING INDEX find_row_by_place (community_code>? AND", &|tx| {
                tx.finds(&at_desk, status, page(place)).map(drop)
            });
            let of_streams = "COVERING INDEX find_row_by_stream (stream=? AND community_code=?)";
            assert!(plan.contains(of_streams), "{plan}");
        }
    }
    let plan = uses("household_row_by_stream (stream=? AND id>?)", &|tx| {
        tx.households_in(stream_id(1), page(None)).map(drop)
    });
    assert!(!plan.contains("ORDER BY"), "{plan}");
}
