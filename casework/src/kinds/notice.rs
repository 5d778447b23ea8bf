//! A notice in a person's own stream about an own edit or an assessment. Only the server makes one;
//! a device shows it.

use crate::kind::{Kind, code, leaf, text};
use crate::value::{Code, Value, c};
use ruhu_sync::rules::Rooting;
use ruhu_sync::shape::Class;

/// The subjects of a notice.
pub(crate) const APPLIED: &str = "edit_applied";
pub(crate) const DISMISSED: &str = "edit_dismissed";
pub(crate) const SUBMISSION_MET: &str = "submission_met_conflict";

const EVENT: &[Code] = &[
    c(APPLIED, "搁置的修改已采纳"),
    c(DISMISSED, "搁置的修改未采纳"),
    c(SUBMISSION_MET, "提交时有分歧，暂未提交"),
];

pub(super) const KIND: Kind = Kind {
    name: "notice",
    label_zh: "通知",
    rooting: Rooting::Root,
    home: None,
    fields: &[
        code("event", "事由", EVENT).class(Class::Server),
        leaf("device", "设备", Value::Uuid).class(Class::Server),
        leaf("device_seq", "编号", Value::Integer { min: 1, max: i64::MAX }).class(Class::Server),
        leaf("record", "相关记录", Value::Record(&[])).class(Class::Server),
        text("kind", "记录类型", 64).class(Class::Server),
        text("reason", "理由", 500).class(Class::Server),
        leaf("by", "处理人", Value::Uuid).class(Class::Server),
        leaf("at", "时间", Value::Instant).class(Class::Server),
        // The fields that now wait for a person to choose, as JSON pointers.
        leaf("conflicts", "待选字段", Value::Paths).class(Class::Server),
    ],
    required: &[],
    status: None,
    access: &[],
};
