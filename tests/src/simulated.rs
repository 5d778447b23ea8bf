//! The simulator's schedules over HTTP: each is played on the in-memory reference, under the
//! field's own rules, and then on the real service on a database; every answer, and at the end
//! everything stored, has to be the same (guarantee 9). [`ruhu_simulator::heard`] says what is
//! compared.

mod field;
mod http;
mod kinds;
mod people;
mod stored;

pub use http::Http;

use crate::database::Database;
use field::CaseField;
use ruhu_simulator::generate;
use ruhu_simulator::memory::Memory;
use ruhu_simulator::run::{Failure, Found, shrink};
use ruhu_simulator::service::Service;
use ruhu_simulator::step::Schedule;
use ruhu_simulator::world::{Played, World};

/// Plays a schedule on the in-memory reference, and records the answers.
pub fn rehearse(schedule: &Schedule) -> Played {
    let service = Memory::new(CaseField::default());
    World::new(schedule, kinds::all(), service, false).taken_down().play(schedule)
}

/// Plays a schedule on a server, and compares it with the in-memory run.
pub fn hold<S: Service>(schedule: &Schedule, rehearsed: &Played, service: S) -> Played {
    World::new(schedule, kinds::all(), service, false).held_against(rehearsed).play(schedule)
}

/// Plays a schedule in memory and on each of these databases.
pub fn play(schedule: &Schedule, databases: &[Database]) -> Result<Played, Found> {
    let rehearsed = rehearse(schedule);
    if let Some((at, wrong)) = rehearsed.wrong {
        return Err((at, format!("in memory: {wrong}")));
    }
    for database in databases {
        // Every other schedule runs on two processes, which must behave like one.
        let start = if schedule.seed.is_multiple_of(2) { Http::on } else { Http::two_on };
        let played = hold(schedule, &rehearsed, start(*database));
        if let Some((at, wrong)) = played.wrong {
            return Err((at, format!("on {database:?}: {wrong}")));
        }
    }
    Ok(rehearsed)
}

/// Plays the schedule of a seed; shrinks a failure.
pub fn seed(seed: u64, steps: usize, databases: &[Database]) -> Result<Played, Failure> {
    let schedule = generate::with_forms(seed, steps);
    play(&schedule, databases)
        .map_err(|found| shrink(&schedule, found, &mut |shorter| play(shorter, databases).err()))
}
