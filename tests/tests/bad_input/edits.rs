//! Edits that ask for what there is not, or say what cannot be.

use crate::footing::Footing;
use ruhu_tests::edits::{household, new_household, put, put_under, record, with};
use ruhu_tests::{Server, on_both_databases, verdict};
use serde_json::{Value, json};

on_both_databases! {
    an_unknown_kind_or_operation_is_rejected_by_its_name,
    an_unknown_field_is_kept_and_comes_back_as_it_was,
    a_patch_ten_thousand_deep_is_rejected_and_the_edits_beside_it_are_taken,
    money_is_whole_fen_and_never_a_float,
    an_id_number_whose_check_digit_is_wrong_is_rejected_with_its_place,
    a_device_clock_of_another_age_orders_nothing,
}

fn an_unknown_kind_or_operation_is_rejected_by_its_name(server: Server) {
    let mut footing = Footing::on(&server);
    for (edit, reason) in [
        (put(record(2), "spaceship", "0", json!({"name": "测甲"})), "rejected/unknown_kind"),
        (put(record(2), "", "0", json!({})), "rejected/malformed"),
        (put(record(2), "Household", "0", household("测甲")), "rejected/unknown_kind"),
        (with(new_household(2), "op", json!("drop")), "rejected/unknown_op"),
        (
            with(with(new_household(2), "op", json!("move")), "stream", json!(record(5))),
            "rejected/unknown_op",
        ),
        (with(new_household(2), "op", json!(7)), "rejected/malformed"),
        (with(new_household(2), "record", json!("1")), "rejected/malformed"),
        (with(new_household(2), "base", json!("latest")), "rejected/malformed"),
        (with(new_household(2), "patch", json!([])), "rejected/malformed"),
    ] {
        assert_eq!(footing.hand.verdict(edit.clone()), reason, "{edit}");
        footing.keeps_its_records(reason);
    }
}

fn an_unknown_field_is_kept_and_comes_back_as_it_was(server: Server) {
    let mut footing = Footing::on(&server);
    let strange = json!({"deep": [{"b": 1, "a": [1.5, "二", true]}], "größe": "ü", "": 0});
    let document = json!({"community_code": "110102003001", "head_name": "测乙", "x_new": strange});
    let edit = put(record(2), "household", "0", document.clone());
    let rev = footing.hand.take(with(edit, "x_member", json!({"of": "a later version"})));
    let held = footing.hand.held();
    let stored = held.iter().find(|row| row["record"] == json!(record(2))).expect("held");
    assert_eq!(stored["document"], document);
    // It is one value, and an edit of another field leaves it alone.
    let notes = json!({"notes": "别的"});
    footing.hand.take(put(record(2), "household", &rev, notes));
    let held = footing.hand.held();
    let stored = held.iter().find(|row| row["record"] == json!(record(2))).expect("held");
    assert_eq!(stored["document"]["x_new"], strange);
    footing.look_again();
    footing.is_untouched("an unknown field");
}

fn a_patch_ten_thousand_deep_is_rejected_and_the_edits_beside_it_are_taken(server: Server) {
    let mut footing = Footing::on(&server);
    let [objects, lists] = [("{\"a\":", "1", "}"), ("[", "1", "]")].map(|(open, inner, close)| {
        format!("{}{inner}{}", open.repeat(10_000), close.repeat(10_000))
    });
    for deep in [objects, lists] {
        let [first, last] = [3, 4].map(|n| new_household(0x30 + n));
        let mut edits = footing.hand.number([first, json!({"marker": 0}), last]);
        let number = edits[1]["device_seq"].clone();
        let bad = put(record(0x3f), "household", "0", json!({"x": "HERE"}));
        edits[1] = with(bad, "device_seq", number);
        let body = footing.hand.body(&edits).to_string().replace("\"HERE\"", &deep);
        let call = footing.hand.call("POST", "/v1/sync/push");
        let answer = call.header("Content-Type", "application/json").body(body).send();
        let outcomes = answer.expect(200).json()["outcomes"].as_array().expect("outcomes").clone();
        let words: Vec<_> = outcomes.iter().map(verdict).collect();
        assert_eq!(words[1], "rejected/malformed");
        assert!(words[0].starts_with("applied") || words[0].starts_with("merged"), "{words:?}");
        assert!(words[2].starts_with("applied") || words[2].starts_with("merged"), "{words:?}");
        footing.look_again();
        footing.is_untouched("a deep patch");
    }
}

