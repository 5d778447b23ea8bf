//! The guarantees on fixed seeds, on every seed that ever failed, and on one that nobody has seen.

use ruhu_simulator::run;
use ruhu_simulator::step::{Schedule, Step};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Schedules that once failed, a line each.
const FAILED: &str = include_str!("failed_schedules.txt");

#[track_caller]
fn holds(seed: u64, steps: usize) {
    if let Err(failure) = run::seed(seed, steps) {
        panic!("{failure}");
    }
}

#[test]
fn the_guarantees_hold_on_fixed_seeds() {
    (0..24).for_each(|seed| holds(seed, 120));
}

#[test]
fn the_guarantees_hold_on_every_seed_that_ever_failed() {
    let lines = FAILED.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    for line in lines {
        let schedule: Schedule = serde_json::from_str(line).expect("a schedule");
        if let Some((at, wrong)) = run::play(&schedule).wrong {
            panic!("seed {} failed before, and fails again at step {at}: {wrong}", schedule.seed);
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "nobody else knows the seed")]
fn the_guarantees_hold_on_a_fresh_seed() {
    let seed = RandomState::new().build_hasher().finish() >> 16;
    println!("fresh seed: {seed}");
    (seed..seed + 4).for_each(|seed| holds(seed, 120));
}

#[test]
fn the_same_seed_gives_the_same_steps_and_the_same_journal() {
    let play = || {
        let played = run::seed(3, 150).unwrap_or_else(|failure| panic!("{failure}"));
        (played.steps, played.calls, played.tally, played.journal)
    };
    assert_eq!(play(), play());
}

#[test]
fn a_schedule_reads_back_and_plays_the_same() {
    let schedule = ruhu_simulator::generate::schedule(5, 80);
    let text = serde_json::to_string(&schedule).expect("json");
    let again: Schedule = serde_json::from_str(&text).expect("a schedule");
    assert_eq!(schedule, again);
    assert_eq!(run::play(&schedule).journal, run::play(&again).journal);
}

#[test]
fn a_few_hundred_seeds_meet_every_kind_of_step() {
    let schedules: Vec<_> =
        (0..300).map(|seed| ruhu_simulator::generate::schedule(seed, 150)).collect();
    let tablets: Vec<u8> = schedules.iter().map(|schedule| schedule.tablets).collect();
    assert_eq!((tablets.iter().min(), tablets.iter().max()), (Some(&2), Some(&20)));
    let names: std::collections::BTreeSet<String> = schedules
        .iter()
        .flat_map(|schedule| &schedule.steps)
        .map(|step: &Step| format!("{step:?}"))
        .map(|text| text.split([' ', '{']).next().unwrap_or_default().to_owned())
        .map(|text| text.split('(').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(names.len(), 21, "{names:?}");
}
