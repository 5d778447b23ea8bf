//! The conformance vectors in `sync/vectors/`: data that an implementation in any language can run.
//!
//! `RUHU_RECORD=1 cargo nextest run -p ruhu-sync --test vectors` writes the expected values anew;
//! read the difference before you keep it.

mod world;

use ruhu_sync::canonical;
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::edit::{Asked, Received};
use ruhu_sync::id::{DeviceId, DeviceSeq, RecordId, StreamId};
use ruhu_sync::json::Json;
use ruhu_sync::push::PushReply;
use ruhu_sync::record::content_hash;
use ruhu_sync::rev::Rev;
use ruhu_sync::storage::DeviceState;
use ruhu_sync::version::Version;
use serde_json::{Value, json};
use world::{EPOCH, World, grants};

/// Works out every case anew and compares with what is written.
fn check(name: &str, work_out: impl Fn(&Value, &mut Value)) {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the vectors are there");
    let mut all: Value = serde_json::from_str(&text).expect("json");
    let written = all.clone();
    let whole = all.clone();
    let cases = all["cases"].as_array_mut().expect("cases");
    assert!(!cases.is_empty());
    cases.iter_mut().for_each(|case| work_out(&whole, case));
    if std::env::var_os("RUHU_RECORD").is_some() {
        std::fs::write(&path, format!("{all:#}\n")).expect("written");
    }
    for (now, then) in all["cases"]
        .as_array()
        .into_iter()
        .flatten()
        .zip(written["cases"].as_array().into_iter().flatten())
    {
        assert_eq!(now, then, "{name}");
    }
}

#[test]
fn canonical_texts_are_as_published() {
    check("canonical", |_, case| {
        let read = Json::parse(case["text"].as_str().expect("text")).ok();
        case["canonical"] = json!(read.map(|value| canonical::to_text(&value)));
    });
}

#[test]
fn revs_are_as_published() {
    check("rev", |_, case| {
        let content = Json::parse(&case["content"].to_string()).expect("json");
        let text = canonical::to_text(&content);
        let (inside, stream) =
            text[1..text.len() - 1].rsplit_once(",\"stream\":\"").expect("stream");
        let stream = StreamId::parse(stream.trim_end_matches('"')).expect("stream");
        case["hash"] = json!(ruhu_sync::chain::to_hex(&content_hash(inside, stream)));
        case["hashed"] = json!(text);
    });
}

#[test]
fn digests_are_as_published() {
    check("digest", |_, case| {
        let mut digest = StreamDigest::default();
        for held in case["records"].as_array().into_iter().flatten() {
            let id = RecordId::parse(held["record"].as_str().expect("id")).expect("id");
            digest.toggle(id, Rev::parse(held["rev"].as_str().expect("rev")).expect("rev"));
        }
        case["digest"] = json!(digest.to_string());
    });
}

#[test]
fn changes_are_as_published() {
    check("changes", |_, case| {
        let raw = json!({"device_seq": 1, "op": "put", "record": world::record(1), "kind": "thing",
            "base": "0", "changes": case["changes"], "made_at": "2026-11-23"});
        let raw = raw.to_string();
        let received = Received::read_in(&raw, Version::Two).expect("a number");
        match &received.edit {
            Ok(edit) => {
                let Asked::Edit(edit) = edit else { panic!("no edit") };
                case["patch"] = json!(Json::Object(edit.patch.clone()));
                case["new_rows"] = json!(edit.new_rows);
            }
            Err(refusal) => case["problems"] = json!(refusal.problems),
        }
    });
}

#[test]
fn merges_are_as_published() {
    check("merge", |whole, case| {
        let kinds = json!({"kinds": whole["kinds"]});
        let mut world = World::with(serde_json::from_value(kinds).expect("kinds"));
        let mut revs: Vec<Value> = Vec::new();
        let steps = case["steps"].as_array_mut().expect("steps");
        for step in steps {
            let id = DeviceId::parse(step["device"].as_str().expect("device")).expect("device");
            let person = ruhu_sync::id::UserId(id.0);
            if !world.store.state().devices.contains_key(&id) {
                world.store.state().grants.insert(person, grants("worker"));
                let fresh = DeviceState {
                    id,
                    user: person,
                    last: DeviceSeq(0),
                    chain: [0; 32],
                    safe: DeviceSeq(0),
                    continues: Vec::new(),
                    reported_lost: false,
                };
                world.store.state().devices.insert(id, fresh);
            }
            let mut edit = step["edit"].clone();
            if let Some(step) = edit["base"].as_str().and_then(|base| base.strip_prefix('@')) {
                edit["base"] = revs[step.parse::<usize>().expect("a step") - 1].clone();
            }
            let body = json!({"protocol": 1, "epoch": EPOCH, "edits": [edit]}).to_string();
            let outcome: Value = match world.push_as(id, person, &body) {
                PushReply::Answer(answer) => {
                    serde_json::from_str(&answer.outcomes[0]).expect("json")
                }
                other => panic!("{other:?}"),
            };
            revs.push(outcome["rev"].clone());
            step["outcome"] = outcome;
        }
        let state = world.store.state();
        let records = state.records.values().map(|record| {
            let content: Value =
                serde_json::from_str(&format!("{{{}}}", record.wire)).expect("json");
            json!({"record": record.id, "rev": record.rev, "content": content})
        });
        case["records"] = records.collect();
    });
}
