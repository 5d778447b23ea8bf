//! 4. No silent overwrite. 5. One bad edit stops nothing. 6. A group is all or nothing.

use ruhu_device::Choice;
use ruhu_tests::edits::{
    document, grouped, household, new_draft, new_household, path, put, record, with,
};
use ruhu_tests::{Field, Hand, Server, on_both_databases, tables, verdict};
use serde_json::{Value, json};

on_both_databases! {
    two_values_for_one_field_are_both_kept_until_a_person_chooses,
    edits_of_different_fields_merge_without_a_question,
    a_phone_that_arrives_late_overwrites_nobody,
    a_contact_sent_along_unchanged_or_removed_from_afar_takes_nothing_away,
    a_deletion_never_passes_over_what_another_wrote_since,
    the_rows_of_a_new_record_are_taken_without_a_mark,
    one_bad_edit_among_good_ones_stops_nothing,
    a_group_with_one_quarantined_member_is_quarantined_whole,
    a_group_with_one_rejected_member_is_rejected_whole,
    a_group_that_does_not_arrive_whole_is_refused_and_nothing_of_it_taken,
}

/// Two people who have seen the same version of household 1.
fn two_who_saw_one_version(server: &Server) -> (Hand, Hand, String) {
    let (mut one, other) = (server.hand("worker_a"), server.hand("worker_a2"));
    let base = one.take(new_household(1));
    (one, other, base)
}

fn the_rows_of_a_new_record_are_taken_without_a_mark(server: Server) {
    let mut one = server.hand("worker_a");
    let row = |phone: &str| json!({"name": "测试辛", "phone": phone});
    let mut new = new_household(1);
    new["patch"]["contacts"] = json!({"r1": row("010-66000001")});
    assert!(new.get("new_rows").is_none());
    let base = one.take(new);
    assert_eq!(stored(&server)["document"]["contacts"]["r1"], row("010-66000001"));
    // The record is there now: a row that is not marked is one that nobody knows.
    let later = change(&base, json!({"contacts": {"r2": row("010-66000002")}}));
    assert_eq!(one.verdict(later), "quarantined/row_unknown");
}

fn change(base: &str, patch: Value) -> Value {
    put(record(1), "household", base, patch)
}

fn stored(server: &Server) -> Value {
    tables::stream(server, Field::CASELOAD_A).1.remove(0)
}

fn two_values_for_one_field_are_both_kept_until_a_person_chooses(server: Server) {
    let mut one = server.tablet("worker_a");
    let home = one.create("household", None, document(&household("测甲"))).expect("kept");
    one.sync().expect("synced");
    let mut other = server.tablet("worker_a2");
    other.sync().expect("synced");
    one.set(home, &path("/head_name"), "测试庚".into()).expect("kept");
    other.set(home, &path("/head_name"), "汪芳".into()).expect("kept");
    other.sync().expect("synced");
    let report = one.sync().expect("synced");
    assert_eq!(report.push.outcomes[0].conflicts, [path("/head_name")]);

    for tablet in [&mut one, &mut other] {
        tablet.sync().expect("synced");
        let view = tablet.view(home).expect("a view");
        assert_eq!(view.document["head_name"], "汪芳".into(), "the first to be committed stands");
        let [open] = &view.conflicts[..] else { panic!("one conflict: {:?}", view.conflicts) };
        assert_eq!(open.value, Some("测试庚".into()));
        assert_eq!(open.base, Some("测甲".into()));
        assert_eq!(open.user, Field::user("worker_a"));
        assert!(!open.made_at.is_empty());
    }

    let conflict = one.open_conflicts(home).remove(0).id;
    other.resolve(home, &conflict, Choice::TakeAlternative).expect("kept");
    other.sync().expect("synced");
    one.sync().expect("synced");
    for tablet in [&one, &other] {
        let view = tablet.view(home).expect("a view");
        assert_eq!((view.document["head_name"].clone(), view.conflicts), ("测试庚".into(), vec![]));
    }
}

