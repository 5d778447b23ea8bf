//! Moves, decisions, deletions and returns on many random schedules, beside ordinary edits, with
//! devices that pull in small pages. After every step the server's books agree with a recount.

mod world;

use proptest::prelude::*;
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::grants::Grants;
use ruhu_sync::id::{DeviceSeq, RecordId, StreamId};
use ruhu_sync::json::Object;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::storage::{HistoryWanted, WriteTx};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use world::{ELSEWHERE, STREAM, World, decision, device, part, record, relocation, thing, user};
use world::{verdict, with};

#[derive(Clone, Debug)]
enum Step {
    Put { by: u128, of: u128, base: Base, field: &'static str, value: i64 },
    Pair { by: u128, of: [u128; 2], value: i64 },
    Submit { by: u128, of: u128, base: Base },
    Delete { by: u128, of: u128 },
    Return { of: u128 },
    Move { of: u128, there: bool, base: Base },
    Decide { nth: usize, applies: bool, whole: bool },
    Right { of: u128, ended: bool },
    Transfer { of: u128, there: bool },
    Again { by: u128 },
    Pull { by: u128, limit: usize },
}

#[derive(Clone, Copy, Debug)]
enum Base {
    Age(usize),
    Nothing,
    Unknown,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let base = || {
        prop_oneof![
            6 => (0..4_usize).prop_map(Base::Age),
            2 => Just(Base::Nothing),
            1 => Just(Base::Unknown),
        ]
    };
    let (by, of, root) = (|| 1..=4_u128, || 1..=5_u128, || 1..=2_u128);
    let field = prop_oneof![Just("x"), Just("y")];
    let step = prop_oneof![
        8 => (by(), of(), base(), field, 0..4_i64)
            .prop_map(|(by, of, base, field, value)| Step::Put { by, of, base, field, value }),
        2 => (by(), [of(), of()], 0..4_i64).prop_map(|(by, of, value)| Step::Pair { by, of, value }),
        1 => (by(), of(), base()).prop_map(|(by, of, base)| Step::Submit { by, of, base }),
        1 => (by(), of()).prop_map(|(by, of)| Step::Delete { by, of }),
        1 => of().prop_map(|of| Step::Return { of }),
        3 => (root(), any::<bool>(), base())
            .prop_map(|(of, there, base)| Step::Move { of, there, base }),
        6 => (0..6_usize, any::<bool>(), prop::bool::weighted(0.8))
            .prop_map(|(nth, applies, whole)| Step::Decide { nth, applies, whole }),
        1 => (1..=3_u128, any::<bool>()).prop_map(|(of, ended)| Step::Right { of, ended }),
        1 => (1..=3_u128, any::<bool>()).prop_map(|(of, there)| Step::Transfer { of, there }),
        1 => by().prop_map(|by| Step::Again { by }),
        3 => (by(), 1..4_usize).prop_map(|(by, limit)| Step::Pull { by, limit }),
    ];
    prop::collection::vec(step, 1..40)
}

/// What one tablet holds, kept by the rules of the page on pulling.
#[derive(Default)]
struct Tablet {
    cursor: Value,
    copies: BTreeMap<String, Value>,
}

struct Play {
    world: World,
    numbers: BTreeMap<u128, u64>,
    last: BTreeMap<u128, Vec<Value>>,
    sent: BTreeMap<(u128, u64), Value>,
    seen: BTreeMap<u128, Vec<(String, Object)>>,
    tablets: BTreeMap<u128, Tablet>,
    groups: u64,
}

fn owner(of: u128) -> u128 {
    if of == 4 { 1 } else { of }
}

fn root_of(n: u128) -> u128 {
    if n == 5 || n == 2 { 2 } else { 1 }
}

impl Play {
    fn new() -> Self {
        let world = World::new().with_a_desk();
        world.enrol(4, 1);
        let through = (device(1), DeviceSeq(2));
        world.store.state().devices.get_mut(&device(4)).expect("there").continues = vec![through];
        Self {
            world,
            numbers: BTreeMap::new(),
            last: BTreeMap::new(),
            sent: BTreeMap::new(),
            seen: BTreeMap::new(),
            tablets: BTreeMap::new(),
            groups: 0,
        }
    }

    fn base(&self, of: u128, base: Base) -> String {
        let seen = self.seen.get(&of).map(Vec::as_slice).unwrap_or_default();
        match base {
            Base::Age(age) if !seen.is_empty() => {
                seen[seen.len().saturating_sub(1 + age)].0.clone()
            }
            Base::Unknown => "2-00000000".to_owned(),
            _ => "0".to_owned(),
        }
    }

