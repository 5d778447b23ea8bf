//! Numbers that are missing, come again, or come with another content.

use crate::footing::Footing;
use ruhu_tests::edits::{new_household, put, record, with};
use ruhu_tests::{Server, on_both_databases, tables, verdict};
use serde_json::json;

on_both_databases! {
    a_gap_is_told_with_the_number_that_is_expected,
    a_repeat_is_answered_as_the_first_time_and_changes_nothing,
    a_repeat_with_another_content_is_a_fork_and_changes_nothing,
}

fn a_gap_is_told_with_the_number_that_is_expected(server: Server) {
    let mut footing = Footing::on(&server);
    for ahead in [1_u64, 2, 1 << 40] {
        let expected = footing.taken() + 1;
        let edit = with(new_household(2), "device_seq", json!(expected + ahead));
        let told = footing.hand.push(&[edit]).expect_problem(409, "device-seq-gap").json();
        assert_eq!(told["expected_device_seq"], expected);
        assert!(told["chain"].is_string() || told.get("safe_device_seq").is_some(), "{told}");
        footing.is_untouched("a gap");
    }
}

fn a_repeat_is_answered_as_the_first_time_and_changes_nothing(server: Server) {
    let mut footing = Footing::on(&server);
    let edits = footing
        .hand
        .number([new_household(2), put(record(9), "household", "1-00000000", json!({}))]);
    let first = footing.hand.push(&edits).expect(200);
    assert_eq!(verdict(&first.json()["outcomes"][1]), "quarantined/not_available");
    footing.look_again();
    for _ in 0..3 {
        assert_eq!(footing.hand.push(&edits).expect(200).text(), first.text());
    }
    footing.is_untouched("a repeat");
    // Each by itself, after others went on, has the same outcome.
    for (edit, n) in edits.iter().zip(0..) {
        let again = footing.hand.push(std::slice::from_ref(edit)).expect(200).json();
        assert_eq!(again["outcomes"][0], first.json()["outcomes"][n]);
        footing.is_untouched("a repeat of one");
    }
}

fn a_repeat_with_another_content_is_a_fork_and_changes_nothing(server: Server) {
    let mut footing = Footing::on(&server);
    let edits = footing.hand.number([new_household(2)]);
    footing.hand.push(&edits).expect(200);
    footing.look_again();
    let number = &edits[0]["device_seq"];
    for other in [
        with(
            edits[0].clone(),
            "patch",
            json!({"community_code": "110102003001", "head_name": "测丙"}),
        ),
        with(edits[0].clone(), "made_at", json!("1970-01-01T00:00:00Z")),
        with(edits[0].clone(), "x", json!(null)),
        with(new_household(3), "device_seq", number.clone()),
        json!({"device_seq": number, "op": "void"}),
    ] {
        let told = footing.hand.push(std::slice::from_ref(&other));
        let told = told.expect_problem(409, "device-forked").json();
        assert_eq!(&told["device_seq"], number, "{other}");
        footing.is_untouched("a fork");
        // What stands before it in the same push is answered, what stands behind it is not taken.
        let journal = tables::count(&server, "journal");
        let next = with(new_household(7), "device_seq", json!(number.as_u64().expect("n") + 1));
        let told = footing.hand.push(&[other, next]).expect_problem(409, "device-forked").json();
        assert_eq!(told["outcomes"], json!([]));
        assert_eq!(tables::count(&server, "journal"), journal);
    }
}
