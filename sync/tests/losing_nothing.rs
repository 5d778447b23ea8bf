//! Nothing that was taken is lost later, on many random schedules: every leaf of an edit that was
//! taken stands in the document, or waits in an open conflict, until somebody who could see it, or
//! its own chain, decided otherwise. Objects, rows in all their states, unknown fields and
//! resolutions take part; bases are old, none at all, or of another history.

mod world;

use proptest::prelude::*;
use ruhu_sync::canonical;
use ruhu_sync::json::Json;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use world::{World, record, thing, with};

const KINDS: &str = r#"{"kinds":{"thing":{"fields":{"x":"ask","y":"ask",
    "home":{"object":{"street":"ask","door":"ask"}},
    "rows":{"rows":{"wage":"ask","age":"ask","work":{"object":{"a":"ask"}}}}}}}}"#;

#[derive(Clone, Debug)]
struct Step {
    device: u128,
    base: Base,
    change: Change,
}

#[derive(Clone, Debug)]
enum Base {
    Age(usize),
    Nothing,
    Unknown,
}

#[derive(Clone, Debug)]
enum Change {
    Set(String, Value),
    Remove(String),
    Ensure(&'static str),
    AddRow,
    /// Settles the nth open conflict it sees: keeps what stands, or takes the alternative.
    Resolve {
        nth: usize,
        take: bool,
    },
}

fn change() -> impl Strategy<Value = Change> {
    let leaf = prop_oneof![Just("/x"), Just("/home/street"), Just("/home/door"), Just("/later")];
    let in_row = (0..3_u8, prop_oneof![Just("wage"), Just("age"), Just("work/a")])
        .prop_map(|(row, field)| format!("/rows/r{row}/{field}"));
    let all =
        prop_oneof![Just("/home"), Just("/rows"), Just("/x"), Just("/later"), Just("/home/street")];
    let object = prop_oneof![Just("/home"), Just("/rows"), Just("/rows/r0"), Just("/rows/r0/work")];
    prop_oneof![
        5 => (leaf, 0..3_i64).prop_map(|(path, value)| Change::Set(path.to_owned(), json!(value))),
        5 => (in_row, 0..3_i64).prop_map(|(path, value)| Change::Set(path, json!(value))),
        1 => (0..3_i64).prop_map(|value| Change::Set("/later".to_owned(), json!({"a": value}))),
        2 => all.prop_map(|path| Change::Remove(path.to_owned())),
        2 => (0..3_u8).prop_map(|row| Change::Remove(format!("/rows/r{row}"))),
        1 => object.prop_map(Change::Ensure),
        2 => Just(Change::AddRow),
        3 => (0..3_usize, any::<bool>()).prop_map(|(nth, take)| Change::Resolve { nth, take }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let base = prop_oneof![
        12 => (0..4_usize).prop_map(Base::Age),
        1 => Just(Base::Nothing),
        1 => Just(Base::Unknown),
    ];
    let step = (1..=3_u128, base, change());
    prop::collection::vec(
        step.prop_map(|(device, base, change)| Step { device, base, change }),
        1..25,
    )
}

/// One version, as a device may have seen it.
#[derive(Clone)]
struct Version {
    rev: String,
    document: Value,
    conflicts: Vec<Value>,
}

/// A leaf of an edit that was taken: `null` for what it removed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Leaf {
    device: u128,
    number: u64,
    path: String,
    value: String,
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("a text")
}

fn patch_of(path: &str, value: Value) -> Value {
    path.trim_start_matches('/').split('/').rev().fold(value, |inner, name| json!({name: inner}))
}

fn overlaps(one: &str, other: &str) -> bool {
    let (one, other) = (format!("{one}/"), format!("{other}/"));
    one.starts_with(&other) || other.starts_with(&one)
}

/// The leaves a patch sets or removes; that an object be there is none.
fn leaves(at: &str, patch: &Value, into: &mut Vec<(String, Value)>) {
    for (name, value) in patch.as_object().into_iter().flatten() {
        let path = format!("{at}/{name}");
        if value.is_object() && path != "/later" {
            leaves(&path, value, into);
        } else {
            into.push((path, value.clone()));
        }
    }
}

impl Version {
    fn now(world: &World, rev: &str) -> Self {
        let (document, conflicts) = (world.document(1), world.conflicts(1));
        Self { rev: rev.to_owned(), document, conflicts }
    }

    /// Whether the leaf stands here, or waits, alone or in a row that waits.
    fn holds(&self, leaf: &Leaf) -> bool {
        self.has_standing(leaf) || self.has_waiting(leaf)
    }

    fn has_standing(&self, leaf: &Leaf) -> bool {
        let value: Value = serde_json::from_str(&leaf.value).expect("json");
        let stands = self.document.pointer(&leaf.path);
        if value.is_null() {
            // An object that another's row stood in may stay behind, empty.
            return stands.is_none_or(|stands| stands == &json!({}));
        }
        stands == Some(&value)
    }

    fn has_waiting(&self, leaf: &Leaf) -> bool {
        let value: Value = serde_json::from_str(&leaf.value).expect("json");
        let mut waiting = self.conflicts.iter().map(|c| (text(c, "path"), c.get("value")));
        if value.is_null() {
            return waiting.any(|(at, waits)| waits.is_none() && overlaps(at, &leaf.path));
        }
        waiting.any(|(at, waits)| {
            let within = leaf.path.strip_prefix(at);
            within.is_some_and(|rest| waits.and_then(|v| v.pointer(rest)) == Some(&value))
        })
    }
}

/// The patch of a change, the rows it adds and the conflicts it names.
fn asked(change: &Change, view: &Version, rows: &mut u32) -> (Value, Vec<String>, Vec<Value>) {
    let plain = |patch| (patch, Vec::new(), Vec::new());
    match change {
        Change::Set(path, value) => plain(patch_of(path, value.clone())),
        Change::Remove(path) => plain(patch_of(path, Value::Null)),
        Change::Ensure(path) => plain(patch_of(path, json!({}))),
        Change::AddRow => {
            let path = format!("/rows/r{rows}");
            *rows += 1;
            (patch_of(&path, json!({"wage": 9})), vec![path], Vec::new())
        }
        Change::Resolve { nth, take } => {
            let Some(open) = view.conflicts.get(*nth) else {
                return plain(json!({}));
            };
            let path = text(open, "path");
            let is_row = path.starts_with("/rows/") && path.matches('/').count() == 2;
            let (patch, new_rows) = match (take, open.get("value")) {
                (false, _) => (json!({}), Vec::new()),
                (true, None) => (patch_of(path, Value::Null), Vec::new()),
                (true, Some(value)) if is_row => {
                    (patch_of(path, value.clone()), vec![path.to_owned()])
                }
                (true, Some(value)) => (patch_of(path, value.clone()), Vec::new()),
            };
            (patch, new_rows, vec![open.clone()])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_taken_stays_until_somebody_who_saw_it_decides(steps in steps()) {
        let mut world = World::with(serde_json::from_str(KINDS).expect("kinds"));
        let start = json!({"x": 0, "home": {"street": 0},
            "rows": {"r0": {"wage": 0, "age": 0}, "r1": {"wage": 0}}});
        let first = with(thing(1, 1, "0", start), "new_rows", json!(["/rows/r0", "/rows/r1"]));
        let rev = world.put(1, first);
        let mut versions = vec![Version::now(&world, &rev)];
        let mut numbers = BTreeMap::from([(1, 1_u64)]);
        let mut least: BTreeMap<u128, usize> = BTreeMap::new();
        let mut alive: BTreeSet<Leaf> = BTreeSet::new();
        // What a device has decided about once is known to its chain for ever.
        let mut decided: BTreeSet<(u128, Leaf)> = BTreeSet::new();
        let mut rows = 2;
        for Step { device, base, change } in &steps {
            let newest = versions.len() - 1;
            let (at, base, is_known) = match base {
                Base::Age(age) => {
                    let at = newest.saturating_sub(*age).max(*least.entry(*device).or_default());
                    least.insert(*device, at);
                    (at, versions[at].rev.clone(), true)
                }
                Base::Nothing => (0, "0".to_owned(), false),
                Base::Unknown => (0, "2-00000000".to_owned(), false),
            };
            let view = versions[at].clone();
            let number = *numbers.entry(*device).and_modify(|n| *n += 1).or_insert(1);
            let (patch, new_rows, resolves) = asked(change, &view, &mut rows);
            let edit = with(thing(number, 1, &base, patch.clone()), "new_rows", json!(new_rows));
            let edit = with(edit, "resolves", json!(resolves));
            let outcome = world.push(*device, std::slice::from_ref(&edit)).remove(0);
            let Some(rev) = outcome["rev"].as_str() else { continue };
            let now = Version::now(&world, rev);
            let names: BTreeSet<_> = now.conflicts.iter()
                .map(|c| (text(c, "device"), c["device_seq"].as_u64(), text(c, "path")))
                .collect();
            prop_assert_eq!(names.len(), now.conflicts.len(), "a conflict's name is its own");
            let mut set = Vec::new();
            leaves("", &patch, &mut set);
            let mut touched: Vec<&str> = set.iter().map(|(path, _)| path.as_str()).collect();
            touched.extend(resolves.iter().map(|c| text(c, "path")));
            if let Change::Ensure(path) = change {
                touched.push(path);
            }
            for leaf in &alive {
                let is_asked = touched.iter().any(|path| overlaps(path, &leaf.path));
                let is_own = leaf.device == *device;
                let key = (*device, leaf.clone());
                let is_seen = is_known && view.holds(leaf);
                if is_asked && is_seen {
                    decided.insert(key.clone());
                }
                // A restored row is as its editor saw it: by its own rule, younger values in it
                // went with the removal, and the whole row is asked about.
                let is_restored = now.conflicts.iter().any(|c| c["restored"] == true
                    && c["device_seq"] == number
                    && overlaps(text(c, "path"), &leaf.path));
                prop_assert!(
                    now.holds(leaf) || is_restored
                        || (is_asked && (is_own || is_seen || decided.contains(&key))),
                    "{leaf:?} lost by {edit} -> {outcome}: {} {:?}", now.document, now.conflicts
                );
            }
            // What its own chain went on from, or somebody decided against, is done with, even if
            // another's equal value stands or waits.
            alive.retain(|leaf| {
                let is_asked = touched.iter().any(|path| overlaps(path, &leaf.path));
                let is_decided = decided.contains(&(*device, leaf.clone()));
                !(is_asked && leaf.device == *device)
                    && (now.has_standing(leaf) || (now.has_waiting(leaf) && !is_decided))
            });
            for (path, value) in set {
                let leaf = Leaf { device: *device, number, path, value: value.to_string() };
                prop_assert!(now.holds(&leaf), "{leaf:?} of {edit} is nowhere: {outcome}");
                alive.insert(leaf);
            }
            versions.push(now);
        }
        let state = world.store.state();
        let mut document = state.records[&record(1)].content().expect("content").document;
        let mut taken: Vec<_> = state.journal.values().filter(|row| row.rev().is_some()).collect();
        taken.sort_by_key(|row| row.rev().map(|rev| rev.number));
        let undone: Vec<_> = taken.iter().skip(1).zip(&versions).collect();
        for (row, earlier) in undone.into_iter().rev() {
            row.effect.undo(&mut document);
            let text = canonical::to_text(&Json::Object(document.clone()));
            prop_assert_eq!(&serde_json::from_str::<Value>(&text).expect("json"), &earlier.document);
        }
    }
}
