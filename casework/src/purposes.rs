//! The purposes of a full view: one closed list. A purpose is a code and no text, so that the audit
//! log contains nothing personal.

use crate::closed_list::closed_list;

closed_list! {
    /// A purpose of a full view.
    Purpose:
    /// An assessment is reviewed, or a household confirmed.
    Review = "review", "审核或确认", "To review or confirm";
    /// People wrote different values, and one is chosen.
    SettleConflict = "settle_conflict", "核对并处理分歧", "To settle a conflict";
    /// An edit that was not taken is decided on.
    DecideEdit = "decide_edit", "处理搁置或被拒收的修改", "To decide on an edit that was not taken";
    /// A find is followed up.
    HandleFind = "handle_find", "处置发现报告", "To handle a find";
    /// The person is called or visited.
    Contact = "contact", "联系或走访服务对象", "To contact or visit the person";
    /// Something wrong is corrected.
    Correct = "correct", "更正登记信息", "To correct what is registered";
    /// The person asks, or somebody complains.
    Enquiry = "enquiry", "答复查询、投诉或举报", "To answer an enquiry or a complaint";
    /// The work is inspected.
    Inspection = "inspection", "检查、审计", "To inspect or audit";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_purpose_has_its_own_code_and_words_in_both_languages() {
        let codes: BTreeSet<_> = Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect();
        assert_eq!(codes.len(), Purpose::ALL.len());
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.as_str()), Some(*purpose));
            assert!(!purpose.zh().is_ascii() && purpose.en().is_ascii(), "{purpose:?}");
        }
        for none in ["", "curiosity", "Review"] {
            assert_eq!(Purpose::parse(none), None);
        }
    }
}
