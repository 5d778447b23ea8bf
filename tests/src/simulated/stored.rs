//! Everything a server has stored, one line each, in the format of the in-memory reference.

use super::people::{ADMIN, PEOPLE};
use crate::server::Server;
use ruhu_simulator::look;
use ruhu_simulator::names::{self, STAFF, TEAMS};
use ruhu_store::Tx;
use ruhu_sync::id::{DeviceId, DeviceSeq, Seq, StreamId};
use ruhu_sync::storage::{ReadTx as _, Stored, WriteTx as _};
use serde_json::Value;
use uuid::Uuid;

/// Streams, records, the devices with these names and their edits, and the desk's lists; and every
/// inconsistency among them.
pub(super) fn lines(server: &Server, staff: &str, devices: &[DeviceId]) -> Vec<String> {
    let store = server.store();
    let mut all = store.write(|tx| of_protocol(tx, devices)).expect("read");
    all.extend(waiting(server, staff));
    all.extend(open(server, staff));
    all.sort_unstable();
    let verified = store.verify().expect("looked at");
    all.extend(verified.wrong.into_iter().map(|wrong| format!("wrong: {wrong}")));
    let rebuilt = store.rebuild().expect("built anew");
    if rebuilt.differences() > 0 {
        all.push(format!("read models were otherwise: {rebuilt:?}"));
    }
    all
}

fn of_protocol(tx: &mut Tx, devices: &[DeviceId]) -> Stored<Vec<String>> {
    let mut all = Vec::new();
    let teams = (0..TEAMS).map(names::team);
    let own = (0..PEOPLE).map(names::user).chain([STAFF, ADMIN]);
    let streams: Vec<StreamId> = teams.chain(own).map(StreamId).collect();
    for head in tx.streams(&streams)? {
        all.push(look::stream_line(&head));
        tx.changes(head.id, Seq(0), usize::MAX, &mut |record, wire| {
            all.push(look::record_line(record, wire));
        })?;
    }
    for id in devices {
        let Some(device) = tx.device(*id)? else { continue };
        for edit in tx.answered(*id, DeviceSeq(1), device.last)? {
            all.push(look::edit_line(*id, edit.device_seq, edit.record, &edit.outcome_text));
        }
        all.push(look::device_line(&device));
    }
    Ok(all)
}

/// A list, page by page to its end.
fn asked(server: &Server, staff: &str, path: &str, list: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("{path}?limit=3{after}");
        let answer = server.call("GET", &path).bearer(staff).send().expect(200).json();
        all.extend(answer[list].as_array().expect("a list").iter().cloned());
        let Some(next) = answer["next"].as_str() else { return all };
        after = format!("&after={next}");
    }
}

fn id(item: &Value, name: &str) -> Option<Uuid> {
    item[name].as_str()?.parse().ok()
}

fn waiting(server: &Server, staff: &str) -> Vec<String> {
    let edits = asked(server, staff, "/v1/desk/quarantine", "edits");
    let line = |edit: &Value| {
        let device = id(edit, "device").expect("a device");
        let number = edit["device_seq"].as_u64().expect("a number");
        let stream = id(edit, "stream").expect("a stream");
        look::waiting_line(device, number, id(edit, "record"), stream)
    };
    edits.iter().map(line).collect()
}

fn open(server: &Server, staff: &str) -> Vec<String> {
    let records = asked(server, staff, "/v1/desk/conflicts", "records");
    let line = |record: &Value| {
        let stream = id(record, "stream").expect("a stream");
        let open = record["open_conflicts"].as_u64().expect("a number");
        look::open_line(id(record, "record").expect("a record"), stream, open)
    };
    records.iter().map(line).collect()
}
