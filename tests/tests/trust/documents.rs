//! What a document may become: the rules of a whole record hold for every result.

use crate::home::{HOME, at_home, of, person};
use ruhu_tests::edits::{delete_under, new_household, put, put_under, record, six_answers, with};
use ruhu_tests::{Hand, Server, on_both_databases, verdict};
use serde_json::{Value, json};

on_both_databases! {
    a_later_edit_takes_nothing_away_that_the_record_must_hold,
    what_only_two_edits_break_together_waits_for_a_person,
    an_alternative_that_breaks_the_record_is_not_chosen,
    a_visit_is_over_with_somebody_present_on_a_day_that_has_come,
    a_service_runs_with_consent_alone,
    nobody_is_born_in_the_future,
    a_team_enters_households_of_its_own_area,
    nothing_is_handed_in_about_somebody_who_is_not_there,
    who_is_needed_is_not_deleted_without_a_word,
    what_names_nobody_can_be_given_up_and_does_not_run,
    what_waits_stands_in_the_way_of_nothing_else,
    an_edit_that_waits_is_not_applied_while_it_breaks_the_record,
}

fn refused(hand: &mut Hand, edit: Value) -> (String, Value) {
    let outcome = hand.outcomes([edit]).remove(0);
    (verdict(&outcome), outcome["problems"].clone())
}

fn problem(path: &str, code: &str) -> Value {
    json!([{"path": path, "code": code}])
}

fn a_later_edit_takes_nothing_away_that_the_record_must_hold(server: Server) {
    let (mut worker, rev) = at_home(&server);
    let invalid = "rejected/invalid_value";
    for (field, patch) in [
        ("/head_name", json!({"head_name": null, "notes": "x"})),
        ("/head_name", json!({"head_name": "\u{3000}\u{200b}"})),
        ("/community_code", json!({"community_code": null})),
    ] {
        let said = refused(&mut worker, put(record(HOME), "household", &rev, patch));
        assert_eq!(said, (invalid.to_owned(), problem(field, "required")));
    }
    let rev = worker.take(of(2, "person", "0", person()));
    for (field, patch) in [
        ("/name", json!({"name": null})),
        ("/counted_as_reason", json!({"counted_as_reason": null})),
        ("/relation_code", json!({"relation_code": null})),
    ] {
        let said = refused(&mut worker, of(2, "person", &rev, patch));
        assert_eq!(said, (invalid.to_owned(), problem(field, "required")));
    }
    let neither = of(2, "person", &rev, json!({"id_no_absent_reason": null}));
    let mut either = problem("/id_no", "required");
    either[0]["possible"] = json!(["id_no", "id_no_absent_reason"]);
    let said = refused(&mut worker, neither);
    assert_eq!(said, (invalid.to_owned(), either), "one of the two is enough");
    // A number in one edit and a birth date that it denies in the next.
    let number = json!({"id_no": "11010519491231002X", "id_no_absent_reason": null});
    let rev = worker.take(of(2, "person", &rev, number));
    let born = of(2, "person", &rev, json!({"birth_date": "1990-01-01"}));
    let said = refused(&mut worker, born);
    assert_eq!(said, (invalid.to_owned(), problem("/birth_date", "birth_date_disagrees")));
}

/// Two workers of one team who have both seen one version of a person.
fn two_who_saw_one(server: &Server) -> (Hand, Hand, String) {
    let (mut one, _) = at_home(server);
    let both = json!({"name": "测丙", "id_type": "none", "id_no_absent_reason": "refused",
        "relation_code": "02", "counted_as": "shared_living", "kin_to_staff": "no"});
    let rev = one.take(of(2, "person", "0", both));
    let other = server.hand("worker_a2");
    other.held();
    (one, other, rev)
}

fn what_only_two_edits_break_together_waits_for_a_person(server: Server) {
    let (mut one, mut other, rev) = two_who_saw_one(&server);
    let number = json!({"id_no": "11010519491231002X"});
    one.take(of(2, "person", &rev, number));
    let born = of(2, "person", &rev, json!({"birth_date": "1990-01-01"}));
    let said = refused(&mut other, born);
    assert_eq!(
        said,
        ("quarantined/broken_together".to_owned(), problem("/birth_date", "birth_date_disagrees"))
    );
    // Nothing is lost: the reviewer reads it.
    let reviewer = server.hand("reviewer_here");
    let waiting = reviewer.call("GET", "/v1/desk/quarantine").send().expect(200).json();
    assert_eq!(waiting["edits"][0]["reason"], "broken_together");
    // What agrees is taken.
    let right = of(2, "person", &rev, json!({"birth_date": "1949-12-31"}));
    assert_eq!(other.verdict(right), "merged");
}

