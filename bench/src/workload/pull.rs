//! A device that pulls the few records that changed among many.

use super::{fill, must_apply};
use crate::arguments::{Load, Pull};
use crate::bare::Bare;
use crate::client::Client;
use crate::database::{Database, Site};
use crate::documents::{Document, Documents};
use crate::error::BenchError;
use crate::house;
use crate::output::tell;
use crate::peer::Peer;
use crate::processes::Server;
use crate::report::{Table, megabytes, rounded};
use crate::statistics::Samples;
use crate::tablet::{Encoding, Page, Pulled, Tablet, unreadable};
use ruhu_device::Random;
use ruhu_sync::edit::Draft;
use std::time::Instant;

/// The size of the small store, for comparison.
const FEW_STORED: usize = 2_000;

/// Measures pulls on a database.
pub(crate) fn run(load: &Load, asked: &Pull, database: Database) -> Result<(), BenchError> {
    let site = Site::make(database, load.postgres_url.as_deref())?;
    drop(house::prepare(&site, 2)?);
    let title = format!("pull on {database}: {} changed of {}", asked.changed, asked.stored);
    let mut table = Table::new(title, "bare server");
    let mut documents = Documents::new(load.seed);
    let mut made = Vec::new();

    let few = FEW_STORED.min(asked.stored).max(asked.changed);
    let server = Server::start(&site, load.server.as_deref())?;
    let mut writer = Tablet::sign_in(server.address, 0)?;
    let reader = Tablet::sign_in(server.address, 1)?;
    made.extend(fill(&mut writer, &mut documents, few)?);
    let (cursor, _) = change_some(load, asked, &mut writer, &reader, &made)?;
    let of_few = time_rounds(load, asked, &reader, &cursor)?;
    let rest = asked.stored.saturating_sub(few);
    made.extend(fill(&mut writer, &mut documents, rest)?);
    let (cursor, pulled) = change_some(load, asked, &mut writer, &reader, &made)?;
    fill_bare(&site, &reader, asked.stored)?;
    server.stop()?;

    // A new process, so that its memory reflects pulls alone.
    let server = Server::start(&site, load.server.as_deref())?;
    let fresh = server.memory();
    let reader = reader.moved_to(server.address);
    compare(load, asked, &site, &reader, &cursor, &mut table)?;
    let used = server.processor_time();
    let of_many = time_rounds(load, asked, &reader, &cursor)?;
    let used = server.processor_time().saturating_sub(used);
    let pulls = f64::from(load.rounds + 1) * asked.pulls.max(1) as f64;
    let each = format!("{} ms a pull", rounded(used.as_secs_f64() * 1e3 / pulls));
    table.note("server's processor", each, "");
    let pairs: Vec<_> = of_many.into_iter().zip(of_few).collect();
    let name = format!("the same, beside {} of {few} stored", asked.changed);
    table.compare(&name, "ms", &pairs);
    note_compressed(&reader, &cursor, pulled.bytes_on_the_line, &mut table)?;
    table.note_memory(server.memory(), fresh);
    table.print();
    server.stop()
}

/// The reader pulls everything; then the writer changes some records, spread over all. Returns the
/// cursor from before the change, and the content of a pull from there.
fn change_some(
    load: &Load,
    asked: &Pull,
    writer: &mut Tablet,
    reader: &Tablet,
    made: &[Document],
) -> Result<(String, Pulled), BenchError> {
    let encoding = Encoding::Identity;
    let mut client = reader.connect()?;
    let pulled = reader.pull_all(&mut client, None, encoding)?;
    tell(&format!("{} records were pulled", pulled.records));
    let cursor = pulled.cursor.unwrap_or_default();
    let mut random = Random::new(load.seed ^ made.len() as u64);
    let step = (made.len() / asked.changed.max(1)).max(1);
    let chosen: Vec<_> = made.chunks(step).take(asked.changed).collect();
    let mut changed: Vec<&Document> = Vec::with_capacity(chosen.len());
    for chunk in chosen {
        let index = random.index(chunk.len());
        changed.extend(chunk.get(index));
    }
    let mut client = writer.connect()?;
    for batch in changed.chunks(super::FILLING_EDITS) {
        let body = writer.push_body(batch, encoding, |document| change_of(document))?;
        must_apply(&writer.push(&mut client, &body, encoding)?, body.edits)?;
    }
    let mut client = reader.connect()?;
    let since = reader.pull_all(&mut client, Some(&cursor), encoding)?;
    match since.records == changed.len() {
        true => Ok((cursor, since)),
        false => {
            Err(unreadable(format!("{} records changed, not {}", since.records, changed.len())))
        }
    }
}

