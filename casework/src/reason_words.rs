//! What every reason means to the author of an edit, and what to do about it. The outcome,
//! `quarantined` or `rejected`, says whether the edit waits for a reviewer or has to be made again.

use ruhu_sync::outcome::Reason;
use serde::Serialize;

/// A reason and its words.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonWords {
    /// The code in an outcome's `reason`.
    pub code: Reason,
    /// What people read.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// One table makes the list and an exhaustive match: a reason without words does not compile.
macro_rules! words {
    ($($reason:ident: $zh:literal, $en:literal;)*) => {
        /// Every reason with its words.
        pub const ALL: &[ReasonWords] = &[$(of(Reason::$reason)),*];

        /// The words of a reason.
        pub const fn of(code: Reason) -> ReasonWords {
            let (zh, en) = match code {
                $(Reason::$reason => ($zh, $en),)*
            };
            ReasonWords { code, zh, en }
        }
    };
}

words! {
    // Who may do it, and to which record.
    RightEnded:
        "服务器收到这次修改时，您的填报权限已经终止。如仍应由您填报，请联系管理员恢复权限。",
        "Your right to write had ended when this arrived. If the work is still yours, ask your administrator to restore it.";
    NotAvailable:
        "您现在看不到这条记录：可能已移交、已删除，或者没有这条记录。请同步后核对，确需修改的请联系审核人员。",
        "This record is not available to you: it was moved or deleted, or there is none. Sync and check; if the change is still needed, ask a reviewer.";
    NotPermitted:
        "此项改动不在您的职权之内，请由有此职权的人员办理。",
        "This change is not yours to make: somebody with the role for it has to.";
    NotAuthor:
        "附件只能由添加人在所属工作办结或提交之前删除；审核人员随时可以删除。",
        "An attachment is deleted by whoever added it, while the work it belongs to is open, or by a reviewer at any time.";
    OutsideArea:
        "填写的住址不在本服务组的辖区内。请核对区划；确已迁出的，请联系审核人员移交。",
        "The address is outside your team's area. Check the division code; if the household has moved away, ask a reviewer to transfer it.";
    OnlyAtDesk:
        "此项决定只能由审核人员在办理页面作出，请交审核人员办理。",
        "This is decided at a desk alone. Leave it to a reviewer there.";
    // What the record was like when the edit arrived.
    Decided:
        "已作出决定的记录不再改动，也不能删除；情况有变化的，请另建记录。",
        "What has been decided is neither changed nor deleted; if things have changed, make a new record.";
    InReview:
        "记录正由审核人员办理，暂时不能改动。请等办理结果；需要更正的，请联系审核人员。",
        "A reviewer is working on the record, and it cannot be changed now. Wait for the result; if something has to be corrected, ask the reviewer.";
    Deleted:
        "记录已经删除。如果是误删，请联系审核人员恢复。",
        "The record has been deleted. If that was a mistake, ask a reviewer to restore it.";
    EditedSince:
        "您看过之后，这条记录又有改动。请同步后查看最新内容，再决定是否删除或移交。",
        "The record was changed after the version you saw. Sync, read it again, and then decide whether to delete or move it.";
    IllegalTransition:
        "记录现在的状态不允许这样改动。请同步后查看最新状态，再决定是否还要改。",
        "The status of the record does not allow this change. Sync, look at it again, and decide whether it is still needed.";
    OpenConflict:
        "记录还有分歧未定。请先选定各处以哪个值为准，再重做这一步。",
        "The record still has an open conflict. Settle it first, then do this again.";
    SubmissionConflict:
        "提交时，有内容与他人填写的不一致，还有分歧未定。请先选定以哪个值为准，再提交。",
        "On submission, something differed from what somebody else entered. Settle the conflict, then submit again.";
    BrokenTogether:
        "这次修改与他人的修改各自都没有问题，合在一起却不合规定，逐处见 problems。请与对方核对，由审核人员处理。",
        "Your edit and somebody else's are each right, but together they break a rule; problems lists the places. Check with each other; a reviewer decides.";
    StillNeeded:
        "还有记录引用它或属于它，逐条见 problems；请先处理这些记录。",
        "Other records name it or belong to it, as problems lists: deal with those first.";
    RowUnknown:
        "您修改的那一行不在记录里。请同步后查看，还需要的请重新添加。",
        "The row you changed is not in the record. Sync and look again; if the row is still needed, add it again.";
    RowIdTaken:
        "新增的一行用了已经用过的编号。请重新添加这一行。",
        "The new row has an id that has been used before. Add the row again.";
    // What the edit belongs together with.
    ParentQuarantined:
        "它所依据的前一次修改还在等审核人员处理，这次修改随之等待。请先看前一次修改的处理结果。",
        "It builds on an earlier edit that waits for a reviewer, and waits with it. Look at the result of that one first.";
    ParentRejected:
        "它所依据的前一次修改未被采用。请先改正前一次修改，再重做这一次。",
        "It builds on an earlier edit that was rejected. Correct that one first, then make this change again.";
    GroupMember:
        "同组的修改要么全部采用，要么全部不采用：其中一项未被采用（见 because_of），或者作决定时漏了同组的一项。请先处理那一项，再一并办理。",
        "The edits of a group stand or fall together: one of them was not taken (because_of names it), or a decision left one out. Deal with that one, then with all of them together.";
    Settled:
        "这项搁置的修改已经处理过，不必再处理。请重新读取，查看结果。",
        "This edit has already been applied or dismissed. Read it again to see the result; nothing is left to decide.";
    // What the edit itself holds.
    NotWhole:
        "内容不完整，或所引用的人员、走访、附件已不存在，逐处见 problems；请补全后重新提交。",
        "It is not whole, or names a person, visit or attachment that is not there, as problems lists: complete it and submit again.";
    InvalidValue:
        "有内容不符合填写要求，逐处见 problems；请更正后重新保存。",
        "A value is not what its field holds; problems lists the places. Correct them and save again.";
    WrongShape:
        "内容与这类记录的结构不符，逐处见 problems。请更新应用后重新填写；仍然如此的，请报告管理员。",
        "The content does not have the shape of this kind of record; problems lists the places. Update the app and enter it again; if it recurs, report it to your administrator.";
    Malformed:
        "这次修改的格式无法识别，逐处见 problems。请更新应用后重新填写；仍然如此的，请报告管理员。",
        "The edit cannot be read; problems lists the places. Update the app and enter it again; if it recurs, report it to your administrator.";
    UnknownKind:
        "服务器上没有这一类记录。请更新应用后重新填写；仍然如此的，请报告管理员。",
        "The server knows no such kind of record. Update the app and enter it again; if it recurs, report it to your administrator.";
    UnknownOp:
        "没有这项操作，或者设备不能提出这项操作。请更新应用后重做；仍然如此的，请报告管理员。",
        "There is no such operation, or a device may not ask for it. Update the app and do it again; if it recurs, report it to your administrator.";
    IdentityMismatch:
        "修改中写的记录类型或所属记录与服务器上的不一致。请同步后重做；仍然如此的，请报告管理员。",
        "The edit says another kind or root than the record has. Sync and make the change again; if it recurs, report it to your administrator.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_says_something_of_its_own_in_both_languages() {
        let zh: BTreeSet<_> = ALL.iter().map(|words| words.zh).collect();
        let en: BTreeSet<_> = ALL.iter().map(|words| words.en).collect();
        assert_eq!((zh.len(), en.len()), (ALL.len(), ALL.len()));
        for words in ALL {
            assert!(words.zh.ends_with('。') && words.en.ends_with('.'), "{:?}", words.code);
        }
    }

    #[test]
    fn a_reason_is_served_under_its_code_of_the_protocol() {
        let served = serde_json::to_value(of(Reason::NotAvailable)).expect("json");
        assert_eq!(served["code"], "not_available");
    }
}
