//! A new device's first sync.

use super::fill;
use crate::arguments::{FirstSync, Load};
use crate::bare::Bare;
use crate::client::Client;
use crate::database::{Database, Site};
use crate::documents::Documents;
use crate::error::BenchError;
use crate::house;
use crate::peer::Peer;
use crate::processes::Server;
use crate::report::{Table, megabytes, rounded};
use crate::statistics::Samples;
use crate::tablet::{Encoding, Page, Pulled, Tablet, unreadable};
use std::time::{Duration, Instant};

const ENCODINGS: [Encoding; 3] = [Encoding::Identity, Encoding::Gzip, Encoding::Zstd];

/// Measures first syncs on a database.
pub(crate) fn run(load: &Load, asked: &FirstSync, database: Database) -> Result<(), BenchError> {
    let site = Site::make(database, load.postgres_url.as_deref())?;
    drop(house::prepare(&site, 2)?);
    let server = Server::start(&site, load.server.as_deref())?;
    let mut writer = Tablet::sign_in(server.address, 0)?;
    let reader = Tablet::sign_in(server.address, 1)?;
    fill(&mut writer, &mut Documents::new(load.seed), asked.records)?;
    server.stop()?;

    // A new process, so that its memory reflects first syncs alone.
    let server = Server::start(&site, load.server.as_deref())?;
    let fresh = server.memory();
    let reader = reader.moved_to(server.address);
    let (pulled, _) = time_syncs(asked, &reader, Encoding::Identity)?;
    if pulled.records != asked.records {
        return Err(unreadable(format!("{} records, not {}", pulled.records, asked.records)));
    }
    let text = fill_bare(&site, &pulled)?;
    let mut table = Table::new(
        format!("first sync on {database}: {} records of 2 KB", asked.records),
        "bare server, or the compressor",
    );
    let peer = Peer::start(&site, 0, asked.records as i64)?;
    for encoding in ENCODINGS {
        compare(load, asked, (&server, &reader), &peer, (encoding, &text), &mut table)?;
    }
    peer.stop()?;
    table.note_memory(server.memory(), fresh);
    table.print();
    server.stop()
}

/// The bare server does not compress: the time of compressing alone is added to its own.
fn compare(
    load: &Load,
    asked: &FirstSync,
    (server, reader): (&Server, &Tablet),
    peer: &Peer,
    (encoding, text): (Encoding, &[u8]),
    table: &mut Table,
) -> Result<(), BenchError> {
    let mut pairs = Vec::new();
    let mut sizes = (0, 0);
    let mut processor = Duration::ZERO;
    for number in 0..=load.rounds {
        let used = server.processor_time();
        let (pulled, ours) = time_syncs(asked, reader, encoding)?;
        processor += server.processor_time().saturating_sub(used);
        let mut client = Client::connect(peer.address)?;
        let mut bare = Samples::default();
        for _ in 0..asked.syncs.max(1) {
            let begun = Instant::now();
            client.call("GET /", &[], &[])?.expect_ok("the bare server")?;
            sizes = (pulled.bytes_on_the_line, encoding.compress(text)?.len());
            bare.push_ms(begun.elapsed());
        }
        if number > 0 {
            pairs.push((ours.median(), bare.median()));
        }
    }
    table.compare(encoding.name(), "ms", &pairs);
    let share = sizes.0 as f64 / sizes.1.max(1) as f64;
    let told = format!("the same text: {}, {} of it", megabytes(sizes.1), rounded(share));
    table.note("  on the line", megabytes(sizes.0), &told);
    let syncs = f64::from(load.rounds + 1) * asked.syncs.max(1) as f64;
    let each = format!("{} ms", rounded(processor.as_secs_f64() * 1e3 / syncs));
    table.note("  server's processor", each, "");
    Ok(())
}

/// First syncs one after another, each to complete; returns the last, and milliseconds.
fn time_syncs(
    asked: &FirstSync,
    reader: &Tablet,
    encoding: Encoding,
) -> Result<(Pulled, Samples), BenchError> {
    let mut client = reader.connect()?;
    let mut samples = Samples::default();
    let mut last = Pulled::default();
    for _ in 0..asked.syncs.max(1) {
        last = reader.pull_all(&mut client, None, encoding)?;
        samples.push_ms(last.waited);
    }
    Ok((last, samples))
}

/// Fills the bare table with the texts that a device receives; returns all of them in one.
fn fill_bare(site: &Site, pulled: &Pulled) -> Result<Vec<u8>, BenchError> {
    let mut texts: Vec<&str> = Vec::with_capacity(pulled.records);
    for body in &pulled.bodies {
        let page: Page<'_> = serde_json::from_slice(body).map_err(unreadable)?;
        texts.extend(page.records.into_iter().map(|record| record.get()));
    }
    let mut bare = Bare::connect(site)?;
    bare.make_table()?;
    bare.fill(&texts)?;
    Ok(texts.join(",").into_bytes())
}
