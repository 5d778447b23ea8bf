//! Two investigators, one assessment, through the push: what one does to the other's confirmation.

use ruhu_casework::facts::{Membership, PersonFacts};
use ruhu_casework::grants::{grants, user_stream};
use ruhu_casework::rules::CaseRules;
use ruhu_casework::signatures::{answers_hash, proof, public_half};
use ruhu_forms::Catalogue;
use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant, RecordId, StreamId, UserId};
use ruhu_sync::json::Object;
use ruhu_sync::memory::MemoryStore;
use ruhu_sync::merge::Hand;
use ruhu_sync::push::{PushContext, PushReply, PushRequest, push};
use ruhu_sync::rules::Rules as _;
use ruhu_sync::storage::DeviceState;
use serde_json::{Value, json};
use uuid::Uuid;

const EPOCH: Epoch = Epoch(Uuid::from_u128(0xE));
const CASELOAD: StreamId = StreamId(Uuid::from_u128(0x5));
const HOME: RecordId = RecordId(Uuid::from_u128(0x100));
const ASSESSMENT: RecordId = RecordId(Uuid::from_u128(0x101));
const PIN: [u8; 32] = [7; 32];
const SECRET: [u8; 32] = [3; 32];

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(0x300 + n))
}

struct Field {
    store: MemoryStore,
    rules: CaseRules,
    numbers: [u64; 3],
}

impl Field {
    /// Workers 1, 2 and 3 of one team, each with a tablet; a household and a draft by 1.
    fn new() -> Self {
        let rules = CaseRules::new(Catalogue::load().expect("forms"));
        let field = Self { store: MemoryStore::new(EPOCH), rules, numbers: [0; 3] };
        let day = |text: &str| text.parse().expect("a day");
        for n in 1..=3 {
            let membership = Membership {
                caseload: CASELOAD,
                area: "110102003".to_owned(),
                first_day: day("2026-01-01"),
                last_day: None,
                contract_first_day: day("2026-01-01"),
                contract_last_day: day("2026-12-31"),
                bans: Vec::new(),
            };
            let facts = PersonFacts {
                user: user(n),
                active: true,
                offices: Vec::new(),
                memberships: vec![membership],
                desk: Vec::new(),
            };
            let mut state = field.store.state();
            state.grants.insert(user(n), grants(&facts, day("2026-11-23")));
            state.devices.insert(
                DeviceId(user(n).0),
                DeviceState {
                    id: DeviceId(user(n).0),
                    user: user(n),
                    last: DeviceSeq(0),
                    chain: [0; 32],
                    safe: DeviceSeq(0),
                    continues: Vec::new(),
                    reported_lost: false,
                },
            );
        }
        field
    }

    fn with_a_draft() -> Self {
        let mut field = Self::new();
        let home = json!({"community_code": "110102003001", "head_name": "测试甲"});
        assert_eq!(field.put(1, HOME, "household", "0", home), "applied");
        let draft = json!({"form": "tekun_six", "form_version": 1, "status": "draft",
            "answers": answers("achieved"),
            "investigators": {user(1).to_string(): true, user(2).to_string(): true}});
        assert_eq!(field.put(1, ASSESSMENT, "assessment", "0", draft), "applied");
        field
    }

    fn put(&mut self, n: u128, record: RecordId, kind: &str, base: &str, patch: Value) -> String {
        self.push(n, json!({"record": record, "kind": kind, "base": base, "patch": patch}))
    }

    fn settle(&mut self, n: u128, patch: Value, resolves: Value) -> String {
        let base = self.base();
        self.push(
            n,
            json!({"record": ASSESSMENT, "kind": "assessment", "base": base,
            "patch": patch, "resolves": resolves}),
        )
    }

