//! Whose turn a job is, told by two stores on one database.

use crate::bench::on_both_databases;
use crate::databases::{Database, key_ring};
use crate::world::user_id;
use ruhu_store::jobs::{EndsNoted, JobOutcome, JobRun, Turn};
use ruhu_sync::id::Instant;
use std::sync::Barrier;
use uuid::Uuid;

on_both_databases! {
    of_two_processes_one_runs_a_job_that_is_due,
    a_job_is_run_once_for_each_time_it_is_due,
    a_process_that_died_gives_its_turn_back_when_its_lease_ends,
    a_lease_of_a_clock_that_was_ahead_is_not_waited_for,
    a_run_that_was_thought_dead_spoils_nothing_when_it_ends,
    two_that_ask_at_once_do_not_both_run,
    the_end_of_a_right_is_noted_once_for_each_day_it_was,
}

/// So long a lease is; the clock was ten minutes ahead when the first was given.
fn a_lease_of_a_clock_that_was_ahead_is_not_waited_for(database: &impl Database) {
    let store = database.store();
    assert!(store.take_turn(&turn(DUE, 1), Instant(601_000), Instant(601_100)).expect("taken"));
    let next = |now| store.take_turn(&turn(NEXT, 2), Instant(now), Instant(now + 100));
    assert!(!next(2_000).expect("asked"), "its holder may be alive");
    assert!(!next(2_099).expect("asked"));
    assert!(next(2_100).expect("taken"));
}

const DUE: Instant = Instant(1_000);
const NEXT: Instant = Instant(2_000);

fn turn(due: Instant, process: u128) -> Turn<'static> {
    Turn { job: "a-job", due, holder: Uuid::from_u128(process) }
}

fn runs(database: &impl Database) -> Vec<JobRun> {
    database.store().read(|tx| tx.job_runs("a-job", 10)).expect("runs")
}

