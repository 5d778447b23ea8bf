use super::bytes::Bytes;
use super::world::{DESK, World, device};
use ruhu_sync::id::RecordId;
use ruhu_sync::push::PushReply;
use serde_json::{Value, json};
use uuid::Uuid;

/// Whatever three tablets and a desk do to a few records: every edit has an outcome, every version
/// names its content, and the same schedule has the same end.
pub fn merge(data: &[u8]) {
    let (outcomes, end) = play(data);
    assert_eq!((outcomes, end), play(data), "one schedule, two ends");
}

const STEPS_MAX: usize = 64;
const OUTCOMES: [&str; 5] = ["applied", "merged", "conflict", "quarantined", "rejected"];
const PATHS: [&[&str]; 14] = [
    &["x"],
    &["y"],
    &["mark"],
    &["level"],
    &["status"],
    &["aids"],
    &["aids", "cane"],
    &["aids", "frame"],
    &["rows"],
    &["rows", "r1"],
    &["rows", "r2"],
    &["rows", "r1", "wage"],
    &["rows", "r2", "age"],
    &["unknown"],
];

/// The versions and contents that one record has had, as the devices may have seen them.
struct Past {
    record: RecordId,
    root: RecordId,
    kind: &'static str,
    versions: Vec<(String, Value)>,
}

fn play(data: &[u8]) -> (Vec<String>, String) {
    let record = |n: u128| RecordId(Uuid::from_u128(0x100 + n));
    let past = |n, root, kind| Past {
        record: record(n),
        root: record(root),
        kind,
        versions: vec![("0".to_owned(), json!({}))],
    };
    let mut pasts = [past(1, 1, "thing"), past(2, 1, "part"), past(3, 3, "thing")];
    let (mut bytes, mut world, mut outcomes) = (Bytes(data), World::new(), Vec::new());
    while !bytes.is_empty() && outcomes.len() < STEPS_MAX {
        let from = u8::try_from(bytes.below(usize::from(DESK) + 1)).expect("a device");
        let at = [0, 0, 0, 1, 1, 2][bytes.below(6)];
        let edit = edit(&mut bytes, &world, &pasts[at], from);
        let Some(PushReply::Answer(answer)) = world.push(from, &World::body(&edit)) else {
            panic!("an edit with the next number has an outcome: {edit}");
        };
        let [text] = &answer.outcomes[..] else { panic!("one edit, one outcome") };
        let outcome: Value = serde_json::from_str(text).expect("an outcome");
        assert!(outcome["outcome"].as_str().is_some_and(|word| OUTCOMES.contains(&word)), "{text}");
        for past in &mut pasts {
            past.versions
                .extend(world.seen(past.record).filter(|seen| past.versions.last() != Some(seen)));
        }
        outcomes.push(text.clone());
        world.check();
    }
    (outcomes, world.look())
}

fn edit(bytes: &mut Bytes<'_>, world: &World, past: &Past, from: u8) -> Value {
    let newest = past.versions.len() - 1;
    let (base, content) = &past.versions[newest - bytes.below(4).min(newest)];
    let op = *bytes.pick(&[
        "put", "put", "put", "put", "put", "put", "delete", "undelete", "move", "apply", "dismiss",
        "void",
    ]);
    let mut patch = json!({});
    for _ in 0..=bytes.below(3) {
        let path = *bytes.pick(&PATHS);
        put(&mut patch, path, value(bytes));
    }
    let new_rows = ["/rows/r1", "/rows/r2"].into_iter().filter(|_| bytes.byte() & 1 == 1);
    let new_rows: Vec<&str> = new_rows.collect();
    let open = content["conflicts"].as_array().into_iter().flatten();
    let resolves: Vec<Value> = open.filter(|_| bytes.byte() & 1 == 1).map(name).collect();
    let mut edit = json!({
        "device_seq": world.next(from), "op": op, "record": past.record, "kind": past.kind,
        "root": past.root, "base": base, "made_at": "2026-11-23T09:30:00+08:00",
    });
    if op == "put" {
        (edit["patch"], edit["new_rows"], edit["resolves"]) =
            (patch, json!(new_rows), json!(resolves));
    }
    if op == "move" {
        edit["stream"] = json!(World::elsewhere());
    }
    if matches!(op, "apply" | "dismiss") {
        let whose = u8::try_from(bytes.below(4)).expect("a device");
        edit["edit"] = json!({"device": device(whose), "device_seq": bytes.below(16)});
        edit["reason"] = json!("测试");
    }
    edit
}

fn name(conflict: &Value) -> Value {
    json!({"device": conflict["device"], "device_seq": conflict["device_seq"], "path": conflict["path"]})
}

fn put(patch: &mut Value, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        *patch = value;
        return;
    };
    if !patch.is_object() {
        *patch = json!({});
    }
    put(&mut patch[*first], rest, value);
}

fn value(bytes: &mut Bytes<'_>) -> Value {
    match bytes.below(12) {
        0 => Value::Null,
        1 => json!({}),
        2 => json!(true),
        3 => json!("draft"),
        4 => json!("submitted"),
        5 => json!(bytes.byte()),
        6 => json!({"wage": bytes.byte()}),
        7 => json!({"wage": null, "age": 1}),
        8 => json!({"r1": {"wage": 1}, "r2": {}}),
        9 => json!([1, {"a": "b"}]),
        10 => json!({"cane": true, "frame": null}),
        _ => json!(bytes.text()),
    }
}