fn an_alternative_that_breaks_the_record_is_not_chosen(server: Server) {
    let (mut one, mut other, rev) = two_who_saw_one(&server);
    one.take(of(2, "person", &rev, json!({"birth_date": "1949-12-31"})));
    assert_eq!(
        other.verdict(of(2, "person", &rev, json!({"birth_date": "1950-01-01"}))),
        "conflict"
    );
    let held = one.held();
    let is_it = |held: &&Value| held["record"] == json!(record(2));
    let rev = held.iter().find(is_it).expect("held")["rev"].as_str().expect("a rev").to_owned();
    one.take(of(2, "person", &rev, json!({"id_no": "11010519491231002X"})));
    let reviewer = server.hand("reviewer_here");
    let path = format!("/v1/desk/conflicts/{}", record(2));
    let seen = reviewer.call("GET", &path).send().expect(200).json();
    let open = &seen["conflicts"][0];
    let choices = json!([{"device": open["device"], "device_seq": open["device_seq"],
        "path": open["path"], "take": "alternative"}]);
    let body = json!({"records": [{"record": record(2), "rev": seen["rev"], "choices": choices}]});
    let settle = reviewer.call("POST", "/v1/desk/conflicts/settle");
    let refused = settle.header("Idempotency-Key", "settle-01").json(&body).send();
    let refused = refused.expect_problem(409, "record-refused").json();
    assert_eq!(refused["problems"], problem("/birth_date", "birth_date_disagrees"));
}

fn a_visit_is_over_with_somebody_present_on_a_day_that_has_come(server: Server) {
    let (mut worker, _) = at_home(&server);
    let planned = json!({"planned_on": "2099-11-23", "status": "in_progress"});
    let rev = worker.take(of(2, "visit", "0", planned));
    let said = refused(&mut worker, of(2, "visit", &rev, json!({"status": "done"})));
    assert_eq!(said.0, "rejected/invalid_value");
    assert_eq!(
        said.1,
        json!([{"path": "/present", "code": "required"},
            {"path": "/planned_on", "code": "in_future"}])
    );
    let met = json!({"status": "done", "planned_on": "2026-11-20",
        "present": {"r1": {"role": "member", "name": "测甲"}}});
    let met = with(of(2, "visit", &rev, met), "new_rows", json!(["/present/r1"]));
    assert_eq!(worker.verdict(met), "applied");
}

fn a_service_runs_with_consent_alone(server: Server) {
    let (mut worker, _) = at_home(&server);
    let rev = worker.take(of(2, "service", "0", json!({"service": "care", "status": "planned"})));
    for patch in
        [json!({"status": "in_service"}), json!({"status": "in_service", "consented": false})]
    {
        let said = refused(&mut worker, of(2, "service", &rev, patch));
        let wanted = problem("/consented", "yes_required");
        assert_eq!(said, ("rejected/invalid_value".to_owned(), wanted));
    }
    let runs = json!({"status": "in_service", "consented": true});
    assert_eq!(worker.verdict(of(2, "service", &rev, runs)), "applied");
}

fn nobody_is_born_in_the_future(server: Server) {
    let (mut worker, _) = at_home(&server);
    let mut born = person();
    born["birth_date"] = json!("2099-01-01");
    let said = refused(&mut worker, of(2, "person", "0", born));
    let wanted = problem("/birth_date", "in_future");
    assert_eq!(said, ("rejected/invalid_value".to_owned(), wanted));
}

fn a_team_enters_households_of_its_own_area(server: Server) {
    let (mut worker, rev) = at_home(&server);
    let elsewhere = json!({"community_code": "440305001001", "head_name": "测丁"});
    let made = put(record(8), "household", "0", elsewhere);
    assert_eq!(worker.verdict(made), "quarantined/outside_area");
    let moved = put(record(HOME), "household", &rev, json!({"community_code": "110105001001"}));
    assert_eq!(worker.verdict(moved), "quarantined/outside_area");
    let within = put(record(HOME), "household", &rev, json!({"community_code": "110102003002"}));
    assert_eq!(worker.verdict(within), "applied");
}

fn nothing_is_handed_in_about_somebody_who_is_not_there(server: Server) {
    let (mut worker, _) = at_home(&server);
    let whole = |person: u128| {
        json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
            "answers": six_answers(), "person": record(person)})
    };
    let missing = problem("/person", "no_such_record");
    let nobody = refused(&mut worker, of(2, "assessment", "0", whole(7)));
    assert_eq!(nobody, ("quarantined/not_whole".to_owned(), missing.clone()));
    // A person of another household is nobody here.
    worker.take(new_household(5));
    worker.take(put_under(record(5), record(6), "person", "0", person()));
    let of_another = refused(&mut worker, of(3, "assessment", "0", whole(6)));
    assert_eq!(of_another, ("quarantined/not_whole".to_owned(), missing));
    // Who arrives in the same push is there.
    let edits = [of(7, "person", "0", person()), of(4, "assessment", "0", whole(7))];
    let outcomes = worker.outcomes(edits);
    assert_eq!(outcomes.iter().map(verdict).collect::<Vec<_>>(), ["applied", "applied"]);
}

