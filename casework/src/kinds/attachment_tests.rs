use crate::roles::{REPORTER, REVIEWER, WORKER};
use crate::testing::{object, rules};
use ruhu_sync::id::{RecordId, UserId};
use ruhu_sync::json::Object;
use ruhu_sync::outcome::Reason;
use ruhu_sync::rules::{Act, Question, Rules, Work};
use uuid::Uuid;

#[test]
fn an_attachment_goes_by_its_author_while_its_work_is_open_and_by_a_reviewer_always() {
    let nil = Uuid::nil();
    let own = object(&format!(r#"{{"added_by":"{nil}"}}"#));
    let other = object(r#"{"added_by":"01920000-0000-7000-8000-000000000001"}"#);
    let deletes = |by, attachment: &Object, work: Option<(&str, &str)>| {
        let held =
            work.map(|(kind, status)| (kind, object(&format!(r#"{{"status":"{status}"}}"#))));
        let question = Question {
            current: Some(attachment),
            work: held.as_ref().map(|(kind, document)| Work { kind, document }),
            ..Question::new(UserId(nil), by, RecordId(nil), "attachment", Act::Delete)
        };
        rules().permits(&question)
    };
    for open in [
        None,
        Some(("assessment", "draft")),
        Some(("assessment", "returned")),
        Some(("visit", "in_progress")),
        Some(("find", "reported")),
    ] {
        assert_eq!(deletes(WORKER, &own, open), Ok(()), "{open:?}");
        assert_eq!(deletes(WORKER, &other, open), Err(Reason::NotAuthor), "{open:?}");
    }
    for (closed, reason) in [
        (("assessment", "submitted"), Reason::InReview),
        (("assessment", "accepted"), Reason::Decided),
        (("visit", "done"), Reason::NotAuthor),
    ] {
        assert_eq!(deletes(WORKER, &own, Some(closed)), Err(reason), "{closed:?}");
        assert_eq!(deletes(REVIEWER, &other, Some(closed)), Ok(()), "{closed:?}");
    }
    assert_eq!(deletes(REPORTER, &own, Some(("find", "acknowledged"))), Err(Reason::InReview));
}
