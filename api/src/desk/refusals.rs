//! What a person at the desk is told of an edit that the record does not take.

use crate::problem::{Kind, Problem};
use ruhu_sync::outcome::{Outcome, Reason};
use serde_json::json;

/// The problem for an act whose edit was not taken.
pub(super) fn refused(outcome: &Outcome) -> Problem {
    let Some(reason) = outcome.reason else { return Kind::StateConflict.into() };
    if matches!(reason, Reason::OpenConflict | Reason::SubmissionConflict) {
        return Kind::OpenConflict.into();
    }
    let Some((zh, en)) = words(reason) else {
        return Problem::new(Kind::StateConflict).with("reason", json!(reason));
    };
    let refused = Problem::new(Kind::RecordRefused).detail(zh, en).with("reason", json!(reason));
    if outcome.problems.is_empty() {
        return refused;
    }
    refused.with("problems", json!(outcome.problems))
}

/// What to do about a refusal that reading again does not help.
fn words(reason: Reason) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        Reason::Decided => (
            "已作出决定的记录不再改动，也不能删除。",
            "What has been decided is neither changed nor deleted.",
        ),
        Reason::NotPermitted => (
            "此项改动不在您的职权之内，请由有此职权的人员办理。",
            "This change is not yours to make: somebody with the role for it has to.",
        ),
        Reason::NotAuthor => (
            "附件只能由添加人在所属工作办结或提交之前删除；审核人员随时可以删除。",
            "An attachment is deleted by whoever added it, while the work it belongs to is open, or \
             by a reviewer at any time.",
        ),
        Reason::StillNeeded => (
            "还有记录引用它或属于它，逐条见 problems；请先处理这些记录。",
            "Other records name it or belong to it, as problems lists: deal with those first.",
        ),
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
