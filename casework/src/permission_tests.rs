use crate::roles::{READER, REPORTER, REVIEWER, WINDOW, WORKER};
use crate::rules::CaseRules;
use crate::testing::{asked, object, rules};
use ruhu_sync::grants::Capacity;
use ruhu_sync::id::{DeviceId, DeviceSeq, RecordId, UserId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::{Problem, Reason};
use ruhu_sync::path::Path;
use ruhu_sync::record::{Conflict, ConflictId};
use ruhu_sync::rules::{Act, Question, Rules};
use uuid::Uuid;

#[path = "permission_status_tests.rs"]
mod status;

struct Scene<'a> {
    kind: &'a str,
    by: Capacity,
    current: Option<Object>,
    patch: &'a str,
    new_rows: &'a [&'a str],
    is_at_desk: bool,
}

impl<'a> Scene<'a> {
    fn new(kind: &'a str, by: Capacity, current: Option<&str>, patch: &'a str) -> Self {
        Self {
            kind,
            by,
            current: current.map(object),
            patch,
            new_rows: &[],
            is_at_desk: by == REVIEWER,
        }
    }

    fn ask<T>(&self, act: Act, answer: impl FnOnce(&CaseRules, &Question<'_>) -> T) -> T {
        let rules = rules();
        let current = self.current.as_ref();
        let asks = asked(&rules, self.kind, current, self.patch, self.new_rows);
        let (user, record) = (UserId(Uuid::nil()), RecordId(Uuid::nil()));
        let question = Question {
            current,
            asks: &asks,
            is_at_desk: self.is_at_desk,
            ..Question::new(user, self.by, record, self.kind, act)
        };
        answer(&rules, &question)
    }

    fn permitted(&self, act: Act) -> Result<(), Reason> {
        self.ask(act, |rules, question| rules.permits(question))
    }

    /// Whether the patch's own value for a field may follow the record's.
    fn passes(&self, field: &str) -> bool {
        self.against(field).is_empty()
    }

    /// What stands against it.
    fn against(&self, field: &str) -> Vec<Problem> {
        let act = match self.current {
            Some(_) => Act::Change,
            None => Act::Create,
        };
        let from = self.current.as_ref().and_then(|c| c.get(field)).cloned();
        let to = object(self.patch).get(field).cloned();
        let to = to.filter(|to| *to != Json::Null);
        self.ask(act, |rules, question| {
            let path = Path::of(&[field]);
            rules.may_pass(question, &path, from.as_ref(), to.as_ref()).err().unwrap_or_default()
        })
    }
}

fn moves(kind: &str, by: Capacity, from: Option<&str>, to: &str, more: &str) -> bool {
    let current = from.map(|from| format!(r#"{{"status":"{from}"}}"#));
    let patch = format!(r#"{{"status":"{to}"{more}}}"#);
    Scene::new(kind, by, current.as_deref(), &patch).passes("status")
}

fn returned(from: &str, by: Capacity, text: &str) -> bool {
    let current = format!(
        r#"{{"status":"{from}","review":{{"reasons":{{"old":{{"text":"上次的原因"}}}}}}}}"#
    );
    let patch =
        format!(r#"{{"status":"returned","review":{{"reasons":{{"r1":{{"text":"{text}"}}}}}}}}"#);
    let mut scene = Scene::new("assessment", by, Some(&current), &patch);
    scene.new_rows = &["/review/reasons/r1"];
    scene.passes("status")
}

#[test]
fn a_form_is_named_once() {
    let passes = |current: &str, patch: &str, field: &str| {
        Scene::new("assessment", WORKER, Some(current), patch).passes(field)
    };
    let there = r#"{"form":"tekun_six","form_version":1}"#;
    assert!(passes("{}", there, "form"));
    assert!(passes("{}", there, "form_version"));
    assert!(passes(there, there, "form"));
    assert!(!passes(there, r#"{"form":"other"}"#, "form"));
    assert!(!passes(there, r#"{"form_version":2}"#, "form_version"));
    assert!(!passes(there, r#"{"form":null}"#, "form"));
}

#[test]
fn a_visit_is_cancelled_for_a_reason_before_it_is_done() {
    let to = |from: Option<&str>, to: &str, more: &str| moves("visit", WORKER, from, to, more);
    let reason = r#","cancel_reason":"家中无人""#;
    assert!(to(None, "planned", ""));
    assert!(to(None, "in_progress", ""));
    assert!(!to(None, "done", ""));
    assert!(to(Some("planned"), "in_progress", ""));
    assert!(!to(Some("planned"), "done", ""));
    assert!(to(Some("in_progress"), "done", ""));
    assert!(to(Some("planned"), "cancelled", reason));
    assert!(to(Some("in_progress"), "cancelled", reason));
    assert!(!to(Some("planned"), "cancelled", ""));
    assert!(!to(Some("planned"), "cancelled", r#","cancel_reason":"  ""#));
    assert!(!to(Some("done"), "cancelled", reason));
    assert!(!to(Some("cancelled"), "planned", ""));
}

#[test]
fn a_reason_written_before_counts_unless_this_edit_takes_it_away() {
    let current = r#"{"status":"planned","cancel_reason":"家中无人"}"#;
    let passes = |patch: &str| Scene::new("visit", WORKER, Some(current), patch).passes("status");
    assert!(passes(r#"{"status":"cancelled"}"#));
    assert!(!passes(r#"{"status":"cancelled","cancel_reason":null}"#));
    let find = r#"{"status":"on_site","handling":{"close_reason":"已救助"}}"#;
    let passes = |patch: &str| Scene::new("find", REVIEWER, Some(find), patch).passes("status");
    assert!(passes(r#"{"status":"closed"}"#));
    assert!(!passes(r#"{"status":"closed","handling":null}"#));
}

#[test]
fn a_find_is_reported_by_its_reporter_and_led_on_by_the_street() {
    let to = |by, from: Option<&str>, to: &str, more: &str| moves("find", by, from, to, more);
    assert!(to(REPORTER, None, "reported", ""));
    assert!(!to(REPORTER, None, "acknowledged", ""));
    assert!(!to(REVIEWER, None, "reported", ""));
    assert!(!to(REPORTER, Some("reported"), "acknowledged", ""));
    assert!(!to(WINDOW, Some("reported"), "acknowledged", ""));
    let closed = r#","handling":{"close_reason":"已救助"}"#;
    let handed = r#","handling":{"transferred_to":"街道民政办"}"#;
    for (from, next, more) in [
        ("reported", "acknowledged", ""),
        ("acknowledged", "contacted", ""),
        ("contacted", "on_site", ""),
        ("on_site", "to_intake", ""),
        ("on_site", "transferred", handed),
        ("on_site", "closed", closed),
    ] {
        assert!(to(REVIEWER, Some(from), next, more), "{from} {next}");
    }
    assert!(!to(REVIEWER, Some("on_site"), "closed", ""));
    assert!(!to(REVIEWER, Some("on_site"), "transferred", ""));
    assert!(!to(REVIEWER, Some("reported"), "closed", closed));
    assert!(!to(REVIEWER, Some("closed"), "reported", ""));
}

#[test]
fn what_is_before_a_reviewer_or_decided_is_closed_to_its_worker() {
    let patch = r#"{"answers":{"eat":"achieved"}}"#;
    let change = |status: &str, by, patch: &str| {
        let current = format!(r#"{{"form":"tekun_six","form_version":1,"status":"{status}"}}"#);
        Scene::new("assessment", by, Some(&current), patch).permitted(Act::Change)
    };
    assert_eq!(change("draft", WORKER, patch), Ok(()));
    assert_eq!(change("returned", WORKER, patch), Ok(()));
    assert_eq!(change("submitted", WORKER, patch), Err(Reason::InReview));
    assert_eq!(change("in_review", WORKER, patch), Err(Reason::InReview));
    assert_eq!(change("accepted", WORKER, patch), Err(Reason::Decided));
    let later = r#"{"later":1}"#;
    assert_eq!(change("accepted", WORKER, later), Err(Reason::Decided));
    let note = r#"{"review":{"note":"改"}}"#;
    assert_eq!(change("accepted", REVIEWER, note), Err(Reason::Decided));
    assert_eq!(change("in_review", REVIEWER, note), Ok(()));
}

#[test]
fn a_contractor_never_reviews_and_a_reviewer_never_answers() {
    let change = |by, patch: &str| {
        let current = r#"{"form":"tekun_six","form_version":1,"status":"draft"}"#;
        Scene::new("assessment", by, Some(current), patch).permitted(Act::Change)
    };
    let refused = Err(Reason::NotPermitted);
    // What is the server's is left out by the merge: a visit is not lost over it.
    assert_eq!(change(WORKER, r#"{"review":{"note":"好"}}"#), Ok(()));
    assert_eq!(change(REVIEWER, r#"{"answers":{"eat":"achieved"}}"#), refused);
    assert_eq!(change(REVIEWER, r#"{"person":null}"#), refused);
    for by in [REPORTER, WINDOW, READER] {
        assert_eq!(change(by, r#"{"later":1}"#), refused);
    }
}

#[test]
fn a_reporter_writes_own_finds_while_they_are_only_reported() {
    let find = |by, act, status: Option<&str>, patch: &str| {
        let current = status.map(|status| format!(r#"{{"status":"{status}"}}"#));
        Scene::new("find", by, current.as_deref(), patch).permitted(act)
    };
    let place = r#"{"place":"某楼"}"#;
    assert_eq!(find(REPORTER, Act::Create, None, place), Ok(()));
    assert_eq!(find(REPORTER, Act::Change, Some("reported"), place), Ok(()));
    for status in ["acknowledged", "contacted", "on_site"] {
        let late = find(REPORTER, Act::Change, Some(status), place);
        assert_eq!(late, Err(Reason::InReview), "{status}");
    }
    for status in ["to_intake", "transferred", "closed"] {
        for by in [REPORTER, REVIEWER] {
            let late = find(by, Act::Change, Some(status), place);
            assert_eq!(late, Err(Reason::Decided), "{status}");
        }
    }
    let handling = r#"{"handling":{"note":"x"}}"#;
    let refused = Err(Reason::NotPermitted);
    assert_eq!(find(REPORTER, Act::Change, Some("reported"), handling), refused);
    assert_eq!(find(REVIEWER, Act::Change, Some("reported"), handling), Ok(()));
    for by in [WINDOW, WORKER, READER] {
        assert_eq!(find(by, Act::Change, Some("reported"), place), refused);
        assert_eq!(find(by, Act::Create, None, place), refused);
    }
}

#[test]
fn a_reporter_writes_nothing_of_a_household() {
    for kind in ["household", "person", "visit", "assessment", "service", "referral"] {
        for act in [Act::Create, Act::Change, Act::Delete] {
            let scene = Scene::new(kind, REPORTER, None, r#"{"later":1}"#);
            assert_eq!(scene.permitted(act), Err(Reason::NotPermitted), "{kind}");
        }
    }
}

#[test]
fn a_worker_deletes_persons_planned_visits_and_drafts_and_nothing_else() {
    let delete = |kind: &str, by, current: &str| {
        Scene::new(kind, by, Some(current), "{}").permitted(Act::Delete)
    };
    let refused = Err(Reason::NotPermitted);
    assert_eq!(delete("person", WORKER, "{}"), Ok(()));
    assert_eq!(delete("visit", WORKER, r#"{"status":"planned"}"#), Ok(()));
    assert_eq!(delete("assessment", WORKER, r#"{"status":"draft"}"#), Ok(()));
    for status in ["in_progress", "done", "cancelled"] {
        let current = format!(r#"{{"status":"{status}"}}"#);
        assert_eq!(delete("visit", WORKER, &current), refused, "{status}");
    }
    for (status, reason) in [
        ("returned", Reason::NotPermitted),
        ("submitted", Reason::InReview),
        ("in_review", Reason::InReview),
        ("accepted", Reason::Decided),
    ] {
        let current = format!(r#"{{"status":"{status}"}}"#);
        assert_eq!(delete("assessment", WORKER, &current), Err(reason));
    }
    for kind in ["household", "find", "service", "referral"] {
        for by in [WORKER, WINDOW, REPORTER] {
            assert_eq!(delete(kind, by, "{}"), refused, "{kind}");
        }
    }
}

#[test]
fn who_reviews_deletes_what_was_made_in_error_but_nothing_that_was_decided() {
    let delete = |kind: &str, current: &str| {
        Scene::new(kind, REVIEWER, Some(current), "{}").permitted(Act::Delete)
    };
    for kind in ["household", "person", "visit", "service", "referral"] {
        assert_eq!(delete(kind, "{}"), Ok(()), "{kind}");
    }
    assert_eq!(delete("assessment", r#"{"status":"submitted"}"#), Ok(()));
    assert_eq!(delete("assessment", r#"{"status":"accepted"}"#), Err(Reason::Decided));
    assert_eq!(delete("find", "{}"), Err(Reason::NotPermitted));
}

#[test]
fn only_who_reviews_moves_decides_and_brings_back() {
    for act in [Act::Move, Act::Decide, Act::Undelete] {
        for by in [WORKER, REPORTER, WINDOW, READER] {
            let scene = Scene::new("household", by, Some("{}"), "{}");
            assert_eq!(scene.permitted(act), Err(Reason::NotPermitted), "{by:?} {act:?}");
        }
        let scene = Scene::new("household", REVIEWER, Some("{}"), "{}");
        assert_eq!(scene.permitted(act), Ok(()), "{act:?}");
    }
    // That an assessment has been decided keeps nothing that was written for it from being settled.
    let scene = Scene::new("assessment", REVIEWER, Some(r#"{"status":"accepted"}"#), "{}");
    assert_eq!(scene.permitted(Act::Decide), Ok(()));
    // A find belongs to who reported it.
    let find = Scene::new("find", REVIEWER, Some("{}"), "{}");
    assert_eq!(find.permitted(Act::Move), Err(Reason::NotPermitted));
}

#[test]
fn an_edit_that_is_applied_is_closed_to_whom_decides_not_to_its_author() {
    let answers = r#"{"answers":{"eating":"no"}}"#;
    let permitted = |status: &str, decider| {
        let current = format!(
            r#"{{"form":"tekun_six","form_version":1,"status":"{status}","answers":{{}}}}"#
        );
        let scene = Scene::new("assessment", WORKER, Some(&current), answers);
        scene.ask(Act::Change, |rules, question| rules.permits(&Question { decider, ..*question }))
    };
    assert_eq!(permitted("in_review", None), Err(Reason::InReview));
    assert_eq!(permitted("in_review", Some(REVIEWER)), Ok(()));
    assert_eq!(permitted("accepted", Some(REVIEWER)), Err(Reason::Decided));
}

#[test]
fn who_reviews_chooses_among_what_people_wrote_and_writes_nothing_of_the_own() {
    let device = DeviceId(Uuid::nil());
    let id = |path: &str| ConflictId {
        device,
        device_seq: DeviceSeq(4),
        path: Path::parse(path).expect("a path"),
    };
    let open = [Conflict {
        id: id("/address"),
        user: UserId(Uuid::nil()),
        made_at: String::new(),
        value: Some(Json::from("乙址")),
        base: None,
        restored: false,
    }];
    let settles = |patch: &str, resolves: &[ConflictId]| {
        let current = r#"{"address":"甲址","planned_on":"2026-11-23"}"#;
        let scene = Scene::new("visit", REVIEWER, Some(current), patch);
        scene.ask(Act::Change, |rules, question| {
            rules.permits(&Question { open: &open, resolves, ..*question })
        })
    };
    let named = [id("/address")];
    assert_eq!(settles("{}", &named), Ok(()));
    assert_eq!(settles(r#"{"address":"甲址"}"#, &named), Ok(()));
    assert_eq!(settles(r#"{"address":"乙址"}"#, &named), Ok(()));
    let refused = Err(Reason::NotPermitted);
    assert_eq!(settles(r#"{"address":"丙址"}"#, &named), refused);
    assert_eq!(settles(r#"{"address":"乙址"}"#, &[]), refused);
    assert_eq!(settles(r#"{"address":"乙址","note":"另写"}"#, &named), refused);
}
