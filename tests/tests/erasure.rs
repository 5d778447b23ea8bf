//! Words erased by right, as the people see it who still have to do with the record.

use ruhu_store::Halt;
use ruhu_store::journal::{Erasable, ErasureRefusal};
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{DeviceSeq, RecordId};
use ruhu_tests::edits::{grouped, new_draft, new_household, put, put_under, record, with};
use ruhu_tests::{Hand, PASSWORD, Reply, Server, on_both_databases, sealed, tables, verdict};
use serde_json::{Value, json};

on_both_databases! {
    a_deleted_record_whose_words_are_erased_stays_deleted_and_disturbs_nobody,
    a_dismissed_edit_is_erased_and_its_author_still_has_the_outcome,
    nothing_that_a_client_wrote_stands_in_the_clear_and_all_of_it_goes_when_it_is_erased,
}

const SECRET: &str = "按请求须删除的话";

fn refusal(halt: Halt<ErasureRefusal>) -> ErasureRefusal {
    match halt {
        Halt::Refused(refusal) => refusal,
        Halt::Storage(error) => panic!("{error}"),
    }
}

fn erase(server: &Server, what: Erasable) -> Result<usize, ErasureRefusal> {
    server.store().erase(what, "本人撤回同意", server.now()).map_err(refusal)
}

fn act(desk: &Hand, address: &str, key: &str, body: &Value) -> Reply {
    desk.call("POST", address).header("Idempotency-Key", key).json(body).send()
}

fn deletion(desk: &Hand, word: &str, key: &str, record: RecordId, rev: &str) -> Reply {
    let address = format!("/v1/desk/records/{record}/{word}");
    act(desk, &address, key, &json!({"rev": rev, "reason": "依申请删除。"}))
}

#[track_caller]
fn is_whole(server: &Server, erased: u64) {
    let audit = server.store().audit_journal(None).expect("looked through");
    assert_eq!((audit.faults, audit.erased), (vec![], erased));
}

fn a_deleted_record_whose_words_are_erased_stays_deleted_and_disturbs_nobody(server: Server) {
    let (mut worker, desk) = (server.hand("worker_a"), server.hand("reviewer_here"));
    let edits = worker.number(grouped(1, [new_household(1), new_draft(2, 1)]));
    worker.push(&edits).expect(200);
    let note = put_under(record(1), record(2), "assessment", "0", json!({"note": SECRET}));
    let edit = worker.number([note]);
    let first = worker.push(&edit).expect(200).json();
    let rev = first["outcomes"][0]["rev"].as_str().expect("a rev").to_owned();
    assert_eq!(erase(&server, Erasable::Record(record(2))), Err(ErasureRefusal::NotDeleted));
    assert!(sealed::payload(&server, worker.device, 3).contains(SECRET));

    let anchor = server.store().anchor_journal(server.now()).expect("an anchor");
    let gone = deletion(&desk, "delete", "erasure-d1", record(2), &rev).expect(200).json();
    assert_eq!(erase(&server, Erasable::Record(record(2))), Ok(3));
    is_whole(&server, 3);
    let audit = server.store().audit_journal(Some(&anchor)).expect("looked through");
    assert_eq!(audit.faults, []);
    assert!(audit.erasures.iter().all(|erased| erased.reason == "本人撤回同意"));

    // What was sent before is answered as it was, whoever asks again.
    let again = worker.push(&edit).expect(200).json();
    assert_eq!(again["outcomes"], first["outcomes"]);
    // Nobody brings it back, and what comes late waits as for any deleted record.
    let rev = gone["rev"].as_str().expect("a rev");
    deletion(&desk, "undelete", "erasure-u1", record(2), rev).expect_problem(409, "state-conflict");
    let late = put_under(record(1), record(2), "assessment", "0", json!({"note": "迟到"}));
    assert_eq!(worker.verdict(late), "quarantined/deleted");
    let other = with(
        new_household(3),
        "patch",
        json!({"community_code": "110102003001", "head_name": "测乙"}),
    );
    assert_eq!(worker.verdict(other), "applied");
    assert_eq!(erase(&server, Erasable::Record(record(2))), Err(ErasureRefusal::Waiting(1)));
    is_whole(&server, 3);
    let rebuilt = server.store().rebuild().expect("rebuilt");
    assert_eq!(rebuilt.differences(), 0);
}

