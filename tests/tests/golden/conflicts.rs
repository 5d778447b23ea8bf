//! Conflicts: listed, read, settled.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, Person};
use crate::names::NOBODY;
use crate::work::{home, name};
use ruhu_tests::edits::{draft, put_under, record};
use ruhu_tests::{Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    conflicts_are_answered_as_written_down,
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
