//! Database content past the API, for what a test must know and no call shows.

use crate::server::Server;
use ruhu_sync::chain::{self, to_hex};
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::id::{DeviceId, Seq, StreamId, UserId};
use ruhu_sync::record::{RecordFrame, write_record};
use ruhu_sync::storage::{ReadTx as _, StreamHead};
use serde_json::Value;

/// A stream in the database: its counter, and every record, as a page would show it.
pub fn stream(server: &Server, stream: StreamId) -> (Option<StreamHead>, Vec<Value>) {
    let read = server.store().read(|tx| {
        let head = tx.streams(&[stream])?.first().copied();
        let mut records = Vec::new();
        tx.changes(stream, Seq(0), usize::MAX >> 1, &mut |frame: RecordFrame<'_>, wire: &str| {
            let mut text = String::new();
            write_record(&mut text, &frame, wire);
            records.push(serde_json::from_str(&text).expect("a record"));
        })?;
        Ok((head, records))
    });
    read.expect("a stream")
}

/// A column of bytes, in hexadecimal, wherever it is not empty.
pub fn hex_texts(server: &Server, column: &str, table: &str) -> Vec<String> {
    let place = server.place();
    let hex = place.hex(column);
    place.texts(&format!("SELECT {hex} AS value FROM {table} WHERE {column} IS NOT NULL"))
}

/// Count and digest of these records, computed afresh.
pub fn recount(records: &[Value]) -> (u64, StreamDigest) {
    let mut digest = StreamDigest::default();
    for record in records {
        let name = serde_json::from_value(record["record"].clone()).expect("a name");
        let rev = serde_json::from_value(record["rev"].clone()).expect("a rev");
        digest.toggle(name, rev);
    }
    (records.len() as u64, digest)
}

/// Verifies the journal, and returns a device's links.
pub fn follow_chain(server: &Server, device: DeviceId) -> Vec<String> {
    let audit = server.store().audit_journal(None).expect("looked through");
    let wrong: Vec<_> = audit.faults.iter().filter(|fault| fault.device == device).collect();
    assert!(wrong.is_empty(), "the chain does not hold: {wrong:?}");
    let head = audit.heads.iter().find(|head| head.device == device).expect("a device");
    let links = stored_links(server, device);
    assert_eq!(links.len() as u64, head.last.0);
    assert_eq!(links.last().cloned().unwrap_or_else(|| to_hex(&chain::START)), to_hex(&head.chain));
    links
}

/// The links as stored in the journal.
fn stored_links(server: &Server, device: DeviceId) -> Vec<String> {
    let place = server.place();
    place.texts(&format!(
        "SELECT {} AS value FROM journal WHERE device = {} ORDER BY device_seq",
        place.hex("chain"),
        place.bytes(device.as_bytes())
    ))
}

/// The state of records and sync, one line each: streams with head, count and digest, records with
/// place, version and stream, devices with number and link. Two are equal if nothing changed in
/// between.
pub fn contents(server: &Server) -> Vec<String> {
    let place = server.place();
    let hex = |column: &str| place.hex(column);
    let rows = |kind: &str, table: &str, columns: &[String]| {
        let columns = columns.join(" || ' ' || ");
        place.texts(&format!("SELECT '{kind} ' || {columns} AS value FROM {table} ORDER BY 1"))
    };
    let number = |column: &str| format!("CAST({column} AS TEXT)");
    let streams = [hex("id"), number("head"), number("count"), hex("digest")];
    let records = [hex("id"), hex("stream"), number("seq"), number("rev_number"), hex("rev_hash")];
    let devices = [hex("id"), number("last_seq"), hex("chain")];
    [
        rows("stream", "stream", &streams),
        rows("record", "record", &records),
        rows("device", "device", &devices),
    ]
    .concat()
}

/// The number of rows in a table.
pub fn count(server: &Server, table: &str) -> u64 {
    let number = format!("SELECT CAST(count(*) AS TEXT) AS value FROM {table}");
    server.place().texts(&number)[0].parse().expect("a number")
}

/// Ends a worker's membership with the day before the server's clock's.
pub fn end_membership(server: &Server, user: UserId) {
    let place = server.place();
    place.run(&format!(
        "UPDATE membership SET last_day = '2026-11-22' WHERE account = {}",
        place.bytes(user.as_bytes())
    ));
}

/// Adds a worker to another team.
pub fn move_membership(server: &Server, user: UserId, caseload: StreamId) {
    let place = server.place();
    place.run(&format!(
        "UPDATE membership SET caseload = {} WHERE account = {}",
        place.bytes(caseload.as_bytes()),
        place.bytes(user.as_bytes())
    ));
}

/// The number of the server's transactions that wait for a lock; only PostgreSQL shows it.
pub fn waiting(server: &Server) -> usize {
    server.place().waiting()
}

/// The tables at whose rows the server's transactions wait; only PostgreSQL shows it.
pub fn waiting_for(server: &Server) -> Vec<String> {
    server.place().waiting_for()
}

/// Runs statements past the store.
pub fn run(server: &Server, sql: &str) {
    server.place().run(sql);
}

/// Runs statements on a copy.
pub fn run_on(server: &Server, copy: &crate::LookedAt, sql: &str) {
    server.place().run_at(&copy.name, sql);
}

/// Ends every connection that the service has to PostgreSQL, as a restart of the database would.
pub fn cut_connections(server: &Server) {
    server.place().cut_connections();
}

/// The texts of a column named `value`.
pub fn texts(server: &Server, sql: &str) -> Vec<String> {
    server.place().texts(sql)
}
