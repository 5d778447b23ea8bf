//! A visit to a household (民发〔2021〕57号 §16).

use crate::kind::{
    Deletion, Holds, Kind, Need, Required, Shown, StatusRule, access, code, field, leaf, made,
    note, pass, status, text,
};
use crate::roles::{REVIEWER, WORKER};
use crate::value::{Code, Value, c};
use ruhu_sync::rules::Rooting;

const STATUS: &[Code] = &[
    c("planned", "已计划"),
    c("in_progress", "入户中"),
    c("done", "已完成"),
    c("cancelled", "已取消"),
];

const PURPOSE: &[Code] = &[
    c("means", "家计调查"),
    c("needs", "需求评估"),
    c("selfcare", "自理能力评估"),
    c("recheck", "动态复核"),
    c("care", "探访关爱"),
    c("event", "突发情况"),
    c("verification", "入户核实"),
    c("other", "其他"),
];

const PRESENT_AS: &[Code] = &[
    c("member", "家庭成员"),
    c("investigator", "调查人员"),
    c("committee", "社区（村）干部"),
    c("government", "民政、街道工作人员"),
    c("neighbour", "邻里"),
    c("other", "其他"),
];

const REASON: &[&str] = &["cancel_reason"];

pub(super) const KIND: Kind = Kind {
    name: "visit",
    label_zh: "入户走访",
    rooting: Rooting::Under(&["household"]),
    home: None,
    fields: &[
        leaf("planned_on", "计划日期", Value::Day),
        code("purpose", "目的", PURPOSE),
        status(STATUS),
        // Only the point of arrival: no track is kept (个人信息保护法 §28).
        field(
            "check_in",
            "签到",
            Holds::Object(&[
                leaf("at", "时间", Value::PastInstant),
                leaf(
                    "lat_e6",
                    "纬度（百万分之一度）",
                    Value::Integer { min: -90_000_000, max: 90_000_000 },
                )
                .shown(Shown::Hidden),
                leaf(
                    "lon_e6",
                    "经度（百万分之一度）",
                    Value::Integer { min: -180_000_000, max: 180_000_000 },
                )
                .shown(Shown::Hidden),
                leaf("accuracy_m", "精度（米）", Value::Integer { min: 0, max: 1_000_000 }),
            ]),
        ),
        field(
            "present",
            "在场人员",
            Holds::Rows(&[
                leaf("person", "家庭成员", Value::Record(&["person"])),
                leaf("user", "工作人员", Value::Uuid),
                text("name", "姓名", 50).shown(Shown::Name),
                code("role", "身份", PRESENT_AS),
            ]),
        ),
        // 57号 §16: by phone or video in an emergency.
        leaf("remote", "电话或视频方式", Value::YesNo),
        note("remote_reason", "非入户原因"),
        leaf("ended_at", "结束时间", Value::PastInstant),
        note("findings", "走访情况"),
        note("cancel_reason", "取消原因"),
    ],
    required: &[
        Required::Field("planned_on"),
        Required::Field("status"),
        // A visit that is over has met somebody, on a day that has come.
        Required::When { field: "status", is: "done", needs: "present" },
        Required::Come {
            field: "status",
            is: "done",
            on: &["ended_at", "check_in/at", "planned_on"],
        },
    ],
    status: Some(StatusRule {
        field: "status",
        passes: &[
            made(WORKER, "planned"),
            // Nobody plans the visit that an emergency requires.
            made(WORKER, "in_progress"),
            pass(WORKER, "planned", "in_progress"),
            pass(WORKER, "in_progress", "done"),
            pass(WORKER, "planned", "cancelled").needs(Need::Held(REASON)),
            pass(WORKER, "in_progress", "cancelled").needs(Need::Held(REASON)),
        ],
        submission: None,
        stands: &["in_progress", "done"],
        agreed: &[],
        locks: &[],
    }),
    access: &[
        access(WORKER).creates().changes().deletes(Deletion::While(&["planned"])),
        access(REVIEWER).deletes(Deletion::Always),
    ],
};
