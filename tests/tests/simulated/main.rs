//! 9. Both databases agree with the reference in memory, whatever happens: the simulator's
//! schedules over HTTP, under the field's own rules.

use ruhu_tests::Database::{Postgres, Sqlite};
use ruhu_tests::{Database, simulated};

/// Steps of each schedule.
const STEPS: usize = 80;

#[track_caller]
fn agrees(seed: u64, databases: &[Database]) {
    if let Err(failure) = simulated::seed(seed, STEPS, databases) {
        panic!("{failure}");
    }
}

#[test]
fn sqlite_agrees_with_memory_on_fixed_seeds() {
    (0..4).for_each(|seed| agrees(seed, &[Sqlite]));
}

#[test]
fn postgres_agrees_with_memory_on_fixed_seeds() {
    (0..4).for_each(|seed| agrees(seed, &[Postgres]));
}
