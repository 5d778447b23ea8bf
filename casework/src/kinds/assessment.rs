//! An assessment: one form, filled for a household or one of its members, submitted by its
//! investigators and reviewed by government.

use crate::kind::{
    Deletion, Holds, Kind, Lock, Need, Required, Shown, StatusRule, access, field, leaf, made,
    note, pass, status, text,
};
use crate::roles::{REVIEWER, WORKER};
use crate::value::{Code, Value, c};
use ruhu_sync::outcome::Reason;
use ruhu_sync::rules::Rooting;
use ruhu_sync::shape::Class;

const STATUS: &[Code] = &[
    c("draft", "草稿"),
    c("submitted", "已提交"),
    c("in_review", "审核中"),
    c("returned", "已退回"),
    c("accepted", "已通过"),
];

const IN_REVIEW: &[&str] = &["submitted", "in_review"];
const DECIDED: &[&str] = &["accepted"];

// Each return has its own reasons: those of the last round explain nothing.
const REASONS: Need = Need::RowAdded { rows: &["review", "reasons"], with: "text" };

// The tables may change: the judgement at acceptance is read from what was stored then.
const JUDGEMENT: Need = Need::Held(&["review", "judgement"]);

pub(super) const KIND: Kind = Kind {
    name: "assessment",
    label_zh: "评估调查",
    rooting: Rooting::Under(&["household"]),
    home: None,
    fields: &[
        // Set once: the shape of the answers depends on them.
        text("form", "表单", 64)
            .class(Class::State)
            .only_by(&[WORKER])
            .shown(Shown::Plain)
            .listed(),
        leaf("form_version", "表单版本", Value::Integer { min: 1, max: u32::MAX as i64 })
            .class(Class::State)
            .only_by(&[WORKER])
            .listed(),
        leaf("person", "评估对象", Value::Record(&["person"])).only_by(&[WORKER]),
        leaf("visit", "所属走访", Value::Record(&["visit"])).only_by(&[WORKER]),
        status(STATUS).listed(),
        field("answers", "填写内容", Holds::Answers).only_by(&[WORKER]),
        // 57号 §16: at least two investigators, each of whom signs.
        field("investigators", "调查人员", Holds::ByPerson(Value::YesNo)).only_by(&[WORKER]),
        field("confirmations", "确认", Holds::ByPerson(Value::Sha256))
            .class(Class::LastArrival)
            .only_by(&[WORKER]),
        // Checked and never stored: the record only says that it was proved.
        field("proofs", "确认凭据", Holds::ByPerson(Value::Proof)).only_by(&[WORKER]),
        field("proved", "凭 PIN 确认的内容", Holds::ByPerson(Value::Sha256)).class(Class::Server),
        field("proved_at", "凭 PIN 确认的时间", Holds::ByPerson(Value::Instant))
            .class(Class::Server),
        field("proved_by", "在谁的设备上确认", Holds::ByPerson(Value::Uuid)).class(Class::Server),
        // Reviewing may not be bought (313号 应当由政府直接承担的行政管理性事务).
        field(
            "review",
            "审核意见",
            Holds::Object(&[
                field(
                    "reasons",
                    "退回原因",
                    Holds::Rows(&[
                        text("question", "问题", 64),
                        note("text", "原因"),
                        leaf("at", "时间", Value::Instant),
                    ]),
                ),
                note("note", "说明"),
                leaf("reviewed_by", "审核人", Value::Uuid),
                leaf("reviewed_at", "审核时间", Value::Instant),
                // 57号 §20: from the district's reviewer, who decides.
                leaf("district_visited_on", "区级入户核实日期", Value::PastDay),
                // The judgement at acceptance, and its tables; stored next to the record.
                text("judgement", "通过时的计算结果", 400_000).shown(Shown::Hidden),
            ]),
        )
        // Only the act at the desk writes who decided, when, and with what result.
        .class(Class::Server),
    ],
    required: &[
        Required::Field("form"),
        Required::Field("form_version"),
        Required::Field("status"),
    ],
    status: Some(StatusRule {
        field: "status",
        passes: &[
            made(WORKER, "draft"),
            // One edit may make and submit a whole assessment.
            made(WORKER, "submitted"),
            pass(WORKER, "draft", "submitted"),
            pass(WORKER, "returned", "draft"),
            pass(REVIEWER, "submitted", "in_review").at_desk(),
            pass(REVIEWER, "submitted", "returned").needs(REASONS).at_desk(),
            pass(REVIEWER, "in_review", "returned").needs(REASONS).at_desk(),
            pass(REVIEWER, "submitted", "accepted").needs(JUDGEMENT).at_desk(),
            pass(REVIEWER, "in_review", "accepted").needs(JUDGEMENT).at_desk(),
        ],
        submission: Some("submitted"),
        stands: &["submitted", "in_review", "accepted"],
        agreed: &["submitted", "accepted"],
        locks: &[
            Lock { to: WORKER, when: IN_REVIEW, reason: Reason::InReview },
            Lock { to: WORKER, when: DECIDED, reason: Reason::Decided },
            // Decided means decided for the decider too.
            Lock { to: REVIEWER, when: DECIDED, reason: Reason::Decided },
        ],
    }),
    access: &[
        access(WORKER).creates().changes().deletes(Deletion::While(&["draft"])),
        access(REVIEWER).changes().deletes(Deletion::Always),
    ],
};
