//! Guarantee 9: both databases agree with the reference in memory, whatever happens. The simulator's
//! schedules over HTTP, under the field's own rules.

mod altered;
mod forms;

use rstest::rstest;
use ruhu_simulator::step::{Schedule, Step};
use ruhu_simulator::world::Played;
use ruhu_tests::Database::{Postgres, Sqlite};
use ruhu_tests::{Database, simulated};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Steps of each schedule.
const STEPS: usize = 90;

/// Together these meet nearly all that can happen.
const SEEDS: [u64; 6] = [58, 57, 225, 13, 33, 187];

/// Schedules that once failed here or in memory, a line each.
const FAILED: [&str; 2] = [
    include_str!("failed_schedules.txt"),
    include_str!("../../../simulator/tests/failed_schedules.txt"),
];

#[track_caller]
fn agrees(seed: u64, databases: &[Database]) -> Played {
    simulated::seed(seed, STEPS, databases).unwrap_or_else(|failure| panic!("{failure}"))
}

#[rstest]
fn a_database_agrees_with_memory_on_every_schedule_that_ever_failed(
    #[values(Sqlite, Postgres)] database: Database,
) {
    let lines = FAILED.iter().flat_map(|text| text.lines());
    for line in lines.filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let schedule: Schedule = serde_json::from_str(line).expect("a schedule");
        if let Err((at, wrong)) = simulated::play(&schedule, &[database]) {
            panic!("seed {} failed before, and fails again at step {at}: {wrong}", schedule.seed);
        }
    }
}

#[rstest]
fn a_database_agrees_with_memory_on_fixed_seeds(#[values(Sqlite, Postgres)] database: Database) {
    for seed in SEEDS {
        agrees(seed, &[database]);
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "nobody else knows the seed")]
fn both_databases_agree_with_memory_on_a_fresh_seed() {
    let seed = RandomState::new().build_hasher().finish() >> 16;
    println!("fresh seed: {seed}");
    agrees(seed, &[Sqlite, Postgres]);
}

/// What is answered in memory on the fixed seeds, to all of which both databases answered the same.
#[test]
fn the_fixed_seeds_meet_what_there_is_to_agree_on() {
    let mut met = std::collections::BTreeSet::new();
    for seed in SEEDS {
        let schedule = ruhu_simulator::generate::with_forms(seed, STEPS);
        if schedule.steps.contains(&Step::Publish) {
            met.insert("a form is published".to_owned());
        }
        let rehearsed = simulated::rehearse(&schedule);
        let begins = |line: &String| line.split(' ').next().map(str::to_owned);
        met.extend(rehearsed.stored.iter().filter_map(begins));
        for answer in rehearsed.heard {
            let told = &answer["answer"];
            met.extend(told["type"].as_str().map(str::to_owned));
            let outcomes = told["outcomes"].as_array().into_iter().flatten();
            met.extend(outcomes.map(ruhu_tests::verdict));
        }
    }
    for wanted in [
        "a form is published",
        "applied",
        "merged",
        "conflict",
        "quarantined/right_ended",
        "quarantined/not_available",
        "quarantined/illegal_transition",
        "rejected/wrong_shape",
        "device-forked",
        "epoch-changed",
        "closed",
        "device-lost",
        "refresh-token-refused",
        "quarantined/in_review",
        "quarantined/submission_conflict",
        "quarantined/not_whole",
        // Stored, or on the desk's lists, at the end.
        "stream",
        "record",
        "device",
        "edit",
        "waits",
        "open",
    ] {
        assert!(met.contains(wanted), "{wanted} is not among {met:?}");
    }
}
