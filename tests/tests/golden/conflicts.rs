//! Conflicts: listed, read, settled.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, Person};
use crate::names::NOBODY;
use crate::work::{handed_in, home, name, rev};
use ruhu_tests::edits::{draft, put, put_under, record, six_answers};
use ruhu_tests::{Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    conflicts_are_answered_as_written_down,
    acts_on_what_is_in_conflict_are_answered_as_written_down,
}

/// Two workers differ on how somebody eats and dresses, in assessment `n` of household 1.
fn disagree(n: u128, one: &mut Person, other: &mut Person) {
    let rev = one.hand.take(put_under(record(1), record(n), "assessment", "0", draft()));
    let says = |code: &str| {
        let answers = json!({"answers": {"eat": code, "dress": code}});
        put_under(record(1), record(n), "assessment", &rev, answers)
    };
    one.hand.take(says("achieved"));
    other.hand.take(says("not_achieved"));
}

/// What is chosen of each open conflict of a record as it was read.
fn chosen(seen: &Value, take: &str) -> Value {
    let open = seen["conflicts"].as_array().expect("conflicts").iter();
    let choice = |open: &Value| {
        json!({"device": open["device"], "device_seq": open["device_seq"], "path": open["path"],
            "take": take})
    };
    json!({"record": seen["record"], "rev": seen["rev"], "choices": open.map(choice).collect::<Vec<_>>()})
}

fn changed(mut chosen: Value, pointer: &str, value: Value) -> Value {
    *chosen.pointer_mut(pointer).expect("a place") = value;
    json!([chosen])
}

fn conflicts_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let (mut one, mut other) = (day.person("worker_a"), day.person("worker_a2"));
    let (here, there) = (day.person("reviewer_here"), day.person("reviewer_there"));
    home(&mut one.hand, 1);
    for n in [2, 3] {
        disagree(n, &mut one, &mut other);
        day.later();
    }
    let cast = Cast { by: &here, outsider: Some(&there), without_role: Some(&one) };
    day.list(cast, "GET /v1/desk/conflicts", &[]);
    let read = "GET /v1/desk/conflicts/{record}";
    let first = day.read(cast, read, &[&name(2)]).json();
    let again = |n: u128| Act::new(read, &[&name(n)], Value::Null);
    let second = day.say("another", &here, &again(3), Key::None).json();
    day.say("of a record without any", &here, &again(1), Key::None);

    let mine = chosen(&first, "current");
    let act = Act::new("POST /v1/desk/conflicts/settle", &[], json!({"records": [mine]}));
    let act = act.or(json!({"records": [chosen(&first, "alternative")]}));
    let of = |records: Value| act.with("records", records);
    let wrong = [
        ("of no record", of(json!([]))),
        ("of one record twice", of(json!([mine, mine]))),
        ("of no conflict", of(changed(mine.clone(), "/choices", json!([])))),
        ("of a version that is none", of(changed(mine.clone(), "/rev", json!("x")))),
        ("of another version", of(changed(mine.clone(), "/rev", json!("1-00000000")))),
        ("at no place", of(changed(mine.clone(), "/choices/0/path", json!("x")))),
        ("at another place", of(changed(mine.clone(), "/choices/0/path", json!("/answers/bathe")))),
        (
            "for a value that is neither",
            of(changed(mine.clone(), "/choices/0/take", json!("base"))),
        ),
        ("of a record that is not there", of(changed(mine.clone(), "/record", json!(NOBODY)))),
    ];
    day.keyed(cast, &act, &wrong);
    day.say("settled already", &here, &act, Key::New);
    day.later();
    let mut some = chosen(&second, "alternative");
    some["choices"].as_array_mut().expect("choices").truncate(1);
    day.say("one of two", &here, &of(json!([some])), Key::New);
    day.say("read with the other one", &here, &again(3), Key::None);
    day.holds("conflicts");
}

fn acts_on_what_is_in_conflict_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let (mut one, mut other) = (day.person("worker_a"), day.person("worker_a2"));
    let (here, district) = (day.person("reviewer_here"), day.person("district_here"));
    let seen = home(&mut one.hand, 1);
    let draft_rev = one.hand.take(put_under(record(1), record(2), "assessment", "0", draft()));
    let patch = |answers: Value| put_under(record(1), record(2), "assessment", &draft_rev, answers);
    one.hand.take(patch(json!({"answers": six_answers(), "status": "submitted"})));
    let accepted = handed_in(&mut one.hand, 3, 1, json!({}));
    // It came after the assessment was handed in, and is applied all the same.
    other.hand.outcomes([patch(json!({"answers": {"eat": "not_achieved"}}))]);
    let device = other.hand.device.to_string();
    let apply = "POST /v1/desk/quarantine/{device}/{device_seq}/apply";
    let apply = Act::new(apply, &[&device, "1"], json!({"reason": "已核实。"}));
    day.say("an edit that meets another", &here, &apply, Key::New);
    let now = rev(&one.hand, 2);
    for (act, body) in [
        ("POST /v1/desk/assessments/{record}/accept", json!({"rev": now, "reason": "情况属实。"})),
        ("POST /v1/desk/records/{record}/delete", json!({"rev": now, "reason": "重复登记。"})),
        ("POST /v1/desk/assessments/{record}/take-up", json!({"rev": now})),
    ] {
        day.say("of an assessment in conflict", &here, &Act::new(act, &[&name(2)], body), Key::New);
    }
    let now = rev(&one.hand, 2);
    let back = json!({"rev": now, "reasons": ["请核实。"]});
    let back = Act::new("POST /v1/desk/assessments/{record}/return", &[&name(2)], back);
    day.await_text("rev", "rev of the return");
    day.say("of an assessment in conflict", &here, &back, Key::New);

    let accept = json!({"rev": accepted, "reason": "情况属实。"});
    let accept = Act::new("POST /v1/desk/assessments/{record}/accept", &[&name(3)], accept);
    day.say("of another one", &here, &accept, Key::New);
    for (worker, head) in [(&mut one, "测试乙"), (&mut other, "测试丙")] {
        let named = put(record(1), "household", &seen, json!({"head_name": head}));
        worker.hand.outcomes([named]);
    }
    let now = rev(&one.hand, 1);
    let confirm = json!({"rev": now, "assessment": record(3), "category": "dibao",
        "reason": "收入与财产均符合规定。"});
    let confirm = Act::new("POST /v1/desk/households/{record}/confirm", &[&name(1)], confirm);
    let delete = json!({"rev": now, "reason": "重复登记。"});
    let delete = Act::new("POST /v1/desk/records/{record}/delete", &[&name(1)], delete);
    day.say("of a household in conflict", &here, &delete, Key::New);
    day.say("of a household in conflict", &district, &confirm, Key::New);
    day.holds("in_conflict");
}