    fn edit(&self, of: u128, base: &str, patch: Value) -> Value {
        if of <= 2 { thing(0, of, base, patch) } else { part(0, of, root_of(of), base, patch) }
    }

    fn group(&mut self, edits: Vec<Value>) -> Vec<Value> {
        self.groups += 1;
        let id = format!("00000000-0000-0000-0000-{:012}", self.groups);
        let group = json!({"id": id, "size": edits.len()});
        edits.into_iter().map(|edit| with(edit, "group", group.clone())).collect()
    }

    /// Numbers and pushes; gives what was answered.
    fn push(&mut self, by: u128, mut edits: Vec<Value>) -> Vec<Value> {
        for edit in &mut edits {
            let number = self.numbers.entry(by).and_modify(|n| *n += 1).or_insert(1);
            edit["device_seq"] = json!(number);
            self.sent.insert((by, *number), edit.clone());
        }
        let outcomes = self.answered(by, &edits);
        self.last.insert(by, edits);
        outcomes
    }

    fn answered(&mut self, by: u128, edits: &[Value]) -> Vec<Value> {
        if by == 9 {
            return self.world.decide(edits);
        }
        let reply = self.world.try_push(by, edits);
        let ruhu_sync::push::PushReply::Answer(answer) = reply else { panic!("{reply:?}") };
        let grants = self.world.store.state().grants[&user(owner(by))].clone();
        for record in &answer.records {
            assert!(!grants.closed && grants.streams.contains_key(&record.stream), "a leak");
        }
        answer.outcomes.iter().map(|o| serde_json::from_str(o).expect("json")).collect()
    }

    /// The quarantined edits, each with its group, that no decision has settled.
    fn open(&self) -> Vec<Vec<(u128, u64)>> {
        let state = self.world.store.state();
        let settled: BTreeSet<_> = state.journal.values().filter_map(|row| row.decides).collect();
        let mut open: Vec<(Option<_>, Vec<(u128, u64)>)> = Vec::new();
        for row in state.journal.values() {
            let name =
                ruhu_sync::decision::EditName { device: row.device, device_seq: row.device_seq };
            let waits = row.outcome.outcome == Verdict::Quarantined && row.record.is_some();
            if !waits || settled.contains(&name) {
                continue;
            }
            let short = (row.device.0.as_u128() - 0x200, row.device_seq.0);
            match open.last_mut().filter(|(group, _)| group.is_some() && *group == row.group) {
                Some((_, members)) => members.push(short),
                None => open.push((row.group, vec![short])),
            }
        }
        open.into_iter().map(|(_, members)| members).collect()
    }

    fn documents(&self) -> BTreeMap<RecordId, (String, bool)> {
        let state = self.world.store.state();
        state.records.iter().map(|(id, r)| (*id, (r.wire.clone(), r.deleted))).collect()
    }

