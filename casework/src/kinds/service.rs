//! A service to a household or one of its members: planned, given, ended (313号 个案帮扶).

use crate::codes::SERVICE;
use crate::kind::{
    Deletion, Kind, Need, Required, StatusRule, access, code, leaf, made, note, pass, status, text,
};
use crate::roles::{REVIEWER, WORKER};
use crate::value::{Code, Value, c};
use ruhu_sync::rules::Rooting;

const STATUS: &[Code] = &[
    c("planned", "已计划"),
    c("in_service", "服务中"),
    c("done", "已完成"),
    c("cancelled", "已取消"),
];

const REASON: &[&str] = &["cancel_reason"];

pub(super) const KIND: Kind = Kind {
    name: "service",
    label_zh: "服务",
    rooting: Rooting::Under(&["household"]),
    home: None,
    fields: &[
        code("service", "服务项目", SERVICE),
        leaf("person", "服务对象", Value::Record(&["person"])),
        leaf("assessment", "依据的评估", Value::Record(&["assessment"])),
        // Services need consent.
        leaf("consented", "本人同意", Value::YesNo),
        leaf("starts_on", "开始日期", Value::Day),
        leaf("ends_on", "结束日期", Value::Day),
        text("frequency", "频次", 100),
        text("given_by", "服务提供方", 100),
        leaf("cost", "费用（分）", Value::Fen),
        note("notes", "服务记录"),
        note("cancel_reason", "取消原因"),
        status(STATUS),
    ],
    required: &[
        Required::Field("service"),
        Required::Field("status"),
        Required::Yes { field: "status", is: "in_service", needs: "consented" },
        Required::Yes { field: "status", is: "done", needs: "consented" },
    ],
    status: Some(StatusRule {
        field: "status",
        passes: &[
            made(WORKER, "planned"),
            pass(WORKER, "planned", "in_service"),
            pass(WORKER, "in_service", "done"),
            pass(WORKER, "planned", "cancelled").needs(Need::Held(REASON)),
            pass(WORKER, "in_service", "cancelled").needs(Need::Held(REASON)),
        ],
        submission: None,
        stands: &["in_service", "done"],
        agreed: &[],
        locks: &[],
    }),
    access: &[access(WORKER).creates().changes(), access(REVIEWER).deletes(Deletion::Always)],
};