    fn push(&mut self, n: u128, mut edit: Value) -> String {
        let number = &mut self.numbers[usize::try_from(n - 1).expect("small")];
        *number += 1;
        edit["device_seq"] = json!(*number);
        edit["op"] = json!("put");
        edit["root"] = json!(HOME);
        edit["made_at"] = json!("2026-11-23T09:30:00+08:00");
        let body = json!({"protocol": 1, "epoch": EPOCH, "edits": [edit]}).to_string();
        let request = PushRequest::parse(&body).expect("a push");
        let mut context = PushContext {
            user: user(n),
            device: DeviceId(user(n).0),
            now: Instant(1),
            hand: Hand::Device,
            salts: &mut || Ok([1; 16]),
        };
        let rules = &self.rules;
        let reply = self.store.write(|tx| push(tx, rules, &mut context, &request));
        let PushReply::Answer(answer) = reply.expect("stored") else { panic!("no answer") };
        let outcome: Value = serde_json::from_str(&answer.outcomes[0]).expect("json");
        if let Some(ignored) = outcome["ignored"].as_array().filter(|paths| !paths.is_empty()) {
            let paths: Vec<_> = ignored.iter().filter_map(Value::as_str).collect();
            return format!(
                "{}, but {}",
                outcome["outcome"].as_str().unwrap_or("?"),
                paths.join(" ")
            );
        }
        match outcome["reason"].as_str() {
            Some(reason) => format!("{}/{reason}", outcome["outcome"].as_str().unwrap_or("?")),
            None => outcome["outcome"].as_str().unwrap_or("?").to_owned(),
        }
    }

    /// An edit of the assessment against what the server holds now.
    fn edit(&mut self, n: u128, patch: Value) -> String {
        let base = self.base();
        self.put(n, ASSESSMENT, "assessment", &base, patch)
    }

    fn base(&self) -> String {
        self.store.state().records[&ASSESSMENT].rev.to_string()
    }

    fn document(&self) -> Object {
        self.store.state().records[&ASSESSMENT].content().expect("content").document
    }

    fn status(&self) -> String {
        self.document()["status"].as_text().expect("a status").to_owned()
    }

    fn confirm(&mut self, n: u128) -> String {
        let hash = answers_hash(&self.document());
        self.edit(n, json!({"confirmations": {user(n).to_string(): hash}}))
    }

    fn notices(&self, n: u128) -> usize {
        let stream = user_stream(user(n));
        self.store.state().records.values().filter(|record| record.stream == stream).count()
    }
}

fn answers(bathe: &str) -> Value {
    json!({"eat": "achieved", "dress": "achieved", "bed_transfer": "achieved", "toilet": "achieved",
        "walk_indoor": "achieved", "bathe": bathe})
}

#[test]
fn it_is_handed_in_when_both_have_confirmed_from_two_tablets() {
    let mut field = Field::with_a_draft();
    assert_eq!(field.confirm(1), "applied");
    assert_eq!(field.status(), "draft");
    assert_eq!(field.confirm(2), "applied");
    assert_eq!(field.status(), "submitted");
}

#[test]
fn neither_hands_it_in_alone() {
    let mut field = Field::with_a_draft();
    let alone = field.edit(1, json!({"status": "submitted"}));
    assert_eq!(alone, "quarantined/illegal_transition");
    assert_eq!(field.status(), "draft");
}

#[test]
fn an_edit_by_either_voids_the_confirmation_of_other_answers_and_loses_nothing() {
    let mut field = Field::with_a_draft();
    let before = field.base();
    field.confirm(1);
    // The other changes an answer, offline, from before that confirmation, and confirms it so.
    let patch = json!({"answers": {"bathe": "not_achieved"}});
    assert_eq!(field.put(2, ASSESSMENT, "assessment", &before, patch), "merged");
    assert_eq!(field.confirm(2), "applied");
    assert_eq!(field.status(), "draft", "one confirmed other answers");
    let kept = field.document();
    let confirmations = kept["confirmations"].as_object().expect("kept");
    assert_eq!(confirmations.len(), 2, "nothing is lost");
    assert_eq!(field.confirm(1), "applied");
    assert_eq!(field.status(), "submitted");
}