fn edits_of_different_fields_merge_without_a_question(server: Server) {
    let (mut one, mut other, base) = two_who_saw_one_version(&server);
    assert_eq!(other.verdict(change(&base, json!({"address": "前海"}))), "applied");
    assert_eq!(one.verdict(change(&base, json!({"notes": "三层"}))), "merged");
    let row = "0193aaaa-0000-7000-8000-000000000001";
    let add = change(&base, json!({"contacts": {row: {"name": "李"}}}));
    let add = with(add, "new_rows", json!([format!("/contacts/{row}")]));
    assert_eq!(other.verdict(add), "merged");
    let record = stored(&server);
    assert_eq!(record["conflicts"], json!([]));
    assert_eq!(record["document"]["address"], "前海");
    assert_eq!(record["document"]["notes"], "三层");
    assert_eq!(record["document"]["contacts"][row]["name"], "李");
}

/// The places of the open conflicts, in order.
fn open_places(record: &Value) -> Vec<&str> {
    let open = record["conflicts"].as_array().expect("conflicts");
    let mut places: Vec<_> = open.iter().map(|c| c["path"].as_str().expect("a path")).collect();
    places.sort_unstable();
    places
}

fn a_phone_that_arrives_late_overwrites_nobody(server: Server) {
    let (mut one, mut other, base) = two_who_saw_one_version(&server);
    let patch = |word: &str| json!({"phone": word, "notes": word, "address": word});
    assert_eq!(other.verdict(change(&base, patch("先"))), "applied");
    assert_eq!(one.verdict(change(&base, patch("后"))), "conflict");
    let record = stored(&server);
    for field in ["phone", "notes", "address"] {
        assert_eq!(record["document"][field], "先");
    }
    assert_eq!(open_places(&record), ["/address", "/notes", "/phone"]);
    let open = record["conflicts"].as_array().expect("conflicts");
    assert!(open.iter().all(|c| c["value"] == "后"));
}

fn a_contact_sent_along_unchanged_or_removed_from_afar_takes_nothing_away(server: Server) {
    let (mut one, mut other, _) = two_who_saw_one_version(&server);
    let row = "0193aaaa-0000-7000-8000-000000000001";
    let contact = |said: Value| json!({"phone": "13800000001", "contacts": {row: said}});
    let begin = change("0", contact(json!({"name": "李", "phone": "13900000001"})));
    let begin = with(begin, "new_rows", json!([format!("/contacts/{row}")]));
    assert_ne!(other.verdict(begin), "quarantined");
    let base = stored(&server)["rev"].as_str().expect("a rev").to_owned();
    let new = json!({"phone": "13800000002", "contacts": {row: {"phone": "13900000002"}}});
    assert_eq!(other.verdict(change(&base, new)), "applied");
    // A tablet that was away for a week sends what it showed then.
    let old = contact(json!({"phone": "13900000001"}));
    assert_eq!(one.verdict(change(&base, old)), "conflict");
    assert_eq!(one.verdict(change(&base, json!({"contacts": {row: null}}))), "conflict");
    let record = stored(&server);
    assert_eq!(record["document"]["phone"], "13800000002");
    assert_eq!(record["document"]["contacts"][row]["phone"], "13900000002");
    let waits = open_places(&record);
    assert!(waits.contains(&"/phone"), "{waits:?}");
    assert!(waits.contains(&format!("/contacts/{row}").as_str()), "{waits:?}");
}

fn a_deletion_never_passes_over_what_another_wrote_since(server: Server) {
    let (mut one, mut other, _) = two_who_saw_one_version(&server);
    let base = one.take(new_draft(2, 1));
    let answer = |base: &str, code: &str| {
        let patch = json!({"answers": {"eat": code}});
        with(put(record(2), "assessment", base, patch), "root", json!(record(1)))
    };
    other.take(answer(&base, "achieved"));
    let gone =
        |base: &str| ruhu_tests::edits::delete_under(record(1), record(2), "assessment", base);
    assert_eq!(one.verdict(gone(&base)), "quarantined/edited_since");
    // Over an open conflict, too.
    one.verdict(answer(&base, "not_achieved"));
    let rev = stored_rev(&server, 2);
    assert_eq!(other.verdict(gone(&rev)), "quarantined/open_conflict");
    assert_eq!(stored_rev(&server, 2), rev);
}

fn stored_rev(server: &Server, n: u128) -> String {
    let (_, rows) = tables::stream(server, Field::CASELOAD_A);
    let row = rows.iter().find(|row| row["record"] == json!(record(n))).expect("a record");
    row["rev"].as_str().expect("a rev").to_owned()
}

