//! Characters that are none, and characters that nobody sees.

use crate::footing::Footing;
use ruhu_tests::edits::{household, new_household, put, record, with};
use ruhu_tests::{Hand, Server, on_both_databases, sealed, verdict};
use serde_json::json;

on_both_databases! {
    nul_and_lone_surrogates_are_rejected_wherever_they_stand_and_kept_in_the_journal,
    characters_that_steer_the_writing_direction_are_kept_as_they_are,
    bytes_that_are_no_text_are_refused,
}

/// Pushes one element as it is written, and says what became of it.
fn verdict_of(hand: &mut Hand, element: &str) -> (u64, String) {
    let numbered = hand.number([json!({})]);
    let number = numbered[0]["device_seq"].as_u64().expect("a number");
    let element = element.replace("NUMBER", &number.to_string());
    let body = format!(r#"{{"protocol":1,"epoch":"{}","edits":[{element}]}}"#, hand.epoch);
    let call = hand.call("POST", "/v1/sync/push").header("Content-Type", "application/json");
    let answer = call.body(body).send().expect(200).json();
    (number, verdict(&answer["outcomes"][0]))
}

fn nul_and_lone_surrogates_are_rejected_wherever_they_stand_and_kept_in_the_journal(
    server: Server,
) {
    let mut footing = Footing::on(&server);
    let edit = with(new_household(2), "device_seq", json!("NUMBER")).to_string();
    let edit = edit.replace("\"NUMBER\"", "NUMBER");
    for unit in [r"\u0000", r"\ud800", r"\udfff", r"\udc00\ud800", r"测\u0000试"] {
        let id = record(2).to_string();
        for (place, with) in [
            ("测甲", unit.to_owned()),
            ("head_name", format!("head{unit}")),
            ("\"household\"", format!("\"{unit}\"")),
            (id.as_str(), format!("{}{unit}", &id[1..])),
        ] {
            assert!(edit.contains(place), "{edit}");
            let element = edit.replacen(place, &with, 1);
            let (number, told) = verdict_of(&mut footing.hand, &element);
            assert_eq!(told, "rejected/malformed", "{element}");
            let kept = sealed::payload(&server, footing.hand.device, number);
            assert_eq!(kept, element.replace("NUMBER", &number.to_string()));
        }
        footing.keeps_its_records(unit);
    }
    // A pair is a character like any other.
    let (_, told) = verdict_of(&mut footing.hand, &edit.replacen("测甲", r"\ud83d\ude00", 1));
    assert_eq!(told, "applied");
}

fn characters_that_steer_the_writing_direction_are_kept_as_they_are(server: Server) {
    let mut footing = Footing::on(&server);
    // Overrides, embeddings, isolates, marks; a name in Arabic script, as Uyghur is written.
    let controls =
        ['\u{202e}', '\u{202d}', '\u{202a}', '\u{2066}', '\u{2069}', '\u{200f}', '\u{61c}'];
    let words = controls.map(|control| format!("测{control}甲 ئايگۈل {control}"));
    for (word, n) in words.iter().zip(2..) {
        let document = with(household("测乙"), "notes", json!(word));
        let edit = put(record(n), "household", "0", with(document, "head_name", json!(word)));
        assert_eq!(footing.hand.verdict(edit), "applied");
        let held = footing.hand.held();
        let home = held.iter().find(|row| row["record"] == json!(record(n))).expect("held");
        assert_eq!(
            (&home["document"]["notes"], &home["document"]["head_name"]),
            (&json!(word), &json!(word))
        );
    }
    footing.look_again();
    footing.is_untouched("bidirectional controls");
}

fn bytes_that_are_no_text_are_refused(server: Server) {
    let mut footing = Footing::on(&server);
    let edits = footing.hand.clone().number([new_household(2)]);
    let whole = footing.hand.body(&edits).to_string().into_bytes();
    let at = whole.windows(3).position(|w| w == "测".as_bytes()).expect("a character");
    // Cut in the middle of a character; overlong; a surrogate in UTF-8; UTF-16.
    for wrong in [&b"\xe6\xb5"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xff\xfe", b"\x6d\x4b\x00"] {
        let mut body = whole.clone();
        body.splice(at..at + 3, wrong.iter().copied());
        let call = footing.hand.call("POST", "/v1/sync/push");
        let refused = call.header("Content-Type", "application/json").body(body).send();
        // A NUL in the open is a character, but no JSON.
        let is_text = std::str::from_utf8(wrong).is_ok();
        refused.expect_problem(400, if is_text { "malformed-push" } else { "body-not-utf8" });
        footing.is_untouched("bytes that are no text");
    }
}
