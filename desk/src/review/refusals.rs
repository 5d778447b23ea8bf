//! The problem that staff get for an act whose edit the record does not take.

use crate::refusal::{Kind, Refusal};
use ruhu_casework::reason_words::{self, ReasonWords};
use ruhu_sync::outcome::{Outcome, Reason};
use serde_json::json;

/// The problem for an act whose edit was not taken.
pub(super) fn refused(outcome: &Outcome) -> Refusal {
    let Some(reason) = outcome.reason else { return Kind::StateConflict.into() };
    if matches!(reason, Reason::OpenConflict | Reason::SubmissionConflict) {
        return Kind::OpenConflict.into();
    }
    let Some((zh, en)) = words(reason) else {
        return Refusal::new(Kind::StateConflict).with("reason", json!(reason));
    };
    let refused = Refusal::new(Kind::RecordRefused).detail(zh, en).with("reason", json!(reason));
    if outcome.problems.is_empty() {
        return refused;
    }
    refused.with("problems", json!(outcome.problems))
}

/// What to do about a refusal that reading again does not help. The words of most reasons speak to
/// the author of an edit; these are for staff who act on somebody else's record.
fn words(reason: Reason) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        Reason::Decided | Reason::NotPermitted | Reason::NotAuthor | Reason::StillNeeded => {
            let ReasonWords { zh, en, .. } = reason_words::of(reason);
            (zh, en)
        }
        Reason::NotWhole => (
            "记录不完整，或所引用的人员、走访、附件已不存在，逐处见 problems；请退回补正。",
            "It is not whole, or names a person, visit or attachment that is not there, as problems \
             lists: return it to be completed.",
        ),
        Reason::InvalidValue | Reason::BrokenTogether | Reason::WrongShape => (
            "这样改动后记录不合规定，逐处见 problems；请改选其他值，或请填写人更正。",
            "The record would break its rules by it, as problems lists: choose another value, or \
             have its author correct it.",
        ),
        _ => return None,
    })
}
