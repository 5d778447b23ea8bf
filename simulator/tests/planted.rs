//! The simulator proves itself: each fault that can be planted takes one rule of the protocol away,
//! and has to be found within a bounded number of seeds.

use rstest::rstest;
use ruhu_simulator::run;
use ruhu_sync::planted::{Fault, plant};

/// How many seeds a fault may take.
const SEEDS_MAX: u64 = 200;

/// Steps of each.
const STEPS: usize = 120;

/// The first seed that finds a fault.
fn found_by(fault: Fault) -> Option<u64> {
    let _planted = plant(fault);
    (0..SEEDS_MAX).find(|seed| {
        let schedule = ruhu_simulator::generate::schedule(*seed, STEPS);
        run::play(&schedule).wrong.is_some()
    })
}

/// How many tests share the faults, so that they run side by side.
const PARTS: usize = 4;

#[rstest]
fn every_planted_fault_is_found(#[values(0, 1, 2, 3)] part: usize) {
    let faults = Fault::ALL.iter().skip(part).step_by(PARTS);
    let missed: Vec<_> = faults.filter(|fault| found_by(**fault).is_none()).collect();
    assert!(missed.is_empty(), "not found within {SEEDS_MAX} seeds: {missed:?}");
}

#[test]
fn what_finds_a_fault_is_made_short_and_fails_again_when_it_is_replayed() {
    let _planted = plant(Fault::DigestForgetsDeletions);
    let failure = (0..SEEDS_MAX).find_map(|seed| run::seed(seed, STEPS).err()).expect("found");
    assert!(failure.schedule.steps.len() <= 8, "{failure}");
    let text = failure.to_string();
    let replay = text.rsplit("replay: ").next().expect("a schedule");
    let schedule = serde_json::from_str(replay).expect("a schedule");
    assert_eq!(run::play(&schedule).wrong, Some(failure.wrong));
}

#[test]
fn nothing_is_found_where_nothing_is_planted() {
    (0..4).for_each(|seed| {
        let schedule = ruhu_simulator::generate::schedule(seed, STEPS);
        assert_eq!(run::play(&schedule).wrong, None, "seed {seed}");
    });
}