    fn play(&mut self, step: &Step) {
        let before = self.documents();
        let mut changes_nothing = false;
        let outcomes = match *step {
            Step::Put { by, of, base, field, value } => {
                let edit = self.edit(of, &self.base(of, base), json!({field: value}));
                let outcomes = self.push(by, vec![edit]);
                self.assert_there(of, field, value, &outcomes[0]);
                outcomes
            }
            Step::Pair { by, of, value } => {
                let one = |of| self.edit(of, &self.base(of, Base::Age(0)), json!({"x": value}));
                let edits = vec![one(of[0]), one(of[1])];
                let edits = self.group(edits);
                self.push(by, edits)
            }
            Step::Submit { by, of, base } => {
                let patch = json!({"status": if of > 2 { "submitted" } else { "" }});
                let edit = self.edit(of, &self.base(of, base), patch);
                self.push(by, vec![edit])
            }
            Step::Delete { by, of } => {
                let edit = self.edit(of, &self.base(of, Base::Age(0)), json!({}));
                self.push(by, vec![with(edit, "op", json!("delete"))])
            }
            Step::Return { of } => {
                let edit = self.edit(of, &self.base(of, Base::Age(0)), json!({}));
                self.push(9, vec![with(edit, "op", json!("undelete"))])
            }
            Step::Move { of, there, base } => {
                changes_nothing = true;
                let to = if there { ELSEWHERE } else { STREAM };
                let edit = relocation(0, of, &self.base(of, base), to);
                self.push(9, vec![edit])
            }
            Step::Decide { nth, applies, whole } => {
                let open = self.open();
                let Some(mut members) = open.get(nth % open.len().max(1)).cloned() else { return };
                members.truncate(if whole { members.len() } else { 1 });
                let op = if applies { "apply" } else { "dismiss" };
                changes_nothing = !applies;
                let decisions = members.iter().map(|(of, at)| decision(0, op, *of, *at)).collect();
                let decisions = if members.len() > 1 { self.group(decisions) } else { decisions };
                let outcomes = self.push(9, decisions);
                for ((of, at), outcome) in members.iter().zip(&outcomes) {
                    let edit = self.sent[&(*of, *at)].clone();
                    let n = (1..=5).find(|n| edit["record"] == json!(record(*n)));
                    let x = edit["patch"].get("x").and_then(Value::as_i64);
                    if let (true, Some(n), Some(x)) = (applies && members.len() == 1, n, x) {
                        self.assert_there(n, "x", x, outcome);
                    }
                }
                outcomes
            }
            Step::Right { of, ended } => {
                let grants = if ended {
                    Grants { closed: true, fallback: Some(STREAM), ..Grants::default() }
                } else {
                    world::grants("worker")
                };
                self.world.store.state().grants.insert(user(of), grants);
                return;
            }
            Step::Transfer { of, there } => {
                self.world.transfer(of, if there { ELSEWHERE } else { STREAM });
                return;
            }
            Step::Again { by } => {
                let Some(edits) = self.last.get(&by).cloned() else { return };
                let stored = |world: &World| world.store.state().journal.len();
                let rows = stored(&self.world);
                let again = self.answered(by, &edits);
                assert_eq!(stored(&self.world), rows);
                let state = self.world.store.state();
                for outcome in again {
                    let seq = DeviceSeq(outcome["device_seq"].as_u64().expect("a number"));
                    let stored = &state.journal[&(device(by), seq)].outcome_text;
                    assert_eq!(serde_json::from_str::<Value>(stored).expect("json"), outcome);
                }
                drop(state);
                assert_eq!(self.documents(), before);
                return;
            }
            Step::Pull { by, limit } => return self.pull(by, limit),
        };
        let is_taken = |outcome: &Value| outcome.get("reason").is_none();
        for outcome in &outcomes {
            if verdict(outcome) == "quarantined/not_available" {
                assert_eq!((outcome.get("rev"), outcome.get("conflicts")), (None, None));
            }
        }
        let now = self.documents();
        if changes_nothing || !outcomes.iter().any(is_taken) {
            assert!(before.iter().all(|(id, was)| now[id] == *was), "{step:?} changed a document");
        }
        if !outcomes.iter().any(is_taken) {
            let is_case = |id: &&RecordId| (1..=5).any(|n| record(n) == **id);
            assert_eq!(now.keys().filter(is_case).count(), before.keys().filter(is_case).count());
        }
        self.check();
    }

    fn assert_there(&self, of: u128, field: &str, value: i64, outcome: &Value) {
        if outcome.get("rev").is_none() {
            return;
        }
        let stands = self.world.document(of)[field] == json!(value);
        let waits = self
            .world
            .conflicts(of)
            .iter()
            .any(|c| c["path"] == json!(format!("/{field}")) && c["value"] == json!(value));
        assert!(stands || waits, "{outcome} of {field} = {value} is nowhere");
    }