fn a_dismissed_edit_is_erased_and_its_author_still_has_the_outcome(server: Server) {
    let (mut worker, desk) = (server.hand("worker_a"), server.hand("reviewer_here"));
    let rev = worker.take(new_household(1));
    worker.take(new_draft(2, 1));
    let submitted = json!({"status": "submitted", "note": SECRET});
    let edits = worker.number([put_under(record(1), record(2), "assessment", "0", submitted)]);
    let first = worker.push(&edits).expect(200).json();
    assert_eq!(verdict(&first["outcomes"][0]), "quarantined/not_whole", "{first}");
    let name = EditName { device: worker.device, device_seq: DeviceSeq(3) };
    assert_eq!(erase(&server, Erasable::Edit(name)), Err(ErasureRefusal::Waiting(1)));

    let address = format!("/v1/desk/quarantine/{}/3", worker.device);
    let because = json!({"reason": "误录他人信息。"});
    act(&desk, &format!("{address}/dismiss"), "erasure-x1", &because).expect(200);
    assert_eq!(erase(&server, Erasable::Edit(name)), Ok(1));
    is_whole(&server, 1);
    let told = "SELECT detail AS value FROM audit_log WHERE act = 'journal_erased'";
    assert_eq!(
        tables::texts(&server, told),
        [r#"{"edit":3}"#],
        "its number, and no reason's words"
    );
    // The places that it named are the author's words, too.
    let mut outcomes = first["outcomes"].clone();
    outcomes[0].as_object_mut().expect("an outcome").remove("problems").expect("places");
    assert_eq!(worker.push(&edits).expect(200).json()["outcomes"], outcomes);
    // Whoever opens it at the desk is not told the words, and nothing breaks.
    let read = desk.call("GET", &address).send();
    assert!(matches!(read.status, 200 | 404 | 409), "{}", read.text());
    assert!(!read.text().contains(SECRET));
    let edit = json!({"notes": "照常"});
    let edit = put(record(1), "household", &rev, edit);
    assert_eq!(worker.verdict(edit), "applied");
}

/// Stands in every text below, and in nothing else that is ever stored.
const MARK: &str = "plainlegible";

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

#[track_caller]
fn is_nowhere(server: &Server, when: &str) {
    let bytes = server.every_byte();
    // That everything was looked at shows in what may be read.
    assert!(holds(&bytes, "测*") && holds(&bytes, "110102003001"), "{when}");
    let found = bytes.windows(MARK.len()).position(|window| window == MARK.as_bytes());
    if let Some(at) = found {
        let around = &bytes[at.saturating_sub(300)..(at + 100).min(bytes.len())];
        panic!("{when} the mark stands beside {}", String::from_utf8_lossy(around));
    }
}

/// Edits that are not taken, with the mark wherever a client can write.
fn spoilt(rev: &str) -> Vec<Value> {
    let household = |patch: Value| put(record(1), "household", rev, patch);
    let under = |n, kind: &str, patch| put_under(record(1), record(n), kind, "0", patch);
    let row = json!({"plainlegible-row": {"phone": 7, "plainlegible": 1}});
    let find = json!({"community_code": MARK, "category": MARK, "urgency": MARK,
        "found_at": MARK, "status": MARK});
    let visit = json!({"planned_on": MARK, "status": MARK});
    let person = json!({"name": "测甲", "relation_code": MARK});
    let draft = json!({"form": MARK, "form_version": 1, "status": MARK});
    vec![
        put(record(1), "plainlegible-kind", "0", json!({"a": MARK})),
        with(household(json!({})), "op", json!("plainlegible-op")),
        with(household(json!({})), "base", json!(MARK)),
        with(household(json!({})), "new_rows", json!([MARK, 1])),
        with(household(json!({})), "group", json!(MARK)),
        household(json!({"contacts": row})),
        household(json!({"poverty_cause": {"plainlegible": true}})),
        household(json!({"contacts": MARK})),
        under(20, "visit", visit),
        under(21, "person", person),
        under(22, "assessment", draft),
        put(record(23), "find", "0", find),
    ]
}

fn nothing_that_a_client_wrote_stands_in_the_clear_and_all_of_it_goes_when_it_is_erased(
    server: Server,
) {
    let (mut worker, desk) = (server.hand("worker_a"), server.hand("reviewer_here"));
    let device = json!({"id": worker.device, "name": "plainlegible平板"});
    let sign_in = json!({"login": "worker_a", "password": PASSWORD, "device": device});
    server.call("POST", "/v1/session").json(&sign_in).send().expect(200);
    let marked = |edit: Value| with(edit, "made_at", json!("plainlegible-o'clock"));

    // Taken: a row, a member that nobody knows, and a value that only the server writes.
    let whole = json!({"community_code": "110102003001", "head_name": "测plainlegible",
        "plainlegible": MARK, "category": "dibao",
        "contacts": {"plainlegible-row": {"name": MARK, "plainlegible": 1}}});
    let new = put(record(1), "household", "0", whole);
    let new = with(new, "new_rows", json!(["/contacts/plainlegible-row"]));
    let first = worker.take(marked(new));
    let removal = json!({"contacts": {"plainlegible-row": null}, "plainlegible": "plainlegible2"});
    let rev = worker.take(marked(put(record(1), "household", &first, removal)));
    // Taken beside it, with a conflict at that member.
    let mut other = server.hand("worker_a2");
    let beside = put(record(1), "household", &first, json!({"plainlegible": "plainlegible3"}));
    assert_eq!(other.verdict(marked(beside)), "conflict");

    let mut wrong = Vec::new();
    for edit in spoilt(&rev) {
        let edit = worker.number([marked(edit)]);
        let outcome = worker.push(&edit).expect(200).json()["outcomes"][0].clone();
        assert_eq!(outcome["outcome"], "rejected", "{edit:?}: {outcome}");
        wrong.push(edit[0]["device_seq"].as_u64().expect("a number"));
    }
    is_nowhere(&server, "before an erasure");
    // Whoever may read it reads it.
    let read = desk.call("GET", &format!("/v1/desk/quarantine/{}/{}", worker.device, wrong[5]));
    let read = read.send().expect(200).json();
    assert_eq!(read["edit"]["made_at"], "plainlegible-o'clock");
    assert!(read["edit"]["problems"].to_string().contains("plainlegible-row"), "{read}");

    for number in &wrong {
        let address = format!("/v1/desk/quarantine/{}/{number}/dismiss", worker.device);
        let key = format!("plainlegible-{number}");
        act(&desk, &address, &key, &json!({"reason": MARK})).expect(200);
    }
    is_nowhere(&server, "after the dismissals");

    let anchor = server.store().anchor_journal(server.now()).expect("an anchor");
    let before = sealed::words(&server, worker.device);
    for number in &wrong {
        let name = EditName { device: worker.device, device_seq: DeviceSeq(*number) };
        assert_eq!(erase(&server, Erasable::Edit(name)), Ok(1), "{number}");
    }
    let audit = server.store().audit_journal(Some(&anchor)).expect("looked through");
    assert_eq!((audit.faults, audit.erased), (vec![], wrong.len() as u64));
    assert_eq!(server.store().verify().expect("looked through").wrong, Vec::<String>::new());
    is_nowhere(&server, "after the erasure");
    // Nor does what was sealed stand anywhere, for whoever has the keys.
    let bytes = server.every_byte();
    let is_there = |sealed: &[u8]| bytes.windows(sealed.len()).any(|window| window == sealed);
    let (erased, kept): (Vec<_>, Vec<_>) =
        before.into_iter().partition(|(number, _)| wrong.contains(number));
    assert!(erased.len() >= 2 * wrong.len() && kept.len() >= 4);
    assert!(kept.iter().all(|(_, sealed)| is_there(sealed)));
    assert!(!erased.iter().any(|(_, sealed)| is_there(sealed)), "sealed words are left");
}
