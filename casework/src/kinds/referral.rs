//! A referral of a household or one of its members to somebody who can help (313号 资源链接).

use crate::codes::SERVICE;
use crate::kind::{
    Deletion, Kind, Need, Required, Shown, StatusRule, access, code, figures, leaf, made, note,
    pass, status, text,
};
use crate::roles::{REVIEWER, WORKER};
use crate::value::{Code, Value, c};
use ruhu_sync::rules::Rooting;

const STATUS: &[Code] = &[
    c("proposed", "已提出"),
    c("accepted", "已接收"),
    c("in_service", "服务中"),
    c("done", "已完成"),
    c("returned", "已退回"),
    c("declined_by_household", "家庭放弃"),
];

const REASON: Need = Need::Held(&["reason"]);

pub(super) const KIND: Kind = Kind {
    name: "referral",
    label_zh: "转介",
    rooting: Rooting::Under(&["household"]),
    home: None,
    fields: &[
        code("service", "服务项目", SERVICE),
        leaf("person", "转介对象", Value::Record(&["person"])),
        leaf("assessment", "依据的评估", Value::Record(&["assessment"])),
        leaf("consented", "本人同意", Value::YesNo),
        text("to_organisation", "接收单位", 100),
        text("contact_name", "对接责任人", 50).shown(Shown::Name),
        figures("contact_phone", "对接电话", 100).shown(Shown::Phone),
        leaf("due_on", "办结期限", Value::Day),
        note("outcome", "办理结果"),
        note("reason", "退回或放弃原因"),
        status(STATUS),
    ],
    required: &[
        Required::Field("service"),
        Required::Field("to_organisation"),
        Required::Field("status"),
        Required::Yes { field: "status", is: "in_service", needs: "consented" },
        Required::Yes { field: "status", is: "done", needs: "consented" },
    ],
    status: Some(StatusRule {
        field: "status",
        // The worker writes down what the receiver said: none of this is an act of government.
        passes: &[
            made(WORKER, "proposed"),
            pass(WORKER, "proposed", "accepted"),
            pass(WORKER, "accepted", "in_service"),
            pass(WORKER, "in_service", "done"),
            pass(WORKER, "proposed", "returned").needs(REASON),
            pass(WORKER, "accepted", "returned").needs(REASON),
            pass(WORKER, "in_service", "returned").needs(REASON),
            pass(WORKER, "proposed", "declined_by_household").needs(REASON),
            pass(WORKER, "accepted", "declined_by_household").needs(REASON),
            pass(WORKER, "in_service", "declined_by_household").needs(REASON),
        ],
        submission: None,
        stands: &["accepted", "in_service", "done"],
        agreed: &[],
        locks: &[],
    }),
    access: &[access(WORKER).creates().changes(), access(REVIEWER).deletes(Deletion::Always)],
};
