//! Decisions on edits in quarantine.

use super::judge::{Author, Judged, Refusal, Taken, id, waits};
use super::state::{Name, Person, State};
use crate::kinds::Kinds;
use serde_json::Value;
use uuid::Uuid;

/// The edit that a decision names.
pub(super) fn target(decision: &Value) -> Option<Name> {
    let edit = &decision["edit"];
    Some((id(edit, "device")?, edit["device_seq"].as_u64()?))
}

impl State {
    /// The quarantined edits that are settled together with this one.
    pub(super) fn group_of(&self, name: Name) -> Vec<Name> {
        let Some(device) = self.devices.get(&name.0) else { return Vec::new() };
        let Some(case) = device.edits.get(name.1 as usize - 1) else { return Vec::new() };
        if case.group.is_none() {
            return vec![name];
        }
        let all = device.edits.iter().enumerate();
        let members = all.filter(|(_, edit)| {
            edit.group == case.group && edit.is("quarantined") && edit.record.is_some()
        });
        members.map(|(at, _)| (name.0, at as u64 + 1)).collect()
    }

    /// Judges a decision; `together` are all decisions in its unit.
    pub(super) fn decide(
        &mut self,
        kinds: &Kinds,
        person: &Person,
        decision: &Value,
        together: &[Value],
    ) -> Judged {
        let applies = decision["op"] == "apply";
        let Some(name) = target(decision) else { return Err(malformed()) };
        if decision["reason"].as_str().is_none_or(|reason| reason.trim().is_empty()) {
            return Err(malformed());
        }
        if person.closed {
            return Err(waits("right_ended"));
        }
        let device = self.devices.get(&name.0);
        let case = device.and_then(|device| device.edits.get((name.1 as usize).checked_sub(1)?));
        let case = case.filter(|case| case.is("quarantined") && case.record.is_some()).cloned();
        let Some(case) = case else { return Err(waits("not_available")) };
        let (Some(content), Some(record)) = (case.content.clone(), case.record) else {
            return Err(waits("not_available"));
        };
        let root = id(&content, "root").unwrap_or(record);
        let there = self.records.get(&record).or_else(|| self.records.get(&root));
        let today = there.map(|there| there.stream);
        self.may_decide(person, today.or(case.desk))?;
        if self.settled.contains_key(&name) {
            return Err(waits("settled"));
        }
        let group = self.group_of(name);
        let decided: Vec<Name> = together
            .iter()
            .filter(|other| other["op"] == decision["op"])
            .filter_map(target)
            .filter(|other| group.contains(other))
            .collect();
        if decided != group {
            return Err(waits("group_member"));
        }
        let mut taken = Taken::nothing();
        if applies {
            let desk = id(decision, "stream").or(case.desk);
            taken = self.apply(kinds, person, name, &content, today, desk)?;
        }
        self.settled.insert(name, applies);
        Ok(Taken { settles: Some(name), ..taken })
    }

    fn apply(
        &mut self,
        kinds: &Kinds,
        person: &Person,
        name: Name,
        content: &Value,
        today: Option<Uuid>,
        desk: Option<Uuid>,
    ) -> Judged {
        let Some(user) = self.devices.get(&name.0).map(|device| device.user) else {
            return Err(waits("not_available"));
        };
        if content["op"] != "put" && content["op"] != "delete" {
            return Err(waits("not_available"));
        }
        if user == person.id {
            return Err(waits("not_permitted"));
        }
        self.may_decide(person, today.or(id(content, "stream")).or(desk))?;
        let author = Author { person, user, device: name.0, at_desk: false, applied: Some(desk) };
        let judged = self.judge(kinds, &author, name.1, content);
        judged.map_err(|refusal| Refusal { verdict: "quarantined", ..refusal })
    }

    fn may_decide(&self, person: &Person, stream: Option<Uuid>) -> Result<(), Refusal> {
        match stream.filter(|stream| person.streams.contains(stream)) {
            None => Err(waits("not_available")),
            Some(_) if person.is_staff => Ok(()),
            Some(_) => Err(waits("not_permitted")),
        }
    }
}

fn malformed() -> Refusal {
    Refusal { verdict: "rejected", reason: "malformed", because_of: None }
}
