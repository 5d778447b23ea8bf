//! Words erased by right, as the people see it who still have to do with the record.

use ruhu_store::journal::{Erasable, ErasureRefusal};
use ruhu_sync::decision::EditName;
use ruhu_sync::id::{DeviceSeq, RecordId};
use ruhu_tests::edits::{grouped, new_draft, new_household, put_under, record, with};
use ruhu_tests::{Hand, Reply, Server, on_both_databases, sealed, verdict};
use serde_json::{Value, json};

on_both_databases! {
    a_deleted_record_whose_words_are_erased_stays_deleted_and_disturbs_nobody,
    a_dismissed_edit_is_erased_and_its_author_still_has_the_outcome,
}

const SECRET: &str = "按请求须删除的话";

fn erase(server: &Server, what: Erasable) -> Result<usize, ErasureRefusal> {
    server.store().erase(what, "本人撤回同意", server.now()).expect("a transaction")
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
    assert_eq!(worker.push(&edits).expect(200).json()["outcomes"], first["outcomes"]);
    // Whoever opens it at the desk is not told the words, and nothing breaks.
    let read = desk.call("GET", &address).send();
    assert!(matches!(read.status, 200 | 404 | 409), "{}", read.text());
    assert!(!read.text().contains(SECRET));
    let edit = json!({"notes": "照常"});
    let edit = ruhu_tests::edits::put(record(1), "household", &rev, edit);
    assert_eq!(worker.verdict(edit), "applied");
}