fn one_bad_edit_among_good_ones_stops_nothing(server: Server) {
    let mut hand = server.hand("worker_a");
    let outcomes = hand.outcomes([
        new_household(1),
        json!({"op": "fly"}),
        json!({}),
        put(record(1), "spaceship", "0", json!({})),
        put(record(1), "household", "0", json!({"contacts": 7})),
        put(record(1), "household", "0", json!({"community_code": "?"})),
        put(record(1), "household", "0", json!({"hardship_level": "key"})),
        put(record(1), "household", "0", json!({"category": "dibao"})),
        new_draft(2, 77),
        put(record(1), "household", "0", json!({"notes": "最后"})),
    ]);
    let words: Vec<_> = outcomes.iter().map(verdict).collect();
    assert_eq!(words[0], "applied");
    assert_eq!(words[9], "applied");
    for (at, refused) in [
        (1, "rejected"),
        (2, "rejected"),
        (3, "rejected"),
        (4, "rejected"),
        (5, "rejected"),
        (8, "quarantined"),
    ] {
        assert!(words[at].starts_with(refused), "{at}: {words:?}");
    }
    assert_eq!(words[6], "applied", "a value that only the server writes is ignored, and told");
    assert_eq!(outcomes[6]["ignored"], json!(["/hardship_level"]));
    assert_eq!(outcomes[7]["ignored"], json!(["/category"]), "a push sets no category");
    let record = stored(&server);
    assert_eq!(record["document"]["notes"], "最后");
    assert!(record["document"].get("category").is_none());
    assert!(record["document"].get("hardship_level").is_none());
}

fn a_group_with_one_quarantined_member_is_quarantined_whole(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    let rev = stored_rev(&server, 1);
    let group = grouped(
        1,
        [
            put(record(1), "household", &rev, json!({"notes": "组"})),
            new_draft(2, 1),
            put(record(9), "household", "2-00000000", json!({"notes": "无"})),
            new_household(3),
        ],
    );
    let outcomes = hand.outcomes(group.into_iter().chain([put(
        record(1),
        "household",
        &rev,
        json!({"address": "后"}),
    )]));
    let words: Vec<_> = outcomes.iter().map(verdict).collect();
    let member = "quarantined/group_member";
    assert_eq!(words, [member, member, "quarantined/not_available", member, "applied"]);
    assert!([0, 1, 3].iter().all(|at| outcomes[*at]["because_of"] == 4), "{outcomes:?}");
    assert_eq!(tables::count(&server, "record"), 1);
    assert!(stored(&server)["document"].get("notes").is_none());
}

fn a_group_with_one_rejected_member_is_rejected_whole(server: Server) {
    let mut hand = server.hand("worker_a");
    let group = grouped(
        1,
        [
            new_household(1),
            put(record(9), "household", "2-00000000", json!({"notes": "无"})),
            put(record(1), "household", "0", json!({"head_name": 7})),
        ],
    );
    let outcomes = hand.outcomes(group);
    let words: Vec<_> = outcomes.iter().map(verdict).collect();
    let member = "rejected/group_member";
    assert_eq!(words, [member, member, "rejected/invalid_value"]);
    assert!([0, 1].iter().all(|at| outcomes[*at]["because_of"] == 3), "{outcomes:?}");
    assert_eq!(tables::count(&server, "record"), 0);
}

fn a_group_that_does_not_arrive_whole_is_refused_and_nothing_of_it_taken(server: Server) {
    let mut hand = server.hand("worker_a");
    let group = grouped(1, [new_household(1), new_household(2), new_household(3)]);
    let edits = hand.number([new_household(8)].into_iter().chain(group));
    let problem = hand.push(&edits[..3]).expect_problem(409, "group-split").json();
    assert_eq!((&problem["device_seq"], &problem["expected_device_seq"]), (&json!(2), &json!(1)));
    assert_eq!(tables::count(&server, "journal"), 0);
    // The edit before the group goes by itself, the group then whole.
    hand.push(&edits[..1]).expect(200);
    hand.push(&edits[1..3]).expect_problem(409, "group-split");
    hand.push(&edits[1..]).expect(200);
    assert_eq!(tables::count(&server, "record"), 4);
}
