//! The metadata of a photo, a scan or a signature; its bytes are transferred separately.

use crate::kind::{Deletion, Kind, Required, access, code, leaf, text};
use crate::roles::{REPORTER, REVIEWER, WORKER};
use crate::value::{Code, Value, c};
use ruhu_sync::rules::Rooting;
use ruhu_sync::shape::Class;

const CATEGORY: &[Code] = &[
    c("door_plate", "门牌"),
    c("living_room", "客厅"),
    c("kitchen", "厨房"),
    c("bedroom", "卧室"),
    c("people_present", "在场人员"),
    c("id_card", "身份证"),
    c("hukou_book", "户口簿"),
    c("disability_cert", "残疾证"),
    c("diagnosis", "诊断证明"),
    c("receipt", "票据"),
    c("bankbook", "存折"),
    c("authorization", "授权书"),
    c("lease_or_deed", "租约或产权证"),
    c("signature", "签名"),
    c("scene", "现场"),
    c("other", "其他"),
];

const MEDIA_TYPE: &[Code] = &[
    c("image/jpeg", "JPEG照片"),
    c("image/png", "PNG图片"),
    c("image/webp", "WebP图片"),
    c("application/pdf", "PDF文件"),
];

const BY_AUTHOR: Deletion = Deletion::ByAuthor { author: "added_by", work: "about" };

pub(super) const KIND: Kind = Kind {
    name: "attachment",
    label_zh: "附件",
    rooting: Rooting::Under(&["household", "find"]),
    home: None,
    fields: &[
        code("category", "类别", CATEGORY),
        text("caption", "说明", 200),
        leaf("about", "所属记录", Value::Record(&[])),
        leaf("taken_at", "拍摄时间", Value::PastInstant),
        // Set once: they name the bytes.
        leaf("sha256", "内容摘要", Value::Sha256).class(Class::State),
        leaf("size_bytes", "大小（字节）", Value::Integer { min: 1, max: 1 << 40 })
            .class(Class::State),
        code("media_type", "格式", MEDIA_TYPE).class(Class::State),
        leaf("added_by", "添加人", Value::Uuid).class(Class::Server),
    ],
    required: &[
        Required::Field("category"),
        Required::Field("sha256"),
        Required::Field("size_bytes"),
        Required::Field("media_type"),
    ],
    status: None,
    access: &[
        access(WORKER).creates().changes().deletes(BY_AUTHOR),
        // Photos of a find.
        access(REPORTER).creates().changes().deletes(BY_AUTHOR),
        access(REVIEWER).deletes(Deletion::Regardless),
    ],
};

#[cfg(test)]
#[path = "attachment_tests.rs"]
mod tests;
