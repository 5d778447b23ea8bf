//! Verifies the audit log from end to end, and the watched rows against it: accounts, rights,
//! devices, keys.

use super::states::GONE;
use super::{Line, Thing};
use crate::schema::{audit_head, audit_log as lines};
use crate::values::{Fixed, counted, counter};
use crate::{Store, Tx, migrate};
use diesel::prelude::*;
use ruhu_sync::chain::{self, Hash};
use ruhu_sync::storage::Stored;
use std::collections::{BTreeMap, BTreeSet};
use strum::VariantArray as _;
use uuid::Uuid;

/// The number of lines in memory at a time.
const CHUNK_LINES: usize = 500;

/// The maximum number of listed faults; the rest are only counted.
const LISTED_MAX: usize = 20;

/// The end of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// Its last number.
    pub last: u64,
    /// That line's link.
    pub chain: Hash,
}

/// The content of the audit log, and the faults in it and in watched rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogAudit {
    /// The number of lines.
    pub lines: u64,
    /// The number of accounts, rights, devices and keys compared with them.
    pub rows: u64,
    /// The number of faults.
    pub faulty: u64,
    /// The first faults; they name lines and rows, never content.
    pub faults: Vec<String>,
}

impl LogAudit {
    fn complain(&mut self, fault: String) {
        self.faulty += 1;
        if self.faults.len() < LISTED_MAX {
            self.faults.push(fault);
        }
    }
}

type States = BTreeMap<(Thing, Uuid), String>;

impl Store {
    /// Verifies the audit log in one snapshot, against an earlier end if one is known, and compares
    /// every watched row with the log's last state of it.
    pub fn verify_audit_log(&self, anchored: Option<LogHead>) -> Stored<LogAudit> {
        self.read(|tx| {
            migrate::must_be_of_this_version(tx)?;
            audit_log(tx, anchored)
        })
    }
}

/// The same, within a transaction.
pub(crate) fn audit_log(tx: &mut Tx, anchored: Option<LogHead>) -> Stored<LogAudit> {
    let mut found = LogAudit { lines: 0, rows: 0, faulty: 0, faults: Vec::new() };
    let states = follow(tx, &mut found, anchored)?;
    hold_rows_against(tx, &mut found, states)?;
    Ok(found)
}

/// The end according to the log's own row; a log without chained lines fixes nothing.
pub(crate) fn log_head(tx: &mut Tx) -> Stored<Option<LogHead>> {
    let head: Option<(i64, Option<Fixed<32>>)> = tx.run(|connection| {
        let query = audit_head::table.select((audit_head::last, audit_head::chain));
        on_both!(connection, |c| query.first(c).optional())
    })?;
    let Some((last, Some(link))) = head else {
        return Ok(None);
    };
    Ok(Some(LogHead { last: counted(last)?, chain: link.0 }))
}

/// Follows the chain as far as possible; returns the last state of each row in it.
fn follow(tx: &mut Tx, found: &mut LogAudit, anchored: Option<LogHead>) -> Stored<States> {
    let head = log_head(tx)?;
    let (mut last, mut link, mut is_chained) = (0_u64, chain::START, false);
    let mut states = States::new();
    loop {
        let chunk: Vec<Line> = tx.run(|connection| {
            on_both!(connection, |c| lines::table
                .filter(lines::number.gt(counter(last)))
                .order(lines::number)
                .limit(CHUNK_LINES as i64)
                .select(Line::as_select())
                .load(c))
        })?;
        let is_end = chunk.len() < CHUNK_LINES;
        for line in chunk {
            let number = counted(line.number)?;
            if number != last + 1 {
                found.complain(format!("audit line {}: it is missing", last + 1));
                // The chain is broken here; later lines are still the last word on their rows.
                link = line.chain.map_or(link, |chain| chain.0);
            } else {
                let next = line.link(&link);
                is_chained |= line.chain.is_some();
                if line.chain.map_or(is_chained, |chain| chain.0 != next) {
                    found.complain(format!(
                        "audit line {number}: the chain breaks here: the line was changed, or put \
                         in another's place"
                    ));
                }
                link = line.chain.map_or(next, |chain| chain.0);
            }
            (last, found.lines) = (number, found.lines + 1);
            if anchored.is_some_and(|anchor| anchor.last == number && anchor.chain != link) {
                found.complain(format!(
                    "audit line {number}: the anchor has another link for it: the log was rewritten"
                ));
            }
            keep(&mut states, &line.states);
        }
        if is_end {
            break;
        }
    }
    let ends = head.map_or(last == 0 || !is_chained, |h| h.last == last && h.chain == link);
    if !ends {
        let end = head.map_or(0, |head| head.last);
        found.complain(match end > last {
            true => format!("audit line {}: it is missing", last + 1),
            false => format!("audit line {last}: the log's own row has another end than this"),
        });
    } else if anchored.is_some_and(|anchor| anchor.last > last) {
        found.complain(format!("audit line {}: it is missing; the anchor knows it", last + 1));
    }
    Ok(states)
}

fn keep(states: &mut States, told: &str) {
    for line in told.lines() {
        let mut words = line.split(' ');
        let (thing, id) = (words.next().map(str::parse), words.next());
        if let (Some(Ok(thing)), Some(Ok(id)), Some(state)) =
            (thing, id.map(str::parse), words.next())
        {
            match state {
                GONE => states.remove(&(thing, id)),
                state => states.insert((thing, id), state.to_owned()),
            };
        }
    }
}

fn hold_rows_against(tx: &mut Tx, found: &mut LogAudit, mut states: States) -> Stored<()> {
    let told: BTreeSet<Thing> = states.keys().map(|(thing, _)| *thing).collect();
    let watched = tx.watched()?;
    // A copy made by an earlier version watches less. Removing a table from the list does not help:
    // the log has its earlier lines.
    for thing in
        Thing::VARIANTS.iter().filter(|thing| watched.contains(thing) || told.contains(thing))
    {
        for (id, state) in thing.states(tx, None)? {
            found.rows += 1;
            let wrong = match states.remove(&(*thing, id)) {
                Some(told) if told == state => continue,
                Some(_) => "it is not as the log last tells: it was changed past the service",
                None => "no line of the log tells of it: it was added past the service",
            };
            found.complain(format!("{} {id}: {wrong}", thing.as_str()));
        }
    }
    for (thing, id) in states.into_keys() {
        found.complain(format!("{} {id}: it is gone, and the log tells of it", thing.as_str()));
    }
    Ok(())
}