fn of_two_processes_one_runs_a_job_that_is_due(database: &impl Database) {
    let (one, other) = (database.store(), database.reopened(key_ring(1)));
    let (mine, theirs) = (turn(DUE, 1), turn(DUE, 2));
    assert!(one.take_turn(&mine, Instant(1_001), Instant(1_500)).expect("taken"));
    assert!(!other.take_turn(&theirs, Instant(1_002), Instant(1_500)).expect("asked"));
    // Nor while it is due again and the first run is still under way; it may take its time.
    assert!(one.keep_turn(&mine, Instant(2_500)).expect("kept"));
    let next = turn(NEXT, 2);
    assert!(!other.take_turn(&next, Instant(2_001), Instant(2_900)).expect("asked"));
    assert!(!other.keep_turn(&theirs, Instant(9_000)).expect("asked"));
    assert!(one.end_turn(&mine, Instant(2_100), JobOutcome::Done, r#"{"n":1}"#).expect("ended"));
    assert!(other.take_turn(&next, Instant(2_101), Instant(2_900)).expect("taken"));
    assert!(other.end_turn(&next, Instant(2_102), JobOutcome::Failed, "why").expect("ended"));
    let told: Vec<_> = runs(database)
        .into_iter()
        .map(|run| (run.due, run.started, run.finished, run.outcome, run.told))
        .collect();
    assert_eq!(
        told,
        [
            (NEXT, Instant(2_101), Some(Instant(2_102)), JobOutcome::Failed, "why".to_owned()),
            (DUE, Instant(1_001), Some(Instant(2_100)), JobOutcome::Done, r#"{"n":1}"#.to_owned()),
        ]
    );
    let last = one.read(|tx| tx.last_job_success("a-job")).expect("read");
    assert_eq!(last, Some(Instant(2_100)));
}

fn a_job_is_run_once_for_each_time_it_is_due(database: &impl Database) {
    let store = database.store();
    for outcome in [JobOutcome::Done, JobOutcome::Failed] {
        let due = if outcome == JobOutcome::Done { DUE } else { NEXT };
        let first = turn(due, 1);
        assert!(store.take_turn(&first, Instant(3_000), Instant(3_100)).expect("taken"));
        assert!(store.end_turn(&first, Instant(3_001), outcome, "{}").expect("ended"));
        assert!(!store.take_turn(&turn(due, 2), Instant(9_000), Instant(9_100)).expect("asked"));
    }
    // Another job is another matter.
    let other = Turn { job: "another", ..turn(DUE, 3) };
    assert!(store.take_turn(&other, Instant(3_050), Instant(3_100)).expect("taken"));
    assert_eq!(store.write(|tx| tx.forget_job_runs(NEXT)).expect("forgotten"), 2);
    assert_eq!(runs(database).len(), 1);
}

fn a_process_that_died_gives_its_turn_back_when_its_lease_ends(database: &impl Database) {
    let (one, other) = (database.store(), database.reopened(key_ring(1)));
    assert!(one.take_turn(&turn(DUE, 1), Instant(1_000), Instant(1_500)).expect("taken"));
    assert!(!other.take_turn(&turn(DUE, 2), Instant(1_499), Instant(2_000)).expect("asked"));
    assert!(other.take_turn(&turn(DUE, 2), Instant(1_500), Instant(2_000)).expect("taken"));
    assert_eq!(runs(database)[0].started, Instant(1_500));
    // It dies, too; when the job is next due, its run is known for what it is.
    assert!(one.take_turn(&turn(NEXT, 3), Instant(2_001), Instant(2_500)).expect("taken"));
    let outcomes: Vec<_> = runs(database).iter().map(|run| run.outcome).collect();
    assert_eq!(outcomes, [JobOutcome::Running, JobOutcome::Abandoned]);
}

fn a_run_that_was_thought_dead_spoils_nothing_when_it_ends(database: &impl Database) {
    let (one, other) = (database.store(), database.reopened(key_ring(1)));
    let (slow, quick) = (turn(DUE, 1), turn(DUE, 2));
    assert!(one.take_turn(&slow, Instant(1_000), Instant(1_500)).expect("taken"));
    assert!(other.take_turn(&quick, Instant(1_500), Instant(2_500)).expect("taken"));
    assert!(!one.end_turn(&slow, Instant(1_600), JobOutcome::Failed, "late").expect("told"));
    assert_eq!(runs(database)[0].outcome, JobOutcome::Running);
    // Nor is the other's lease given away.
    assert!(!one.take_turn(&turn(NEXT, 3), Instant(2_000), Instant(2_600)).expect("asked"));
    assert!(other.end_turn(&quick, Instant(2_100), JobOutcome::Done, "{}").expect("ended"));
    assert_eq!(runs(database)[0].outcome, JobOutcome::Done);
}

fn two_that_ask_at_once_do_not_both_run(database: &impl Database) {
    let stores = [database.store().clone(), database.reopened(key_ring(1))];
    for round in 0..10 {
        let due = Instant(10_000 + round);
        let together = Barrier::new(stores.len());
        let taken = std::thread::scope(|scope| {
            let asking = stores.iter().zip(1..).map(|(store, process)| {
                let together = &together;
                scope.spawn(move || {
                    let turn = turn(due, process);
                    together.wait();
                    let taken = store.take_turn(&turn, due, Instant(due.0 + 5)).expect("asked");
                    taken.then(|| store.end_turn(&turn, due, JobOutcome::Done, "{}"))
                })
            });
            let asking: Vec<_> = asking.collect();
            let ended = asking.into_iter().filter_map(|thread| thread.join().expect("joined"));
            ended.map(|ended| assert!(ended.expect("ended"))).count()
        });
        assert_eq!(taken, 1, "round {round}");
    }
    assert_eq!(runs(database).len(), 10);
}

fn the_end_of_a_right_is_noted_once_for_each_day_it_was(database: &impl Database) {
    let user = user_id(1);
    database.insert_account(user, true);
    let id = |n: u128| database.bytes(Uuid::from_u128(n).as_bytes());
    let account = database.bytes(user.as_bytes());
    database.run(&format!(
        "INSERT INTO provider (id, name) VALUES ({p}, 'x');
         INSERT INTO contract (id, provider, purchaser_area, first_day, last_day)
             VALUES ({c}, {p}, '110102', '2026-01-01', '2026-11-22');
         INSERT INTO caseload (id, contract, area, name) VALUES ({l}, {c}, '110102003', 'x');
         INSERT INTO membership (id, account, caseload, first_day, last_day)
             VALUES ({m}, {account}, {l}, '2026-01-01', '2026-11-23');
         INSERT INTO membership (id, account, caseload, first_day)
             VALUES ({n}, {account}, {l}, '2026-01-01');
         INSERT INTO office (id, account, role, area, first_day, last_day)
             VALUES ({o}, {account}, 'admin', '', '2026-01-01', '2026-10-31');",
        p = id(1),
        c = id(2),
        l = id(3),
        m = id(4),
        n = id(5),
        o = id(6),
    ));
    let noted = |today: &str| {
        let today = today.parse().expect("a day");
        database.store().write(|tx| tx.note_ends_before(today, DUE)).expect("noted")
    };
    // The last day is still one.
    let first = EndsNoted { memberships: 0, contracts: 1, offices: 1 };
    assert_eq!(noted("2026-11-23"), first);
    assert_eq!(noted("2026-11-23"), EndsNoted::default());
    assert_eq!(noted("2026-11-24"), EndsNoted { memberships: 1, ..EndsNoted::default() });
    // Put off, and ended again.
    database.run("UPDATE contract SET last_day = '2026-11-30'");
    assert_eq!(noted("2026-11-24"), EndsNoted::default());
    assert_eq!(noted("2026-12-01"), EndsNoted { contracts: 1, ..EndsNoted::default() });
    let days = database
        .texts("SELECT kind || ' ' || last_day AS value FROM grant_end ORDER BY kind, last_day");
    assert_eq!(
        days,
        [
            "contract 2026-11-22",
            "contract 2026-11-30",
            "membership 2026-11-23",
            "office 2026-10-31"
        ]
    );
}
