//! A household: the root that its members, visits and assessments belong to
//! (313号 建立困难群众精准救助台账).

use crate::codes::{CATEGORY, HARDSHIP_LEVEL, POVERTY_CAUSE};
use crate::kind::{
    Deletion, Holds, Home, Kind, Required, Shown, access, code, field, figures, leaf, note, text,
};
use crate::roles::{REVIEWER, WORKER};
use crate::value::Value;
use ruhu_sync::rules::Rooting;
use ruhu_sync::shape::Class;

pub(super) const KIND: Kind = Kind {
    name: "household",
    label_zh: "家庭",
    rooting: Rooting::Root,
    home: Some(Home::Caseload),
    fields: &[
        leaf("community_code", "社区（村）", Value::AreaCode).listed(),
        figures("case_no", "户编号", 40).shown(Shown::Plain),
        text("head_name", "户主姓名", 50).shown(Shown::Name).listed(),
        text("address", "居住地址", 200).shown(Shown::Address),
        text("hukou_address", "户籍地址", 200).shown(Shown::Address),
        figures("phone", "联系电话", 100).shown(Shown::Phone),
        field(
            "contacts",
            "其他联系人",
            Holds::Rows(&[
                text("name", "姓名", 50).shown(Shown::Name),
                text("relation", "关系", 30),
                figures("phone", "联系电话", 100).shown(Shown::Phone),
            ]),
        ),
        // Only the district's confirmation at the desk sets it (facts §6; 313号: no administrative
        // act is bought).
        code("category", "救助类别", CATEGORY).class(Class::Server),
        code("hardship_level", "困难程度", HARDSHIP_LEVEL).class(Class::Server),
        field(
            "confirmation",
            "确认",
            Holds::Object(&[
                leaf("by", "确认人", Value::Uuid),
                leaf("at", "确认时间", Value::Instant),
                note("reason", "确认理由"),
                leaf("assessment", "依据的评估", Value::Record(&["assessment"])),
            ]),
        )
        .class(Class::Server),
        field("poverty_cause", "致困原因", Holds::Choices(POVERTY_CAUSE)),
        // 57号 §11: kin of staff or committee members are registered separately.
        leaf("kin_registered", "近亲属备案", Value::YesNo),
        // 57号 §20: after a complaint during review the district visits.
        leaf("complaint_registered", "投诉举报", Value::YesNo).only_by(&[REVIEWER]),
        note("notes", "备注"),
    ],
    required: &[Required::Field("community_code"), Required::Field("head_name")],
    status: None,
    // No device deletes a root: its records would be orphaned.
    access: &[
        access(WORKER).creates().changes(),
        access(REVIEWER).creates().changes().deletes(Deletion::Always),
    ],
};
