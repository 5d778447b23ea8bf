//! What holds for every schedule of edits, tried on many random ones.

mod world;

use proptest::prelude::*;
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use world::{STREAM, World, record, thing, with};

/// One random step: which device, how old a base it had, and what it changes.
#[derive(Clone, Debug)]
struct Step {
    device: u128,
    base_age: usize,
    change: Change,
}

#[derive(Clone, Debug)]
enum Change {
    Set(&'static str, i64),
    Remove(&'static str),
    Row { row: u8, field: &'static str, value: i64 },
    AddRow,
    RemoveRow(u8),
    ResolveAll,
}

fn change() -> impl Strategy<Value = Change> {
    let leaf = prop_oneof![Just("x"), Just("y"), Just("other"), Just("mark")];
    prop_oneof![
        4 => (leaf.clone(), 0..4_i64).prop_map(|(name, value)| Change::Set(name, value)),
        1 => leaf.prop_map(Change::Remove),
        3 => (0..4_u8, prop_oneof![Just("wage"), Just("age")], 0..4_i64)
            .prop_map(|(row, field, value)| Change::Row { row, field, value }),
        2 => Just(Change::AddRow),
        1 => (0..4_u8).prop_map(Change::RemoveRow),
        1 => Just(Change::ResolveAll),
    ]
}

fn steps(devices: std::ops::RangeInclusive<u128>) -> impl Strategy<Value = Vec<Step>> {
    let step = (devices, 0..4_usize, change()).prop_map(|(device, base_age, change)| Step {
        device,
        base_age,
        change,
    });
    prop::collection::vec(step, 1..25)
}

/// Plays steps on thing 1 as honest devices would: rows that exist in what a device sees, new rows
/// under new ids, and bases that never go back within one device.
struct Play {
    world: World,
    revs: Vec<String>,
    documents: Vec<Value>,
    numbers: BTreeMap<u128, u64>,
    seen: BTreeMap<u128, usize>,
    rows: u32,
}

impl Play {
    fn new() -> Self {
        let mut play = Self {
            world: World::new(),
            revs: Vec::new(),
            documents: Vec::new(),
            numbers: BTreeMap::new(),
            seen: BTreeMap::new(),
            rows: 2,
        };
        let patch = json!({"x": 0, "rows": {"r0": {"wage": 0}, "r1": {"wage": 1}}});
        let edit = with(thing(1, 1, "0", patch), "new_rows", json!(["/rows/r0", "/rows/r1"]));
        play.revs.push(play.world.put(1, edit));
        play.documents.push(play.world.document(1));
        play.numbers.insert(1, 1);
        play
    }

    /// Plays one step; gives the edit and its outcome.
    fn step(&mut self, step: &Step) -> (Value, Value) {
        let newest = self.revs.len() - 1;
        let oldest = self.seen.get(&step.device).copied().unwrap_or(0);
        let at = newest.saturating_sub(step.base_age).max(oldest);
        self.seen.insert(step.device, at);
        let number = self.numbers.entry(step.device).or_insert(0);
        *number += 1;
        let number = *number;
        let mut new_rows = Vec::new();
        let mut resolves = json!([]);
        let patch = match &step.change {
            Change::Set(name, value) => json!({*name: value}),
            Change::Remove(name) => json!({*name: null}),
            Change::Row { row, field, value } => {
                json!({"rows": {format!("r{row}"): {*field: value}}})
            }
            Change::AddRow => {
                let id = format!("r{}", self.rows);
                self.rows += 1;
                new_rows.push(format!("/rows/{id}"));
                json!({"rows": {id: {"wage": 9}}})
            }
            Change::RemoveRow(row) => json!({"rows": {format!("r{row}"): null}}),
            Change::ResolveAll => {
                resolves = self.world.conflicts(1).into();
                json!({})
            }
        };
        let edit = with(thing(number, 1, &self.revs[at], patch), "new_rows", json!(new_rows));
        let edit = with(edit, "resolves", resolves);
        let outcome = self.world.push(step.device, std::slice::from_ref(&edit)).remove(0);
        if let Some(rev) = outcome["rev"].as_str() {
            self.revs.push(rev.to_owned());
            self.documents.push(self.world.document(1));
        }
        (edit, outcome)
    }
}

/// The leaves a patch sets, with their values.
fn leaves(at: &str, patch: &Value, into: &mut Vec<(String, Value)>) {
    for (name, value) in patch.as_object().into_iter().flatten() {
        let path = format!("{at}/{name}");
        match value {
            Value::Object(_) => leaves(&path, value, into),
            value => into.push((path, value.clone())),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_that_is_taken_never_loses_a_leaf(steps in steps(1..=3)) {
        let mut play = Play::new();
        for step in &steps {
            let (edit, outcome) = play.step(step);
            if outcome["rev"].is_null() {
                let state = play.world.store.state();
                let kept = state.journal.values().any(|row| {
                    serde_json::from_str::<Value>(&row.payload).is_ok_and(|kept| kept == edit)
                });
                prop_assert!(kept, "a payload that was not taken is kept");
                continue;
            }
            let document = play.world.document(1);
            let open = play.world.conflicts(1);
            let mut asked = Vec::new();
            leaves("", &edit["patch"], &mut asked);
            for (path, value) in asked {
                let stands = document.pointer(&path).cloned().unwrap_or(Value::Null) == value;
                let waits = open.iter().any(|c| {
                    c["path"] == path.as_str() && c.get("value").unwrap_or(&Value::Null) == &value
                });
                prop_assert!(stands || waits, "{path} = {value} of {edit} is nowhere");
            }
        }
    }

    #[test]
    fn what_stood_before_a_conflict_is_never_overwritten_by_it(steps in steps(1..=3)) {
        let mut play = Play::new();
        for step in &steps {
            let before = play.world.document(1);
            let (_, outcome) = play.step(step);
            for path in outcome["conflicts"].as_array().into_iter().flatten() {
                let path = path.as_str().expect("path");
                if let Some(stood) = before.pointer(path) {
                    let document = play.world.document(1);
                    prop_assert_eq!(document.pointer(path), Some(stood));
                }
            }
        }
    }

    #[test]
    fn the_merge_is_deterministic(steps in steps(1..=3)) {
        let run = || {
            let mut play = Play::new();
            let outcomes: Vec<_> = steps.iter().map(|step| play.step(step).1).collect();
            (outcomes, play.world.stored(1))
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn a_chain_from_one_device_never_conflicts_with_itself(steps in steps(1..=1)) {
        let mut play = Play::new();
        for step in &steps {
            let (edit, outcome) = play.step(step);
            prop_assert!(
                outcome["outcome"] == "applied" || outcome["reason"] == "row_unknown",
                "{edit} gave {outcome}"
            );
        }
    }

    #[test]
    fn edits_of_different_leaves_commute(
        one in prop::collection::btree_map(prop_oneof![Just("x"), Just("mark")], 0..5_i64, 1..3),
        other in prop::collection::btree_map(prop_oneof![Just("y"), Just("later")], 0..5_i64, 1..3),
    ) {
        let run = |first: u128| {
            let mut play = Play::new();
            let base = play.revs[0].clone();
            let mut edits = [
                (2, thing(1, 1, &base, json!(one))),
                (3, thing(1, 1, &base, json!(other))),
            ];
            if first == 3 {
                edits.reverse();
            }
            for (device, edit) in edits {
                play.world.put(device, edit);
            }
            (play.world.document(1), play.world.conflicts(1))
        };
        prop_assert_eq!(run(2), run(3));
    }

    #[test]
    fn undoing_the_history_gives_every_earlier_document(steps in steps(1..=3)) {
        let mut play = Play::new();
        steps.iter().for_each(|step| drop(play.step(step)));
        let state = play.world.store.state();
        let mut document: Object = state.records[&record(1)].content().expect("content").document;
        let mut effective: Vec<_> =
            state.journal.values().filter(|row| row.rev().is_some()).collect();
        effective.sort_by_key(|row| row.rev().map(|rev| rev.number));
        while let (Some(row), Some(expected)) = (effective.pop(), play.documents.pop()) {
            let text = ruhu_sync::canonical::to_text(&Json::Object(document.clone()));
            prop_assert_eq!(serde_json::from_str::<Value>(&text).expect("json"), expected);
            if effective.is_empty() { break; }
            row.effect.undo(&mut document);
        }
    }

    #[test]
    fn the_digest_is_always_that_of_the_records(steps in steps(1..=3)) {
        let mut play = Play::new();
        for step in &steps {
            play.step(step);
            let state = play.world.store.state();
            let mut digest = StreamDigest::default();
            state.records.values().for_each(|r| digest.toggle(r.id, r.rev));
            prop_assert_eq!(state.streams[&STREAM].digest, digest);
        }
    }

    #[test]
    fn canonical_text_reads_back_to_the_same_value_and_text(number in any::<f64>(), text in ".{0,12}") {
        let value = json!({"n": if number.is_finite() { number } else { 0.5 }, "t": text});
        if let Ok(read) = Json::parse(&value.to_string()) {
            let canonical = ruhu_sync::canonical::to_text(&read);
            let again = Json::parse(&canonical).expect("canonical text is JSON");
            prop_assert_eq!(&again, &read);
            prop_assert_eq!(ruhu_sync::canonical::to_text(&again), canonical);
        }
    }

    #[test]
    fn a_pointer_reads_back(steps in prop::collection::vec(".{0,5}", 0..4)) {
        let path = Path::of(&steps.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(Path::parse(&path.to_string()), Some(path));
    }
}
