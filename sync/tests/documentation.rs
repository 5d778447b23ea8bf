//! The examples in `docs/protocol.md` are the output of the code.
//!
//! `RUHU_RECORD=1 cargo nextest run -p ruhu-sync --test documentation` writes them anew.

mod world;

use ruhu_sync::push::PushReply;
use serde_json::{Value, json};
use world::{EPOCH, World, part, record, thing, with};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/protocol.md");

fn examples() -> Vec<(&'static str, Value)> {
    let mut world = World::new();
    let row =
        json!({"x": "租房", "rows": {"0192f0c1-5a3e-7c4d-9b21-0d6f3a7e1c55": {"wage": 320_000}}});
    let made = with(
        thing(1, 1, "0", row),
        "new_rows",
        json!(["/rows/0192f0c1-5a3e-7c4d-9b21-0d6f3a7e1c55"]),
    );
    let edits = [made, part(2, 2, 1, "0", json!({"status": "draft", "x": 1}))];
    let push = json!({"protocol": 1, "epoch": EPOCH, "edits": edits});
    let answer = match world.try_push(1, &edits) {
        PushReply::Answer(answer) => serde_json::from_str(&answer.to_json()).expect("json"),
        other => panic!("{other:?}"),
    };
    let base = world.stored(1).rev.to_string();
    world.put(1, thing(3, 1, &base, json!({"x": "借住"})));
    world.put(2, thing(1, 1, &base, json!({"x": "自有"})));
    let conflict = world.conflicts(1).remove(0);
    let page = world.pull(2, json!({}));
    let changed = json!({"device_seq": 4, "op": "put", "record": record(1), "kind": "thing",
        "base": world.stored(1).rev, "made_at": "2026-11-23T09:30:00+08:00", "changes": [
            {"path": "/x", "set": "租房"}, {"path": "/y", "remove": true},
            {"path": "/rows/0192f0c1-6b00-7d10-8a44-3c9e5f7a2b66", "add_row": {"wage": 260_000}},
            {"path": "/home", "ensure": true}]});
    world.served.experimental = true;
    let body = json!({"protocol": 2, "epoch": EPOCH, "edits": [changed]}).to_string();
    assert!(matches!(world.push_body(1, &body), PushReply::Answer(answer)
        if answer.outcomes[0].contains("rev")));
    vec![
        ("push", push),
        ("changes", changed),
        ("push-answer", answer),
        ("conflict", conflict),
        ("pull-page", page),
    ]
}

#[test]
fn the_examples_of_the_specification_are_what_the_code_says() {
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let mut written = page.clone();
    for (name, example) in examples() {
        let begin = format!("<!-- example {name} -->\n");
        let (before, rest) = written.split_once(&begin).expect("the marker is there");
        let (_, after) = rest.split_once("<!-- end -->").expect("the end is there");
        let text = serde_json::to_string_pretty(&example).expect("json");
        written = format!("{before}{begin}```json\n{text}\n```\n<!-- end -->{after}");
    }
    if std::env::var_os("RUHU_RECORD").is_some() {
        std::fs::write(PAGE, &written).expect("written");
    }
    assert!(page == written, "docs/protocol.md is out of date: see the top of this test");
}
