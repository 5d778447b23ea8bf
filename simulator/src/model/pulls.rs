//! What a pull should return, and what a device should then hold.

use super::value::hex;
use super::{Model, Wrong};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Model {
    /// Compares a page with the server's expected state at this moment. Returns whether it was the
    /// last.
    pub fn observe_pull(
        &mut self,
        device: Uuid,
        owner: Uuid,
        status: u16,
        answer: &str,
    ) -> Result<bool, Wrong> {
        let person = self.person(owner);
        let page: Value = serde_json::from_str(answer).unwrap_or_default();
        let known = self.state.devices.get(&device).filter(|known| known.user == owner);
        let wanted = match known {
            None => Some((401, "sign-in-required")),
            Some(known) if known.lost => Some((403, "device-lost")),
            Some(_) if person.closed => Some((403, "closed")),
            Some(_) => None,
        };
        if let Some((wanted, slug)) = wanted {
            let is_it =
                status == wanted && page["type"].as_str().is_some_and(|t| t.ends_with(slug));
            return match is_it {
                true => Ok(false),
                false => Err(format!("7: a pull should be refused as {slug}: {status} {answer}")),
            };
        }
        if status != 200 {
            // A cursor of another epoch, or of the device's earlier name.
            let is_told = [400, 409].contains(&status);
            return if is_told { Ok(false) } else { Err(format!("a pull was refused: {answer}")) };
        }
        for record in page["records"].as_array().into_iter().flatten() {
            let id = super::judge::id(record, "record").unwrap_or_default();
            let within = self.state.within(&person, id);
            let Some(there) = within else {
                return Err(format!("7: {owner} was told of {record}"));
            };
            if *record != read(&there.to_wire()) {
                return Err(format!("3: a page told {record} instead of {}", there.to_wire()));
            }
        }
        for gone in page["evicted"].as_array().into_iter().flatten() {
            let stream = super::judge::id(gone, "stream").unwrap_or_default();
            if !person.streams.contains(&stream) {
                return Err(format!("7: {owner} was told what left {stream}"));
            }
        }
        if page["complete"] != json!(true) {
            return Ok(false);
        }
        let told: BTreeMap<String, (Value, Value)> = page["streams"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|s| (s["stream"].to_string(), (s["count"].clone(), s["digest"].clone())))
            .collect();
        let counted = self.streams();
        let should: BTreeMap<String, (Value, Value)> = person
            .streams
            .iter()
            .map(|id| {
                let (count, digest, _) = counted.get(id).copied().unwrap_or_default();
                (json!(id).to_string(), (json!(count), json!(hex(&digest))))
            })
            .collect();
        match told == should {
            true => Ok(true),
            false => Err(format!("8: the streams are {should:?}, and were told as {told:?}")),
        }
    }

    /// Whether these rows, name and rev, are exactly what this person's devices should hold.
    pub fn holds(&self, owner: Uuid, rows: &BTreeMap<Uuid, Value>) -> Result<(), Wrong> {
        let person = self.person(owner);
        let should: BTreeSet<Uuid> = self
            .state
            .records
            .values()
            .filter(|record| person.streams.contains(&record.stream))
            .map(|record| record.id)
            .collect();
        let held: BTreeSet<Uuid> = rows.keys().copied().collect();
        if held != should {
            let (lacks, more) = (&should - &held, &held - &should);
            return Err(format!("3: the device lacks {lacks:?} and holds {more:?} beside"));
        }
        for (id, row) in rows {
            let there = read(&self.state.records[id].to_wire());
            if *row != there {
                return Err(format!("3: the device holds {row} instead of {there}"));
            }
        }
        Ok(())
    }
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