fn who_is_needed_is_not_deleted_without_a_word(server: Server) {
    let (mut worker, _) = at_home(&server);
    let rev = worker.take(of(2, "person", "0", person()));
    let draft = json!({"form": "tekun_six", "form_version": 1, "status": "draft",
        "person": record(2)});
    let inner = worker.take(of(3, "assessment", "0", draft));
    let gone = delete_under(record(HOME), record(2), "person", &rev);
    let said = refused(&mut worker, gone);
    let needs = problem(&format!("/assessment/{}", record(3)), "needs_it");
    assert_eq!(said, ("quarantined/still_needed".to_owned(), needs.clone()));
    let reviewer = server.hand("reviewer_here");
    let path = format!("/v1/desk/records/{}/delete", record(2));
    let body = json!({"rev": rev, "reason": "重复登记。"});
    let at_desk = reviewer.call("POST", &path).header("Idempotency-Key", "delete-01");
    let refused = at_desk.json(&body).send().expect_problem(409, "record-refused").json();
    assert_eq!((&refused["reason"], &refused["problems"]), (&json!("still_needed"), &needs));
    worker.take(delete_under(record(HOME), record(3), "assessment", &inner));
    worker.take(delete_under(record(HOME), record(2), "person", &rev));
}

fn what_names_nobody_can_be_given_up_and_does_not_run(server: Server) {
    let (mut worker, _) = at_home(&server);
    let planned = json!({"service": "care", "status": "planned", "consented": true,
        "person": record(7)});
    let rev = worker.take(of(2, "service", "0", planned.clone()));
    let runs = of(2, "service", &rev, json!({"status": "in_service"}));
    let missing = ("quarantined/not_whole".to_owned(), problem("/person", "no_such_record"));
    assert_eq!(refused(&mut worker, runs), missing);
    let given_up = json!({"status": "cancelled", "cancel_reason": "误登记"});
    assert_eq!(worker.verdict(of(2, "service", &rev, given_up)), "applied");
    // One that runs is not given to nobody either.
    worker.take(of(7, "person", "0", person()));
    let rev = worker.take(of(3, "service", "0", planned));
    let rev = worker.take(of(3, "service", &rev, json!({"status": "in_service"})));
    let to_nobody = of(3, "service", &rev, json!({"person": record(8)}));
    assert_eq!(refused(&mut worker, to_nobody), missing);
    // Nor is a visit made under way with somebody who is not there.
    let visit = json!({"planned_on": "2026-11-23", "status": "in_progress",
        "present": {"r1": {"person": record(8), "role": "member"}}});
    let made = with(of(4, "visit", "0", visit), "new_rows", json!(["/present/r1"]));
    let missing = problem("/present/r1/person", "no_such_record");
    assert_eq!(refused(&mut worker, made), ("quarantined/not_whole".to_owned(), missing));
}

fn what_waits_stands_in_the_way_of_nothing_else(server: Server) {
    let (mut one, mut other, rev) = two_who_saw_one(&server);
    one.take(of(2, "person", &rev, json!({"id_no": "11010519491231002X"})));
    let born = of(2, "person", &rev, json!({"birth_date": "1990-01-01"}));
    assert_eq!(other.verdict(born), "quarantined/broken_together");
    assert_eq!(other.verdict(of(2, "person", &rev, json!({"notes": "已联系"}))), "merged");
}

fn an_edit_that_waits_is_not_applied_while_it_breaks_the_record(server: Server) {
    let (mut one, mut other, seen) = two_who_saw_one(&server);
    let rev = one.take(of(2, "person", &seen, json!({"id_no": "11010519491231002X"})));
    let born = of(2, "person", &seen, json!({"birth_date": "1990-01-01"}));
    let outcome = other.outcomes([born]).remove(0);
    assert_eq!(verdict(&outcome), "quarantined/broken_together");
    let reviewer = server.hand("reviewer_here");
    let path = format!("/v1/desk/quarantine/{}/{}/apply", other.device, outcome["device_seq"]);
    let apply = |key: &str| {
        let call = reviewer.call("POST", &path).header("Idempotency-Key", key);
        call.json(&json!({"reason": "已电话核实。"})).send()
    };
    let refused = apply("broken-01").expect_problem(409, "not-settled").json();
    assert_eq!(refused["reason"], "broken_together", "{refused}");
    // Once the number is taken away again, nothing contradicts the day.
    let number = json!({"id_no": null, "id_no_absent_reason": "refused"});
    one.take(of(2, "person", &rev, number));
    apply("broken-02").expect(200);
    let held = one.held();
    let row = held.iter().find(|row| row["record"] == json!(record(2))).expect("held");
    assert_eq!(row["document"]["birth_date"], "1990-01-01");
}
