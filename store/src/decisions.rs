//! The journal queries behind decisions on edits that were not taken.

use crate::Tx;
use crate::codec::{Codec, Place};
use crate::failure::corrupt;
use crate::journal::{untaken_verdict, with_name};
use crate::keys::KeyRing;
use crate::schema::{device_continues, journal};
use crate::sealed::Column;
use crate::values::{Fixed, Name, counted, counter};
use diesel::prelude::*;
use ruhu_sync::decision::{EditName, Waiting};
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{DeviceId, DeviceSeq, GroupId, RecordId, StreamId, UserId};
use ruhu_sync::op::Op;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::storage::Stored;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
struct Row {
    device: Fixed<16>,
    device_seq: i64,
    account: Fixed<16>,
    record: Option<Fixed<16>>,
    root: Option<Fixed<16>>,
    kind: Option<String>,
    verdict: String,
    stream: Option<Fixed<16>>,
    group_id: Option<Fixed<16>>,
    key_id: i32,
    payload: Option<Vec<u8>>,
}

/// A search: an edit by its name, or the members of its group, which are its neighbours.
struct Range {
    device: Fixed<16>,
    from: i64,
    through: i64,
    group: Option<Fixed<16>>,
}

/// Those of these edits that were quarantined or rejected, with those of their groups.
pub(crate) fn waiting(tx: &mut Tx, names: &[EditName]) -> Stored<Vec<Waiting>> {
    let named = names.iter().map(|name| {
        let at = counter(name.device_seq.0);
        Range { device: name.device.fixed(), from: at, through: at, group: None }
    });
    let mut rows = untaken(tx, named.collect())?;
    let groups: BTreeMap<_, _> =
        rows.iter().filter_map(|row| Some(((row.device, row.group_id?), row.device_seq))).collect();
    let reach = i64::try_from(LIMITS.push_edits_max).unwrap_or(i64::MAX);
    let groups = groups.into_iter().map(|((device, group), at)| Range {
        device,
        from: at.saturating_sub(reach),
        through: at.saturating_add(reach),
        group: Some(group),
    });
    rows.extend(untaken(tx, groups.collect())?);
    let continues = continues(tx, &rows)?;
    let (session, keys) = tx.session();
    let waiting: Stored<Vec<Waiting>> =
        rows.into_iter().map(|row| opened(&mut session.codec, keys, &continues, row)).collect();
    let waiting = tx.note(waiting)?;
    let by_name: BTreeMap<_, _> =
        waiting.into_iter().map(|waiting| (waiting.name, waiting)).collect();
    Ok(by_name.into_values().collect())
}

fn untaken(tx: &mut Tx, places: Vec<Range>) -> Stored<Vec<Row>> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let untaken = [Verdict::Quarantined, Verdict::Rejected].map(Verdict::as_str);
    tx.run(|connection| {
        on_both!(connection, |c| {
            let mut query = journal::table.select(Row::as_select()).into_boxed();
            for place in &places {
                let here = journal::device
                    .eq(place.device)
                    .and(journal::device_seq.between(place.from, place.through))
                    .and(journal::verdict.eq_any(untaken));
                query = match place.group {
                    Some(group) => query.or_filter(here.and(journal::group_id.eq(group))),
                    None => query.or_filter(here),
                };
            }
            query.load(c)
        })
    })
}

type Continues = BTreeMap<Fixed<16>, Vec<(DeviceId, DeviceSeq)>>;

fn continues(tx: &mut Tx, rows: &[Row]) -> Stored<Continues> {
    let devices: BTreeSet<_> = rows.iter().map(|row| row.device).collect();
    if devices.is_empty() {
        return Ok(Continues::new());
    }
    let found: Vec<(Fixed<16>, Fixed<16>, i64)> = tx.run(|connection| {
        let query = device_continues::table
            .filter(device_continues::device.eq_any(devices))
            .order((device_continues::device, device_continues::earlier))
            .select((
                device_continues::device,
                device_continues::earlier,
                device_continues::through,
            ));
        on_both!(connection, |c| query.load(c))
    })?;
    let mut continues = Continues::new();
    for (device, earlier, through) in found {
        let earlier = (DeviceId::of(earlier), DeviceSeq(counted(through)?));
        continues.entry(device).or_default().push(earlier);
    }
    Ok(continues)
}

fn opened(codec: &mut Codec, keys: &KeyRing, continues: &Continues, row: Row) -> Stored<Waiting> {
    let payload = match row.payload {
        None => None,
        Some(bytes) => with_name(row.device, row.device_seq, |name| {
            let text = codec.open(
                keys,
                row.key_id,
                Place { column: Column::PAYLOAD, row: name },
                bytes,
            )?;
            Ok(Some(text.to_owned()))
        })?,
    };
    Ok(Waiting {
        name: EditName {
            device: DeviceId::of(row.device),
            device_seq: DeviceSeq(counted(row.device_seq)?),
        },
        user: UserId::of(row.account),
        verdict: untaken_verdict(&row.verdict).ok_or_else(|| corrupt("a verdict"))?,
        record: row.record.map(RecordId::of),
        root: row.root.map(RecordId::of),
        kind: row.kind,
        stream: row.stream.map(StreamId::of),
        group: row.group_id.map(GroupId::of),
        payload,
        continues: continues.get(&row.device).cloned().unwrap_or_default(),
    })
}

/// Those of these edits that a decision has settled.
pub(crate) fn settled(tx: &mut Tx, names: &[EditName]) -> Stored<Vec<EditName>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Decided> = tx.run(|connection| {
        on_both!(connection, |c| {
            let mut query =
                journal::table.select((journal::decides_device, journal::decides_seq)).into_boxed();
            for name in names {
                let is_named = journal::decides_device
                    .eq(name.device.fixed())
                    .and(journal::decides_seq.eq(counter(name.device_seq.0)));
                query = query.or_filter(is_named);
            }
            query.load(c)
        })
    })?;
    found.into_iter().filter_map(name_of).collect()
}

/// The edits of these devices for these records that a decision has applied.
pub(crate) fn applied(
    tx: &mut Tx,
    devices: &[DeviceId],
    records: &[RecordId],
) -> Stored<BTreeSet<EditName>> {
    let found: Vec<Decided> = tx.run(|connection| {
        let query = journal::table
            .filter(journal::decides_device.eq_any(devices.iter().map(|id| Some(id.fixed()))))
            .filter(journal::record.eq_any(records.iter().map(|id| Some(id.fixed()))))
            .filter(journal::op.eq(Op::Apply.as_str()))
            .select((journal::decides_device, journal::decides_seq));
        on_both!(connection, |c| query.load(c))
    })?;
    found.into_iter().filter_map(name_of).collect()
}

/// The edit that a journal row decides on.
type Decided = (Option<Fixed<16>>, Option<i64>);

fn name_of((device, device_seq): Decided) -> Option<Stored<EditName>> {
    let (device, device_seq) = (DeviceId::of(device?), device_seq?);
    Some(counted(device_seq).map(|seq| EditName { device, device_seq: DeviceSeq(seq) }))
}
