//! Devices that push new documents.

use super::must_apply;
use crate::arguments::{Load, Push};
use crate::bare::{Bare, time_inserts};
use crate::database::{Database, Site};
use crate::documents::{Document, Documents};
use crate::error::BenchError;
use crate::house;
use crate::processes::Server;
use crate::report::{Table, rounded};
use crate::statistics::Samples;
use crate::tablet::{Encoding, PushBody, Tablet};
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// The measurements of one round.
struct Round {
    edits_per_second: f64,
    /// Over one connection, and over as many as there are devices.
    ceilings: [f64; 2],
    latencies: Vec<Duration>,
    processor_us_per_edit: f64,
}

/// Everything a run has.
struct Run<'a> {
    asked: &'a Push,
    site: Site,
    server: Server,
    tablets: Vec<Tablet>,
    documents: Documents,
    bare: Vec<Bare>,
    bare_rows: i64,
}

/// Measures pushes on a database.
pub(crate) fn run(load: &Load, asked: &Push, database: Database) -> Result<(), BenchError> {
    let site = Site::make(database, load.postgres_url.as_deref())?;
    let people = asked.devices.iter().copied().max().unwrap_or(1).max(1);
    drop(house::prepare(&site, people)?);
    let server = Server::start(&site, load.server.as_deref())?;
    let fresh = server.memory();
    let tablets = (0..people).map(|person| Tablet::sign_in(server.address, person));
    let tablets = tablets.collect::<Result<Vec<_>, _>>()?;
    let bare = (0..people).map(|_| Bare::connect(&site)).collect::<Result<Vec<_>, _>>()?;
    let documents = Documents::new(load.seed);
    let mut run = Run { asked, site, server, tablets, documents, bare, bare_rows: 1 };
    run.bare.iter_mut().take(1).try_for_each(Bare::make_table)?;

    let title = format!(
        "push on {database}: batches of {} new documents of 2 KB, edits a second",
        asked.batch
    );
    let mut table = Table::new(title, "bare insert");
    for &devices in &asked.devices {
        for encoding in [Encoding::Identity, Encoding::Zstd] {
            run.measure(load, devices.max(1), encoding, &mut table)?;
        }
    }
    table.note_memory(run.server.memory(), fresh);
    table.print();
    run.server.stop()?;
    drop(run.bare);
    drop(run.site);
    Ok(())
}

impl Run<'_> {
    fn measure(
        &mut self,
        load: &Load,
        devices: usize,
        encoding: Encoding,
        table: &mut Table,
    ) -> Result<(), BenchError> {
        let mut rounds = Vec::new();
        for number in 0..=load.rounds {
            let round = self.round(devices, encoding)?;
            if number > 0 {
                rounds.push(round);
            }
        }
        let name = format!("{devices} device(s), {}", encoding.name());
        let against = |which: usize| -> Vec<_> {
            rounds.iter().map(|round| (round.edits_per_second, round.ceilings[which])).collect()
        };
        table.compare(&format!("{name}, beside 1 connection"), "", &against(0));
        if devices > 1 && self.site.database == Database::Postgres {
            table.compare(&format!("{name}, beside {devices} connections"), "", &against(1));
        }
        let latencies: Samples =
            rounds.iter().flat_map(|r| &r.latencies).map(|l| l.as_secs_f64() * 1e3).collect();
        let processor: Samples = rounds.iter().map(|round| round.processor_us_per_edit).collect();
        table.note(
            "  one push; server's processor",
            format!(
                "{} ms, p95 {}",
                rounded(latencies.median()),
                rounded(latencies.quantile(0.95))
            ),
            &format!("{} µs an edit", rounded(processor.median())),
        );
        Ok(())
    }

    fn round(&mut self, devices: usize, encoding: Encoding) -> Result<Round, BenchError> {
        let batch = self.asked.batch as usize;
        let batches = self.asked.edits.div_ceil(batch * devices).max(1);
        let mut parts: Vec<Vec<Vec<Document>>> = Vec::with_capacity(devices);
        for _ in 0..devices {
            let part = (0..batches).map(|_| self.documents.by_ref().take(batch).collect());
            parts.push(part.collect());
        }
        let mut bodies = Vec::with_capacity(devices);
        for (tablet, part) in self.tablets.iter_mut().zip(&parts) {
            let of_one = part.iter().map(|documents| tablet.push_of(documents, encoding));
            bodies.push(of_one.collect::<Result<Vec<_>, _>>()?);
        }
        let edits = devices * batches * batch;
        let processor = self.server.processor_time();
        let (elapsed, latencies) = time_pushes(&self.tablets[..devices], &bodies, encoding)?;
        let processor = self.server.processor_time().saturating_sub(processor);

        let texts: Vec<Vec<Vec<&str>>> = parts
            .iter()
            .map(|part| part.iter().map(|b| b.iter().map(|one| &*one.json).collect()).collect())
            .collect();
        let rate = |elapsed: Duration| edits as f64 / elapsed.as_secs_f64();
        let several = self.time_bare(&texts)?;
        let single = if devices == 1 { several } else { self.time_bare(&[texts.concat()])? };
        Ok(Round {
            edits_per_second: rate(elapsed),
            ceilings: [rate(single), rate(several)],
            latencies,
            processor_us_per_edit: processor.as_secs_f64() * 1e6 / edits as f64,
        })
    }

    fn time_bare(&mut self, texts: &[Vec<Vec<&str>>]) -> Result<Duration, BenchError> {
        let elapsed = time_inserts(&mut self.bare, texts, self.bare_rows)?;
        self.bare_rows += texts.iter().flatten().map(|batch| batch.len() as i64).sum::<i64>();
        Ok(elapsed)
    }
}

/// Sends each device's pushes one after another, all devices at the same time.
fn time_pushes(
    tablets: &[Tablet],
    bodies: &[Vec<PushBody>],
    encoding: Encoding,
) -> Result<(Duration, Vec<Duration>), BenchError> {
    let barrier = Barrier::new(tablets.len() + 1);
    std::thread::scope(|scope| {
        let mut workers = Vec::with_capacity(tablets.len());
        for (tablet, bodies) in tablets.iter().zip(bodies) {
            let barrier = &barrier;
            workers.push(scope.spawn(move || {
                let connected = tablet.connect();
                barrier.wait();
                push_all(tablet, connected?, bodies, encoding)
            }));
        }
        barrier.wait();
        let begun = Instant::now();
        let mut answered = Vec::with_capacity(tablets.len());
        for worker in workers {
            let ended = worker.join();
            answered
                .push(ended.map_err(|_| BenchError::Unreadable("a thread panicked".to_owned()))??);
        }
        let elapsed = begun.elapsed();
        let mut latencies = Vec::new();
        // Checked after the clock has stopped.
        for (bodies, answers) in bodies.iter().zip(answered) {
            for (body, (answer, latency)) in bodies.iter().zip(answers) {
                must_apply(&encoding.decompress(answer)?, body.edits)?;
                latencies.push(latency);
            }
        }
        Ok((elapsed, latencies))
    })
}

fn push_all(
    tablet: &Tablet,
    mut client: crate::client::Client,
    bodies: &[PushBody],
    encoding: Encoding,
) -> Result<Vec<(Vec<u8>, Duration)>, BenchError> {
    let mut answers = Vec::with_capacity(bodies.len());
    for body in bodies {
        let sent = Instant::now();
        let answer = tablet.push(&mut client, body, encoding)?;
        answers.push((answer, sent.elapsed()));
    }
    Ok(answers)
}
