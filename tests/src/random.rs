//! People at work, from a seed: edits of every sort, most of them sensible.

use crate::edits::{SIX, document, draft, household, path};
use ruhu_device::{Choice, Random, TestDevice, View};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::Json;
use serde_json::json;

const FIELDS: [&str; 5] = ["/head_name", "/address", "/phone", "/notes", "/case_no"];
const WORDS: [&str; 3] = ["甲", "乙", "丙"];
const CAUSES: [&str; 3] =
    ["/poverty_cause/illness", "/poverty_cause/disability", "/poverty_cause/disaster"];
const ANSWERS: [&str; 2] = ["achieved", "not_achieved"];

/// The number of households after which nobody creates another.
const HOUSEHOLDS_MAX: usize = 3;

/// One act of a person on a tablet, based on what the tablet shows.
pub fn act<T>(tablet: &mut TestDevice<T>, random: &mut Random) {
    let households = tablet.records("household");
    if households.is_empty() || (households.len() < HOUSEHOLDS_MAX && random.below(8) == 0) {
        let made = document(&household(random.pick(&WORDS)));
        tablet.create("household", None, made).expect("kept");
        return;
    }
    let home = random.pick(&households);
    match random.below(12) {
        0 | 1 => {
            let word = Json::from(random.pick(&WORDS));
            tablet.set(home.record, &path(random.pick(&FIELDS)), word).expect("kept");
        }
        2 => tablet.remove(home.record, &path(random.pick(&FIELDS[1..]))).expect("kept"),
        3 => {
            let chosen = if random.below(2) == 0 { Json::Bool(true) } else { Json::Null };
            tablet.set(home.record, &path(random.pick(&CAUSES)), chosen).expect("kept");
        }
        4 | 5 => contact(tablet, &home, random),
        6 => member(tablet, &home, random),
        7..=9 => assess(tablet, home.record, random),
        10 => settle(tablet, random),
        _ => {
            let names = [random.pick(&WORDS), random.pick(&WORDS)];
            let together = tablet.group(|tablet| {
                tablet.set(home.record, &path("/head_name"), names[0].into())?;
                tablet.set(home.record, &path("/address"), names[1].into())
            });
            together.expect("kept");
        }
    }
}

/// Adds, changes, or removes a contact.
fn contact<T>(tablet: &mut TestDevice<T>, home: &View, random: &mut Random) {
    let at = path("/contacts");
    let rows = home.document.get("contacts").and_then(Json::as_object);
    let ids: Vec<String> = rows.map(|rows| rows.keys().cloned().collect()).unwrap_or_default();
    let word = random.pick(&WORDS);
    if ids.is_empty() || random.below(3) == 0 {
        tablet.add_row(home.record, &at, document(&json!({"name": word}))).expect("kept");
    } else if random.below(2) == 0 {
        let place = at.child(&random.pick(&ids)).child("name");
        tablet.set(home.record, &place, word.into()).expect("kept");
    } else {
        tablet.remove_row(home.record, &at, &random.pick(&ids)).expect("kept");
    }
}

/// Adds a member of the household, changes one, or deletes one.
fn member<T>(tablet: &mut TestDevice<T>, home: &View, random: &mut Random) {
    let members = tablet.records("person");
    let word = random.pick(&WORDS);
    match random.below(4) {
        0 if !members.is_empty() => {
            let gone = random.pick(&members).record;
            tablet.delete(gone).expect("kept");
        }
        1 | 2 if !members.is_empty() => {
            let changed = random.pick(&members).record;
            tablet.set(changed, &path("/name"), word.into()).expect("kept");
        }
        _ => {
            let person = document(&json!({"name": word, "id_type": "none",
                "id_no_absent_reason": "not_shown", "relation_code": "02",
                "counted_as": "shared_living", "kin_to_staff": "no"}));
            tablet.create("person", Some(home.record), person).expect("kept");
        }
    }
}

/// Begins an assessment, answers a question, adds a caregiver, or submits it.
fn assess<T>(tablet: &mut TestDevice<T>, home: RecordId, random: &mut Random) {
    let open = tablet.records("assessment");
    if open.is_empty() || (open.len() < 4 && random.below(6) == 0) {
        tablet.create("assessment", Some(home), document(&draft())).expect("kept");
        return;
    }
    let one = random.pick(&open).record;
    match random.below(8) {
        0 => tablet.set(one, &path("/status"), "submitted".into()).expect("kept"),
        1 => {
            let row = document(&json!({"name": random.pick(&WORDS)}));
            tablet.add_row(one, &path("/answers/caregivers"), row).expect("kept");
        }
        2 => {
            let all: serde_json::Value =
                SIX.iter().map(|item| ((*item).to_owned(), json!("achieved"))).collect();
            let patch = document(&json!({"answers": all}));
            tablet.patch(one, patch, Default::default()).expect("kept");
        }
        _ => {
            let place = path("/answers").child(random.pick(&SIX));
            tablet.set(one, &place, random.pick(&ANSWERS).into()).expect("kept");
        }
    }
}

/// Settles an open conflict, if one is shown.
fn settle<T>(tablet: &mut TestDevice<T>, random: &mut Random) {
    let shown = ["household", "person", "assessment"].map(|kind| tablet.records(kind));
    let open = shown.into_iter().flatten().find(|view| !view.conflicts.is_empty());
    if let Some(view) = open {
        let conflict = random.pick(&view.conflicts).id.clone();
        let choice =
            if random.below(2) == 0 { Choice::KeepCurrent } else { Choice::TakeAlternative };
        tablet.resolve(view.record, &conflict, choice).expect("kept");
    }
}
