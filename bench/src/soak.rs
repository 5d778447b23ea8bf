//! Many tablets on slow lines and staff at desks for half an hour, against one real server.
//!
//! A tablet is the complete one of the tests, with all its rules; only its network is simulated.
//! When the time is up everybody pushes and pulls, the server is stopped, and the database is
//! compared with what the tablets were told.

mod acts;
mod clockwork;
mod desk;
mod line;
mod minutes;
mod proof;
mod tally;
mod worker;

use crate::arguments::{Load, Soak};
use crate::database::{Database, Site};
use crate::error::BenchError;
use crate::house;
use crate::output::{say, tell};
use crate::processes::Server;
use clockwork::Clockwork;
use desk::Desk;
use minutes::Minutes;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::Builder;
use std::time::{Duration, Instant};
use tally::Tally;
use worker::Worker;

/// Tablets of one caseload.
const OF_A_TEAM: usize = 5;

/// Tablets start one after another: a password costs the server a tenth of a second.
const UNPACKING: Duration = Duration::from_millis(200);

/// A short-lived token is renewed often enough to be measured.
const TOKEN_MINUTES: &str = "3";

/// A thread for each tablet needs little.
const STACK_BYTES: usize = 1 << 20;

const MINUTE: Duration = Duration::from_secs(60);

/// Runs on a database.
pub(crate) fn run(load: &Load, asked: &Soak, database: Database) -> Result<(), BenchError> {
    let site = Site::make(database, load.postgres_url.as_deref())?;
    let tablets = usize::from(asked.tablets);
    house::prepare_street(&site, (tablets, OF_A_TEAM), asked.desks.into())?;
    let flags = ["--access-token-minutes", TOKEN_MINUTES];
    let servers = (0..asked.processes)
        .map(|_| Server::start_with(&site, load.server.as_deref(), &flags))
        .collect::<Result<Vec<_>, _>>()?;
    let addresses: Arc<[SocketAddr]> = servers.iter().map(|server| server.address).collect();
    say("");
    say(&format!(
        "soak on {database}: {tablets} tablets in teams of {OF_A_TEAM}, {} desks, {} minutes, {} \
         process(es)",
        asked.desks, asked.minutes, asked.processes
    ));
    let tally = Arc::<Tally>::default();
    let mut workers = (0..tablets)
        .map(|number| Worker::new(number, &addresses, load.seed, &tally))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| BenchError::NotPrepared(error.to_string()))?;
    let desks = (0..asked.desks)
        .map(|number| Desk::new(number.into(), &addresses, load.seed, &tally))
        .collect();
    let minutes = work(asked, (&site, &servers), &mut workers, desks, &tally)?;
    tell("everybody reads what the others have handed in");
    let agreeing = read_all(&mut workers)?;
    servers.into_iter().try_for_each(Server::stop)?;
    minutes.print_windows();
    let [planned, unplanned] = tally.told();
    print_counts("planned", &planned);
    print_counts("unplanned", &unplanned);
    tell("the database is looked through");
    let proof = proof::prove(&site, &workers)?;
    say("");
    say(&format!(
        "  afterwards: {agreeing} of {tablets} tablets agree with every digest; {} acknowledged edits \
         are in the journal as told ({} with the desks'); {} of them made one version each, of {} \
         records whose versions are each there once; faults: {}",
        proof.edits,
        proof.journalled,
        proof.effects,
        proof.records,
        proof.wrong.len()
    ));
    proof.wrong.iter().for_each(|wrong| say(&format!("    {wrong}")));
    let unplanned: u64 = unplanned.values().sum();
    let is_memory_flat = minutes.judge();
    let is_whole = agreeing == tablets && proof.wrong.is_empty() && unplanned == 0;
    let found = format!(
        "{unplanned} unplanned events, {} faults, {agreeing} of {tablets} tablets agree, memory {}",
        proof.wrong.len(),
        match is_memory_flat {
            Some(true) => "is flat",
            Some(false) => "grew",
            None => "not judged",
        }
    );
    if !is_whole || is_memory_flat == Some(false) {
        return Err(BenchError::Failed(found));
    }
    say(&format!("  passed: {found}"));
    Ok(())
}

/// Lets all of them work, and samples the server once a minute.
fn work(
    asked: &Soak,
    (site, servers): (&Site, &[Server]),
    workers: &mut [Worker],
    desks: Vec<Desk>,
    tally: &Tally,
) -> Result<Minutes, BenchError> {
    let clockwork = Clockwork::default();
    let pause = Duration::from_secs(asked.pause_seconds);
    std::thread::scope(|scope| {
        let clockwork = &clockwork;
        let spawned = (|| {
            for (number, worker) in (0_u32..).zip(workers) {
                Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, move || {
                    clockwork.wait(UNPACKING * number);
                    worker.live(clockwork, pause);
                })?;
            }
            for mut desk in desks {
                Builder::new()
                    .stack_size(STACK_BYTES)
                    .spawn_scoped(scope, move || desk.live(clockwork))?;
            }
            Ok(())
        })();
        let watched = spawned
            .map_err(crate::error::while_doing("a thread"))
            .and_then(|()| watch(asked, (site, servers), tally));
        clockwork.end();
        watched
    })
}

fn watch(
    asked: &Soak,
    (site, servers): (&Site, &[Server]),
    tally: &Tally,
) -> Result<Minutes, BenchError> {
    let mut minutes = Minutes::begin(servers);
    let begun = Instant::now();
    for minute in 1..=asked.minutes {
        let mark = MINUTE * u32::try_from(minute).unwrap_or(u32::MAX);
        std::thread::sleep(mark.saturating_sub(begun.elapsed()));
        minutes.end_one(servers, site, tally.take_minute())?;
    }
    Ok(minutes)
}

/// After everybody has pushed; returns how many tablets then agree with every digest.
fn read_all(workers: &mut [Worker]) -> Result<usize, BenchError> {
    std::thread::scope(|scope| {
        let readers: Vec<_> =
            workers.iter_mut().map(|worker| scope.spawn(move || worker.read_all())).collect();
        let mut agreeing = 0;
        for reader in readers {
            let agrees = reader.join();
            let agrees = agrees.map_err(|_| BenchError::Failed("a thread panicked".to_owned()))?;
            agreeing += usize::from(agrees);
        }
        Ok(agreeing)
    })
}

fn print_counts(title: &str, counts: &BTreeMap<String, u64>) {
    say("");
    say(&format!("  {title}:{}", if counts.is_empty() { " nothing" } else { "" }));
    for (what, count) in counts {
        say(&format!("    {count:>8}  {what}"));
    }
}
