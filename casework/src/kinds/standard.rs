//! A value of a rule table, valid in one area from one day on (see [`crate::tables`]). Every tablet
//! holds them; administrators enter them.

use crate::kind::{Home, Kind, Required, Shown, access, leaf, text};
use crate::roles::KEEPER;
use crate::value::Value;
use ruhu_sync::rules::Rooting;
use ruhu_sync::shape::Class;

pub(super) const KIND: Kind = Kind {
    name: "standard",
    label_zh: "标准",
    rooting: Rooting::Root,
    home: Some(Home::Reference),
    fields: &[
        // Its subject never changes: a case names the record it was judged by.
        text("table", "规则表", 64).class(Class::State).shown(Shown::Plain),
        text("area_code", "适用地区", 12).class(Class::State).shown(Shown::Plain),
        leaf("valid_from", "起始日期", Value::Day),
        leaf("valid_to", "截止日期", Value::Day),
        // Neither of them: a value that nobody has found yet.
        leaf("number", "数值", Value::Integer { min: 0, max: (1 << 53) - 1 }),
        leaf("truth", "是或否", Value::YesNo),
        text("source", "来源", 500).shown(Shown::Plain),
        leaf("confirmed", "已按正式通知核实", Value::YesNo),
        text("reason", "更正原因", 500),
    ],
    required: &[
        Required::Field("table"),
        Required::Field("valid_from"),
        Required::Field("source"),
        Required::Field("confirmed"),
    ],
    status: None,
    // The desk checks which values may be entered, and for whose area.
    access: &[access(KEEPER).only_at_desk().creates().changes()],
};
