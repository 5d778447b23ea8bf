//! A find: a household in difficulty that a committee member or a worker comes upon and reports
//! (313号 主动发现、发现报告; 首问责任).

use crate::kind::{
    Holds, Home, Kind, Lock, Need, Pass, Required, Shown, Stamp, StatusRule, access, code, field,
    figures, leaf, made, note, pass, status, text,
};
use crate::roles::{REPORTER, REVIEWER, WINDOW};
use crate::value::{Code, Value, c};
use ruhu_sync::outcome::Reason;
use ruhu_sync::rules::Rooting;
use ruhu_sync::shape::Class;

const STATUS: &[Code] = &[
    c("reported", "已上报"),
    c("acknowledged", "已受理"),
    c("contacted", "已联系"),
    c("on_site", "已到场"),
    c("to_intake", "转入申请受理"),
    c("transferred", "已转办"),
    c("closed", "已办结"),
];

const CATEGORY: &[Code] = &[
    c("acute_illness", "急病"),
    c("accident", "意外"),
    c("fire", "火灾"),
    c("unemployment", "失业"),
    c("unattended", "无人照料"),
    c("suspected_abuse", "疑似侵害"),
    c("other", "其他"),
];

const URGENCY: &[Code] = &[c("emergency", "紧急"), c("urgent", "较急"), c("normal", "一般")];

const IN_HANDS: &[&str] = &["acknowledged", "contacted", "on_site"];
const ENDED: &[&str] = &["to_intake", "transferred", "closed"];

const ACKNOWLEDGED: &[Stamp] =
    &[Stamp::Who(&["handling", "owner"]), Stamp::When(&["handling", "acknowledged_at"])];
const CONTACTED: &[Stamp] = &[Stamp::When(&["handling", "contacted_at"])];
const ON_SITE: &[Stamp] = &[Stamp::When(&["handling", "on_site_at"])];

const fn closes(from: &'static str) -> Pass {
    pass(REVIEWER, from, "closed").needs(Need::Held(&["handling", "close_reason"]))
}

// 313号 无缝衔接: a transfer names who receives it.
const fn transfers(from: &'static str) -> Pass {
    pass(REVIEWER, from, "transferred").needs(Need::Held(&["handling", "transferred_to"]))
}

pub(super) const KIND: Kind = Kind {
    name: "find",
    label_zh: "发现报告",
    rooting: Rooting::Root,
    home: Some(Home::OwnStream),
    fields: &[
        leaf("found_at", "发现时间", Value::PastInstant).listed(),
        text("place", "地点", 200).shown(Shown::Address),
        leaf("community_code", "社区（村）", Value::AreaCode).listed(),
        text("reporter_name", "报告人", 50).shown(Shown::Name),
        figures("reporter_phone", "报告人电话", 100).shown(Shown::Phone),
        text("about", "当事人或家庭", 200).shown(Shown::Name),
        code("category", "情形", CATEGORY).listed(),
        code("urgency", "紧急程度", URGENCY).listed(),
        leaf("can_apply_self", "能自行申请", Value::YesNo),
        note("wish", "救助意愿"),
        note("description", "情况说明"),
        figures("hotline_ticket_no", "12345工单号", 40).shown(Shown::Plain),
        // 未成年人保护法 §11: harm to a child is reported to the police at once; the time is kept.
        leaf("police_called_at", "报警时间", Value::PastInstant),
        status(STATUS).listed(),
        field(
            "handling",
            "处置",
            Holds::Object(&[
                // 首问责任: who acknowledged it owns it.
                leaf("owner", "责任人", Value::Uuid).class(Class::Server),
                leaf("acknowledged_at", "受理时间", Value::Instant).class(Class::Server),
                leaf("contacted_at", "联系时间", Value::Instant).class(Class::Server),
                leaf("on_site_at", "到场时间", Value::Instant).class(Class::Server),
                text("transferred_to", "转办对象", 100),
                note("close_reason", "办结原因"),
                note("note", "说明"),
            ]),
        )
        .only_by(&[REVIEWER]),
    ],
    required: &[
        Required::Field("found_at"),
        Required::Field("category"),
        Required::Field("urgency"),
        Required::Field("status"),
    ],
    status: Some(StatusRule {
        field: "status",
        passes: &[
            made(REPORTER, "reported"),
            pass(REVIEWER, "reported", "acknowledged").stamps(ACKNOWLEDGED),
            pass(REVIEWER, "acknowledged", "contacted").stamps(CONTACTED),
            // If nobody answers the phone, somebody goes there.
            pass(REVIEWER, "acknowledged", "on_site").stamps(ON_SITE),
            pass(REVIEWER, "contacted", "on_site").stamps(ON_SITE),
            // Whoever acknowledged it owns it until it is handed over or closed (首问责任), however far
            // it has come.
            pass(REVIEWER, "acknowledged", "to_intake"),
            pass(REVIEWER, "contacted", "to_intake"),
            pass(REVIEWER, "on_site", "to_intake"),
            transfers("acknowledged"),
            transfers("contacted"),
            transfers("on_site"),
            closes("acknowledged"),
            closes("contacted"),
            closes("on_site"),
        ],
        submission: None,
        stands: &[],
        agreed: &[],
        locks: &[
            Lock { to: REPORTER, when: IN_HANDS, reason: Reason::InReview },
            Lock { to: REPORTER, when: ENDED, reason: Reason::Decided },
            Lock { to: REVIEWER, when: ENDED, reason: Reason::Decided },
        ],
    }),
    access: &[access(REPORTER).creates().changes(), access(REVIEWER).changes(), access(WINDOW)],
};
