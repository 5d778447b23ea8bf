//! Killed under load, again and again: a few dozen times, and a thousand by hand (CONTRIBUTING.md).

use crate::crew::{Crew, Signals};
use crate::database::Site;
use crate::output::say;
use std::fmt;
use std::ops::AddAssign;
use std::time::{Duration, Instant};

/// After so many kills a new database is begun, so that each is looked through whole.
const KILLS_EACH: u64 = 40;

/// On a site with a database server of its own, one kill of so many is that server's.
const DATABASE_EVERY: u64 = 3;

/// What was done, when every check held: one that does not hold ends the run.
#[derive(Clone, Copy, Default)]
struct Figures {
    kills: u64,
    of_database: u64,
    edits: u64,
    refused: u64,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.of_database += other.of_database;
        self.edits += other.edits;
        self.refused += other.refused;
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, of_database, edits, refused } = self;
        write!(
            f,
            "{kills} kills ({of_database} of the database server), {edits} acknowledged edits, \
             lost 0, doubled 0; {refused} pushes told to come again"
        )
    }
}

/// A line of kills beside others: its name, what it is on, how many.
type Lane = (&'static str, fn() -> Site, u64);

/// A number that was asked for by a variable.
fn asked(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

fn seed() -> u64 {
    asked("RUHU_KILLS_SEED").unwrap_or_else(|| getrandom::u64().expect("a number"))
}

/// Waits for some acknowledgements and a moment that is neither before nor after a request.
fn a_bad_moment(signals: &Signals, acknowledged: u64, then: Duration) {
    let begun = Instant::now();
    while signals.acknowledged() < acknowledged && begun.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    assert!(signals.acknowledged() >= acknowledged, "nothing is acknowledged any more");
    let then = Instant::now() + then;
    while Instant::now() < then {
        std::thread::yield_now();
    }
}

/// Kills the service, or the database server under it, once.
fn kill(site: &mut Site, crew: &mut Crew, is_of_database: bool) -> Figures {
    let (acknowledged, then) = (crew.below(12), Duration::from_micros(crew.below(30_000)));
    let mut refused = 0;
    crew.work(|signals| {
        a_bad_moment(signals, acknowledged, then);
        if let Some(postgres) = site.postgres.as_ref().filter(|_| is_of_database) {
            postgres.kill();
            postgres.resume();
            // The service goes on by itself.
            let before = signals.acknowledged();
            a_bad_moment(signals, before + 6, Duration::ZERO);
        } else {
            signals.stop();
            site.ruhu.kill();
        }
        refused = signals.refused();
    });
    if !is_of_database {
        site.ruhu.start();
        crew.reconnect(&site.ruhu);
    }
    Figures { kills: 1, of_database: u64::from(is_of_database), edits: 0, refused }
}

/// Kills so often; after each kill all that was acknowledged is there, once.
fn kill_again_and_again(name: &str, site: fn() -> Site, kills: u64) -> Figures {
    let mut figures = Figures::default();
    while figures.kills < kills {
        let seed = seed();
        say(&format!("{name}: {figures}; a new database, seed {seed}"));
        let mut site = site();
        site.ruhu.start();
        let mut crew = Crew::enrol(&site.ruhu, seed);
        let mut edits = 0;
        for _ in 0..KILLS_EACH.min(kills - figures.kills) {
            let is_of_database =
                site.postgres.is_some() && (figures.kills + 1).is_multiple_of(DATABASE_EVERY);
            figures += kill(&mut site, &mut crew, is_of_database);
            edits = crew.check(&site.ruhu);
            say(&format!("{name}: kill {}: {edits} edits are there, once", figures.kills));
        }
        figures.edits += edits;
        site.ruhu.stop();
    }
    figures
}

#[test]
fn killed_under_load_on_sqlite_it_loses_nothing_it_had_acknowledged() {
    say(&kill_again_and_again("SQLite", Site::sqlite, 18).to_string());
}

#[test]
fn killed_under_load_on_postgresql_and_with_it_it_loses_nothing_it_had_acknowledged() {
    say(&kill_again_and_again("PostgreSQL", Site::postgres, 12).to_string());
}

#[test]
#[ignore = "half an hour, by hand: CONTRIBUTING.md"]
fn a_thousand_kills_lose_nothing() {
    let kills = asked("RUHU_KILLS").unwrap_or(1000);
    let begun = Instant::now();
    let half = kills / 2;
    // PostgreSQL's take longer, most of it waiting.
    let lanes: [Lane; 3] = [
        ("SQLite", Site::sqlite, kills - half),
        ("PostgreSQL", Site::postgres, half / 2),
        ("PostgreSQL too", Site::postgres, half - half / 2),
    ];
    let mut all = Figures::default();
    std::thread::scope(|scope| {
        let begun = lanes.map(|(name, site, kills)| {
            (name, scope.spawn(move || kill_again_and_again(name, site, kills)))
        });
        for (name, lane) in begun {
            let figures = lane.join().expect("nothing was lost");
            say(&format!("{name}, done: {figures}"));
            all += figures;
        }
    });
    say(&format!("all: {all}; {} s", begun.elapsed().as_secs()));
}
