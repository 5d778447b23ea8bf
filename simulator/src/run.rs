//! Plays schedules, and shrinks those that fail.

use crate::generate;
use crate::kinds::Kinds;
use crate::memory::Memory;
use crate::memory::field::PlainField;
use crate::step::Schedule;
use crate::world::{Played, World};

/// A schedule that breaks a guarantee.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The shortest schedule that still fails.
    pub schedule: Schedule,
    /// Its failing step, and the violation.
    pub wrong: Found,
}

/// Plays a schedule on the in-memory server.
pub fn play(schedule: &Schedule) -> Played {
    let service = Memory::new(PlainField::default());
    World::new(schedule, Kinds::plain(), service, true).play(schedule)
}

/// Plays the schedule of a seed; shrinks a failure.
pub fn seed(seed: u64, length: usize) -> Result<Played, Failure> {
    let schedule = generate::schedule(seed, length);
    let played = play(&schedule);
    match played.wrong {
        None => Ok(played),
        Some(wrong) => Err(shrink(&schedule, wrong, &mut |shorter| play(shorter).wrong)),
    }
}

/// The failing step and the violation.
pub type Found = (usize, String);

/// Removes steps, many at once and then one by one, as long as the rest still fails.
pub fn shrink(
    schedule: &Schedule,
    wrong: Found,
    play: &mut dyn FnMut(&Schedule) -> Option<Found>,
) -> Failure {
    let mut best = schedule.clone();
    best.steps.truncate(wrong.0 + 1);
    let mut found = wrong;
    let mut size = best.steps.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        let before = best.steps.len();
        while at < best.steps.len() {
            let mut shorter = best.clone();
            let end = (at + size).min(shorter.steps.len());
            shorter.steps.drain(at..end);
            match play(&shorter) {
                Some((step, what)) => {
                    shorter.steps.truncate(step + 1);
                    (best, found) = (shorter, (step, what));
                }
                None => at += size,
            }
        }
        if size > 1 {
            size = size.div_ceil(2);
        } else if best.steps.len() == before {
            return Failure { schedule: best, wrong: found };
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Schedule { seed, tablets, people, steps } = &self.schedule;
        writeln!(f, "seed {seed}: {} tablets of {} people", tablets, people)?;
        for (at, step) in steps.iter().enumerate() {
            writeln!(f, "  {at}: {step:?}")?;
        }
        writeln!(f, "at step {}: {}", self.wrong.0, self.wrong.1)?;
        let text = serde_json::to_string(&self.schedule).map_err(|_| std::fmt::Error)?;
        write!(f, "replay: {text}")
    }
}