#[test]
fn both_confirm_on_one_tablet_each_with_the_own_pin() {
    let mut field = Field::with_a_draft();
    field.confirm(1);
    let hash = answers_hash(&field.document());
    let other = user(2).to_string();
    let signed = |proof: String| json!({"confirmations": {other.clone(): hash}, "proofs": {other.clone(): proof}});
    let made = |pin: [u8; 32]| signed(proof(&pin, public_half(SECRET), [5; 32], ASSESSMENT, &hash));
    let unproved = format!("applied, but /confirmations/{other}");
    assert_eq!(field.edit(1, made(PIN)), unproved, "no PIN is set");
    field.store.state().signing.keys.insert(user(2), PIN);
    field.store.state().signing.secrets.push(SECRET);
    assert_eq!(field.edit(1, made([8; 32])), unproved);
    assert_eq!(field.status(), "draft");
    assert_eq!(field.edit(1, made(PIN)), "applied");
    assert_eq!(field.status(), "submitted");
    let document = field.document();
    assert_eq!(document.get("proofs"), None, "what proves is not kept");
    let mark = |field: &str| document[field].as_object().expect("kept")[&other].clone();
    assert_eq!(mark("proved").as_text(), Some(&*hash));
    assert_eq!(mark("proved_at").as_text(), Some("1970-01-01T08:00:00+08:00"));
    assert_eq!(mark("proved_by").as_text(), Some(&*user(1).to_string()));
}

#[test]
fn whoever_guesses_a_pin_is_told_nothing_after_five_wrong_ones() {
    let mut field = Field::with_a_draft();
    field.confirm(1);
    field.store.state().signing.keys.insert(user(2), PIN);
    field.store.state().signing.secrets.push(SECRET);
    let hash = answers_hash(&field.document());
    let other = user(2).to_string();
    let made = |pin: [u8; 32]| {
        let proof = proof(&pin, public_half(SECRET), [5; 32], ASSESSMENT, &hash);
        json!({"confirmations": {other.clone(): hash}, "proofs": {other.clone(): proof}})
    };
    let unproved = format!("applied, but /confirmations/{other}");
    for guess in 1..=5 {
        assert_eq!(field.edit(1, made([guess; 32])), unproved);
    }
    assert_eq!(field.edit(1, made(PIN)), unproved, "no guess is answered any more");
    // From a colleague who has guessed nothing, it is.
    assert_eq!(field.edit(3, made(PIN)), "applied");
    assert_eq!(field.status(), "submitted");
}

#[test]
fn nobody_writes_the_mark_of_a_proof_oneself() {
    let mut field = Field::with_a_draft();
    let other = user(2).to_string();
    let hash = answers_hash(&field.document());
    let forged = field.edit(1, json!({"proved": {other.clone(): hash}}));
    assert_eq!(forged, format!("applied, but /proved/{other}"));
    assert_eq!(field.document().get("proved").and_then(|p| p.as_object()?.get(&other)), None);
}

#[test]
fn a_confirmation_that_meets_a_conflict_waits_and_both_are_told() {
    let mut field = Field::with_a_draft();
    let before = field.base();
    field.edit(1, json!({"answers": {"bathe": "not_achieved"}}));
    let clash = json!({"answers": {"bathe": "achieved"}});
    assert_eq!(field.put(3, ASSESSMENT, "assessment", &before, clash), "conflict");
    field.confirm(1);
    assert_eq!(field.confirm(2), "quarantined/submission_conflict");
    assert_eq!(field.status(), "draft");
    assert_eq!((field.notices(1), field.notices(2), field.notices(3)), (1, 1, 0));
}

#[test]
fn answers_that_are_not_whole_are_not_handed_in() {
    let mut field = Field::with_a_draft();
    field.edit(1, json!({"answers": {"bathe": null}}));
    assert_eq!(field.confirm(1), "applied");
    assert_eq!(field.confirm(2), "quarantined/not_whole");
    assert_eq!(field.status(), "draft");
}

#[test]
fn nobody_takes_all_confirmations_away_at_once() {
    let mut field = Field::with_a_draft();
    field.confirm(1);
    assert_eq!(field.edit(2, json!({"confirmations": null})), "applied, but /confirmations");
    assert_eq!(field.edit(1, json!({"confirmations": null})), "applied", "it was the only one");
}

#[test]
fn a_person_is_named_in_one_spelling() {
    let mut field = Field::with_a_draft();
    let shouted = user(0xA).to_string().to_uppercase();
    let named = field.edit(1, json!({"investigators": {shouted: true}}));
    assert_eq!(named, "rejected/invalid_value");
}