    /// The server's books against a recount.
    fn check(&mut self) {
        let state = self.world.store.state();
        for head in state.streams.values() {
            let mut digest = StreamDigest::default();
            let records = state.records.values().filter(|r| r.stream == head.id);
            let count = records.map(|r| digest.toggle(r.id, r.rev)).count();
            assert_eq!((head.count, head.digest), (count as u64, digest), "{}", head.id);
        }
        for ((at, number), edit) in &self.sent {
            let row = &state.journal[&(device(*at), DeviceSeq(*number))];
            assert_eq!(&serde_json::from_str::<Value>(&row.payload).expect("json"), edit);
        }
        let mut settled = BTreeMap::new();
        let mut told = 0;
        for row in state.journal.values() {
            told += usize::from(
                row.outcome_text.contains("submission_conflict") && row.record.is_some(),
            );
            let Some(target) = row.decides else { continue };
            told += 1;
            let of = &state.journal[&(target.device, target.device_seq)];
            assert_eq!(of.outcome.outcome, Verdict::Quarantined);
            assert_eq!(settled.insert(target, row.op.clone()), None, "settled twice");
        }
        for (target, op) in &settled {
            let group = state.journal[&(target.device, target.device_seq)].group;
            for row in state.journal.values().filter(|r| group.is_some() && r.group == group) {
                let name = ruhu_sync::decision::EditName {
                    device: row.device,
                    device_seq: row.device_seq,
                };
                assert_eq!(settled.get(&name), Some(op), "a group that is settled in part");
            }
        }
        let is_case = |id: &RecordId| (1..=5).any(|n| record(n) == *id);
        assert_eq!(state.records.keys().filter(|id| !is_case(id)).count(), told);
        let records: Vec<_> = state.records.values().cloned().collect();
        for stored in &records {
            let root = &state.records[&stored.root];
            assert_eq!(root.stream, stored.stream, "what belongs to a root is where it is");
        }
        drop(state);
        for stored in records {
            let wanted = HistoryWanted { record: stored.id, from: 0 };
            let pasts = self.world.store.write(|tx| tx.history(&[wanted])).expect("read");
            let numbers: Vec<_> = pasts.iter().map(|past| past.rev.number).collect();
            assert_eq!(numbers, (1..=stored.rev.number).collect::<Vec<_>>(), "{}", stored.id);
            assert_eq!(pasts.last().map(|past| past.rev), Some(stored.rev));
            let Some(of) = (1..=5).find(|n| record(*n) == stored.id) else { continue };
            let seen = self.seen.entry(of).or_default();
            let mut document = stored.content().expect("content").document;
            let rev = stored.rev.to_string();
            if seen.last().is_none_or(|(last, _)| *last != rev) {
                seen.push((rev, document.clone()));
            }
            for past in pasts.iter().rev() {
                let known = seen.iter().find(|(rev, _)| *rev == past.rev.to_string());
                if let Some((_, known)) = known {
                    assert_eq!(&document, known, "undone to {}", past.rev);
                }
                past.effect.undo(&mut document);
            }
            assert_eq!(document, Object::new());
        }
    }

    fn pull(&mut self, by: u128, limit: usize) {
        let (mut staged, mut gone, mut anew) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        let tablet = self.tablets.entry(by).or_default();
        let mut cursor = tablet.cursor.clone();
        loop {
            let mut request = json!({"limit": limit});
            if !cursor.is_null() {
                request["cursor"] = cursor;
            }
            let person = user(owner(by));
            let page: Value = match self.world.try_pull_as(device(by), person, request) {
                ruhu_sync::pull::PullReply::Page(page) => {
                    serde_json::from_str(&page.json).expect("json")
                }
                ruhu_sync::pull::PullReply::Closed(_) => return,
                other => panic!("{other:?}"),
            };
            cursor = page["cursor"].clone();
            for record in page["records"].as_array().expect("a list") {
                staged.insert(text(&record["record"]), record.clone());
            }
            gone.extend(page["evicted"].as_array().expect("a list").clone());
            anew.extend(page["restarted"].as_array().expect("a list").iter().map(text));
            if page["complete"] == false {
                continue;
            }
            let held: BTreeSet<_> = page["streams"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|s| text(&s["stream"]))
                .collect();
            tablet.copies.retain(|_, copy| !anew.contains(&text(&copy["stream"])));
            tablet.copies.extend(staged);
            for left in &gone {
                let id = text(&left["record"]);
                if tablet.copies.get(&id).is_some_and(|copy| copy["stream"] == left["stream"]) {
                    tablet.copies.remove(&id);
                }
            }
            tablet.copies.retain(|_, copy| held.contains(&text(&copy["stream"])));
            tablet.cursor = cursor;
            break;
        }
        let copies: BTreeMap<_, _> =
            tablet.copies.iter().map(|(id, copy)| (id.clone(), text(&copy["rev"]))).collect();
        let state = self.world.store.state();
        let held: BTreeSet<StreamId> =
            state.grants[&user(owner(by))].held().map(|(stream, _)| stream).collect();
        let truth: BTreeMap<_, _> = state
            .records
            .values()
            .filter(|r| held.contains(&r.stream))
            .map(|r| (text(&json!(r.id)), text(&json!(r.rev))))
            .collect();
        assert_eq!(copies, truth, "what device {by} holds");
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_hold_whatever_staff_and_devices_do(steps in steps()) {
        let mut play = Play::new();
        for step in &steps {
            play.play(step);
        }
        for by in 1..=4 {
            play.pull(by, 2);
        }
    }
}