/// An edit that changes one field, by the device that made the record.
pub(super) fn change_of(document: &Document) -> Result<Draft, BenchError> {
    let patch = match document.kind {
        "visit" => r#"{"remote":true}"#,
        "assessment" => r#"{"answers":{"eat":"achieved"}}"#,
        _ => r#"{"phone":"13800000000"}"#,
    };
    document.put(patch).map(Draft::from)
}

/// Fills the bare table with the very texts that a device receives, in the order of their
/// positions: the changed ones are last.
fn fill_bare(site: &Site, reader: &Tablet, stored: usize) -> Result<(), BenchError> {
    let mut client = reader.connect()?;
    let pulled = reader.pull_all(&mut client, None, Encoding::Identity)?;
    let mut texts: Vec<&str> = Vec::with_capacity(stored);
    for body in &pulled.bodies {
        let page: Page<'_> = serde_json::from_slice(body).map_err(unreadable)?;
        texts.extend(page.records.into_iter().map(|record| record.get()));
    }
    let mut bare = Bare::connect(site)?;
    bare.make_table()?;
    bare.fill(&texts)
}

/// One pull after another; returns milliseconds.
fn time_pulls(
    asked: &Pull,
    reader: &Tablet,
    client: &mut Client,
    cursor: &str,
) -> Result<Samples, BenchError> {
    let mut samples = Samples::default();
    for _ in 0..asked.pulls.max(1) {
        let begun = Instant::now();
        let answer = reader.pull_page(client, Some(cursor), Encoding::Identity)?;
        samples.push_ms(begun.elapsed());
        answer.expect_ok("POST /v1/sync/pull")?;
    }
    Ok(samples)
}

/// The medians of rounds.
fn time_rounds(
    load: &Load,
    asked: &Pull,
    reader: &Tablet,
    cursor: &str,
) -> Result<Vec<f64>, BenchError> {
    let mut medians = Vec::new();
    for number in 0..=load.rounds {
        let samples = time_pulls(asked, reader, &mut reader.connect()?, cursor)?;
        if number > 0 {
            medians.push(samples.median());
        }
    }
    Ok(medians)
}

/// Our pulls and the bare server's answers, round by round.
fn compare(
    load: &Load,
    asked: &Pull,
    site: &Site,
    reader: &Tablet,
    cursor: &str,
    table: &mut Table,
) -> Result<(), BenchError> {
    let before = asked.stored.saturating_sub(asked.changed) as i64;
    let peer = Peer::start(site, before, asked.changed as i64)?;
    let (mut medians, mut slow) = (Vec::new(), Vec::new());
    for number in 0..=load.rounds {
        let ours = time_pulls(asked, reader, &mut reader.connect()?, cursor)?;
        let mut client = Client::connect(peer.address)?;
        let mut bare = Samples::default();
        for _ in 0..asked.pulls.max(1) {
            let begun = Instant::now();
            client.call("GET /", &[], &[])?.expect_ok("the bare server")?;
            bare.push_ms(begun.elapsed());
        }
        if number > 0 {
            medians.push((ours.median(), bare.median()));
            slow.push((ours.quantile(0.95), bare.quantile(0.95)));
        }
    }
    peer.stop()?;
    table.compare("median", "ms", &medians);
    table.compare("p95", "ms", &slow);
    Ok(())
}

fn note_compressed(
    reader: &Tablet,
    cursor: &str,
    plain_bytes: usize,
    table: &mut Table,
) -> Result<(), BenchError> {
    table.note("bytes, identity", megabytes(plain_bytes), "");
    for encoding in [Encoding::Gzip, Encoding::Zstd] {
        let mut client = reader.connect()?;
        let mut samples = Samples::default();
        let mut bytes = 0;
        for _ in 0..20 {
            let begun = Instant::now();
            let answer = reader.pull_page(&mut client, Some(cursor), encoding)?;
            samples.push_ms(begun.elapsed());
            bytes = answer.bytes_on_the_line;
        }
        let remark = format!("median {} ms", rounded(samples.median()));
        table.note(&format!("bytes, {}", encoding.name()), megabytes(bytes), &remark);
    }
    Ok(())
}