#[test]
fn an_edit_that_only_brings_back_what_was_confirmed_is_taken_over_an_open_conflict() {
    let mut field = Field::with_a_draft();
    let before = field.base();
    let hash = answers_hash(&field.document());
    field.confirm(1);
    field.edit(1, json!({"answers": {"dress": "achieved"}}));
    let clash = json!({"answers": {"dress": "not_achieved"}});
    assert_eq!(field.put(3, ASSESSMENT, "assessment", &before, clash), "conflict");
    field.edit(3, json!({"answers": {"bathe": "not_achieved"}}));
    field.edit(2, json!({"confirmations": {user(2).to_string(): hash}}));
    let back = field.edit(3, json!({"answers": {"bathe": "achieved"}}));
    assert_eq!(back, "applied", "it hands nothing in");
    assert_eq!(field.status(), "draft");
    // Once nothing is open any more, what both confirmed is handed in.
    assert_eq!(field.edit(3, json!({"answers": {"walk_indoor": "not_achieved"}})), "applied");
    let open = field.store.state().records[&ASSESSMENT].content().expect("content").conflicts;
    assert_eq!(open.len(), 1);
    let resolves = json!([{"device": DeviceId(user(3).0), "device_seq": 1,
        "path": "/answers/dress"}]);
    let patch = json!({"answers": {"walk_indoor": "achieved"}});
    assert_eq!(field.settle(3, patch, resolves), "applied");
    assert_eq!(field.status(), "submitted");
}

#[test]
fn one_who_is_named_without_a_right_to_the_record_is_told_nothing_of_it() {
    let mut field = Field::new();
    let home = json!({"community_code": "110102003001", "head_name": "测试甲"});
    assert_eq!(field.put(1, HOME, "household", "0", home), "applied");
    let draft = json!({"form": "tekun_six", "form_version": 1, "status": "draft",
        "answers": answers("achieved"), "investigators": {user(7).to_string(): true}});
    assert_eq!(field.put(1, ASSESSMENT, "assessment", "0", draft), "applied");
    let before = field.base();
    field.edit(1, json!({"answers": {"bathe": "not_achieved"}}));
    let clash = json!({"answers": {"bathe": "achieved"}});
    assert_eq!(field.put(3, ASSESSMENT, "assessment", &before, clash), "conflict");
    let submission = field.edit(1, json!({"status": "submitted"}));
    assert_eq!(submission, "quarantined/submission_conflict");
    assert_eq!((field.notices(1), field.notices(7)), (1, 0));
}

#[test]
fn a_household_investigation_is_handed_in_by_two_only() {
    let mut field = Field::new();
    let home = json!({"community_code": "110102003001", "head_name": "测试甲"});
    assert_eq!(field.put(1, HOME, "household", "0", home), "applied");
    let vectors = include_str!("../../forms/vectors/means.json");
    let vectors: Value = serde_json::from_str(vectors).expect("vectors");
    let answers = &vectors["vectors"][0]["answers"];
    let draft = json!({"form": "means", "form_version": 1, "status": "draft",
        "answers": answers, "investigators": {user(1).to_string(): true}});
    let rows = |group: &str| {
        let rows = answers[group].as_object().expect("rows").keys();
        rows.map(|row| format!("/answers/{group}/{row}")).collect::<Vec<_>>()
    };
    let new_rows = ["members", "neighbours", "property_rows"].map(rows).concat();
    let edit = json!({"record": ASSESSMENT, "kind": "assessment", "base": "0", "patch": draft,
        "new_rows": new_rows});
    assert_eq!(field.push(1, edit), "applied");
    let draft = field.store.state().records[&ASSESSMENT].content().expect("content").document;
    for reference in field.rules.references("assessment", &draft) {
        let photo = json!({"category": "authorization", "sha256": "a".repeat(64),
            "size_bytes": 1000, "media_type": "image/jpeg"});
        assert_eq!(field.put(1, reference.record, "attachment", "0", photo), "applied");
    }
    // One investigator, who confirms and asks for it, is not enough by the form's own text.
    let alone = field.edit(1, json!({"status": "submitted"}));
    assert_eq!(alone, "quarantined/illegal_transition");
    field.confirm(1);
    assert_eq!(field.status(), "draft");
    let second = json!({"investigators": {user(2).to_string(): true}});
    assert_eq!(field.edit(1, second), "applied");
    assert_eq!(field.status(), "draft");
    assert_eq!(field.confirm(2), "applied");
    assert_eq!(field.status(), "submitted");
}