/// What is wrong with the one place of an edit that is rejected.
#[track_caller]
fn rejected_at(footing: &mut Footing<'_>, edit: Value) -> (String, String) {
    let outcome = footing.hand.outcomes([edit]).remove(0);
    assert_eq!(verdict(&outcome), "rejected/invalid_value", "{outcome}");
    let problem = &outcome["problems"][0];
    let text = |name: &str| problem[name].as_str().expect("text").to_owned();
    (text("path"), text("code"))
}

fn money_is_whole_fen_and_never_a_float(server: Server) {
    let mut footing = Footing::on(&server);
    for (cost, code) in [
        (json!(3200.5), "fen_expected"),
        (json!(0.1), "fen_expected"),
        (json!("3200"), "fen_expected"),
        (json!(-1), "out_of_range"),
        (json!(true), "fen_expected"),
        (json!({"fen": 1}), "fen_expected"),
    ] {
        let service = json!({"service": "other", "status": "planned", "cost": cost});
        let edit = put_under(record(1), record(2), "service", "0", service);
        let outcome = footing.hand.outcomes([edit]).remove(0);
        let told = outcome.to_string();
        assert_eq!(outcome["outcome"], "rejected", "{told}");
        assert!(told.contains("/cost"), "{told}");
        assert!(told.contains(code) || verdict(&outcome) == "rejected/wrong_shape", "{told}");
        footing.keeps_its_records(&told);
    }
}

fn an_id_number_whose_check_digit_is_wrong_is_rejected_with_its_place(server: Server) {
    let mut footing = Footing::on(&server);
    let person = |number: &str| {
        let person = json!({"name": "测试乙", "id_type": "resident_id", "id_no": number});
        put_under(record(1), record(2), "person", "0", person)
    };
    // 9999991990010100 1?: one number of these ten has the right last digit.
    let numbers: Vec<_> = (0..10).map(|digit| format!("99999919900101001{digit}")).collect();
    let is_right = |number: &String| ruhu_casework::identity::id_number(number).is_ok();
    assert!(numbers.iter().filter(|number| is_right(number)).count() <= 1);
    for number in numbers.iter().filter(|number| !is_right(number)).take(3) {
        let told = rejected_at(&mut footing, person(number));
        assert_eq!(told, ("/id_no".to_owned(), "id_no_check_digit".to_owned()));
        footing.keeps_its_records("a wrong check digit");
    }
    for (number, code) in [
        ("99999919901301001X", "id_no_birth_date"),
        ("9999991990010100", "id_no_malformed"),
        ("９９９９９９１９９００１０１００１", "id_no_malformed"),
    ] {
        assert_eq!(
            rejected_at(&mut footing, person(number)),
            ("/id_no".to_owned(), code.to_owned())
        );
        footing.keeps_its_records(code);
    }
}

fn a_device_clock_of_another_age_orders_nothing(server: Server) {
    let mut footing = Footing::on(&server);
    let rev = footing.rev().to_owned();
    let mut colleague = server.hand("worker_a2");
    // One's own later word stands, whatever the clock says.
    for (value, made_at) in [
        ("13800000001", "9999-12-31T23:59:59Z"),
        ("13800000002", "1970-01-01T00:00:00Z"),
        ("13800000003", "0001-01-01T00:00:00+08:00"),
    ] {
        let edit = put(record(1), "household", &rev, json!({"phone": value}));
        let told = colleague.verdict(with(edit, "made_at", json!(made_at)));
        assert!(["applied", "merged"].contains(&told.as_str()), "{told}");
        let held = footing.hand.held();
        let home = held.iter().find(|row| row["record"] == json!(record(1))).expect("held");
        assert_eq!(home["document"]["phone"], value, "{made_at}");
    }
    // An older clock overwrites nobody: the first value stands, the other waits beside it.
    let at = |value: &str, made_at: &str| {
        let edit = put(record(1), "household", &rev, json!({"address": value}));
        with(edit, "made_at", json!(made_at))
    };
    colleague.take(at("测试路一号", "2026-11-23T09:30:00+08:00"));
    for made_at in ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(footing.hand.verdict(at("测试路二号", made_at)), "conflict", "{made_at}");
    }
    // A clock that cannot be read at all strands no work: it is shown to people as it is.
    let told = footing.hand.verdict(at("测试路三号", "昨天"));
    assert_eq!(told, "conflict");
    let audit = server.store().audit_journal(None).expect("looked through");
    assert_eq!(audit.faults, []);
}
