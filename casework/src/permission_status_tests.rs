//! Which status may follow which, by whose hand.

use super::{Scene, moves, returned};
use crate::roles::{REVIEWER, WORKER};
use ruhu_sync::grants::Capacity;
use ruhu_sync::outcome::Problem;

const STATUSES: [&str; 5] = ["draft", "submitted", "in_review", "returned", "accepted"];

#[test]
fn a_worker_hands_in_a_draft_and_takes_up_what_was_returned_and_nothing_else() {
    for from in STATUSES {
        for to in STATUSES {
            let legal = matches!(
                (from, to),
                ("draft", "submitted") | ("returned", "draft") | ("draft", "draft")
            );
            let more = r#","review":{"note":"x"}"#;
            assert_eq!(moves("assessment", WORKER, Some(from), to, more), legal, "{from} {to}");
        }
    }
}

#[test]
fn a_reviewer_takes_up_accepts_and_never_hands_in() {
    for from in STATUSES {
        for to in STATUSES {
            let legal = matches!(
                (from, to),
                ("submitted", "in_review") | ("submitted" | "in_review", "accepted")
            );
            let kept = r#","review":{"judgement":"{}"}"#;
            assert_eq!(moves("assessment", REVIEWER, Some(from), to, kept), legal, "{from} {to}");
        }
    }
}

#[test]
fn nothing_is_accepted_without_what_it_came_to() {
    for more in ["", r#","review":{"judgement":" "}"#, r#","review":{"note":"好"}"#] {
        assert!(!moves("assessment", REVIEWER, Some("in_review"), "accepted", more), "{more}");
    }
}

#[test]
fn a_return_needs_reasons_of_its_own() {
    assert!(returned("submitted", REVIEWER, "收入未填"));
    assert!(returned("in_review", REVIEWER, "收入未填"));
    assert!(!returned("in_review", REVIEWER, " "));
    assert!(!returned("draft", REVIEWER, "收入未填"));
    assert!(!returned("submitted", WORKER, "收入未填"));
    let old = r#"{"status":"submitted","review":{"reasons":{"old":{"text":"上次"}}}}"#;
    let bare = Scene::new("assessment", REVIEWER, Some(old), r#"{"status":"returned"}"#);
    assert!(!bare.passes("status"));
}

#[test]
fn a_new_assessment_is_a_draft_or_handed_in_by_its_worker() {
    for to in STATUSES {
        let legal = matches!(to, "draft" | "submitted");
        assert_eq!(moves("assessment", WORKER, None, to, ""), legal, "{to}");
        assert!(!moves("assessment", REVIEWER, None, to, ""), "{to}");
    }
}

#[test]
fn a_status_that_cannot_follow_is_told_with_those_that_can() {
    let against = |by: Capacity, from: &str, patch: &str| {
        let current = format!(r#"{{"status":"{from}"}}"#);
        let against = Scene::new("assessment", by, Some(&current), patch).against("status");
        let told = |p: &Problem| format!("{} {} {:?}", p.path, p.code, p.possible);
        against.iter().map(told).collect::<Vec<_>>()
    };
    let taken_up = against(REVIEWER, "draft", r#"{"status":"in_review"}"#);
    assert_eq!(taken_up, ["/status illegal_transition []"]);
    let back = against(REVIEWER, "submitted", r#"{"status":"draft"}"#);
    let possible = r#"["in_review", "returned", "accepted"]"#;
    assert_eq!(back, [format!("/status illegal_transition {possible}")]);
    let accepted = against(WORKER, "returned", r#"{"status":"submitted"}"#);
    assert_eq!(accepted, [r#"/status illegal_transition ["draft"]"#]);
    let lacking = against(REVIEWER, "submitted", r#"{"status":"returned"}"#);
    assert_eq!(lacking, ["/review/reasons required []"], "it could, with reasons");
    let two = r#"{"status":"submitted","investigators":{
        "00000000-0000-0000-0000-000000000001":true,
        "00000000-0000-0000-0000-000000000002":true}}"#;
    let alone = against(WORKER, "draft", two);
    assert_eq!(alone, ["/status confirmations_needed []"], "two confirm, and neither hands in");
}

#[test]
fn a_status_is_never_taken_away() {
    let scene =
        Scene::new("assessment", WORKER, Some(r#"{"status":"draft"}"#), r#"{"status":null}"#);
    assert!(!scene.passes("status"));
}
