//! A member of a household, an obligor, or one who is not counted (民发〔2021〕57号 §7).

use crate::codes::{
    COUNTED_AS, DISABILITY_TYPE, EDUCATION, EMPLOYMENT, ETHNICITY, HEALTH, ID_NO_ABSENT, ID_TYPE,
    INSURANCE, LABOR, MARITAL, PERSON_FLAGS, RELATION, SEX, YES_NO_UNKNOWN,
};
use crate::kind::{
    Deletion, Holds, Kind, Required, Shown, access, code, field, figures, leaf, note, text,
};
use crate::roles::{REVIEWER, WORKER};
use crate::value::Value;
use ruhu_sync::rules::Rooting;

pub(super) const KIND: Kind = Kind {
    name: "person",
    label_zh: "家庭成员",
    rooting: Rooting::Under(&["household"]),
    home: None,
    fields: &[
        text("name", "姓名", 50).shown(Shown::Name),
        code("id_type", "证件类型", ID_TYPE),
        leaf("id_no", "公民身份号码", Value::IdNumber { birth_date: "birth_date", sex: "sex" }),
        code("id_no_absent_reason", "无身份号码的原因", ID_NO_ABSENT),
        figures("other_id_no", "其他证件号码", 50),
        code("sex", "性别", SEX),
        leaf("birth_date", "出生日期", Value::PastDay).shown(Shown::BirthDate),
        code("ethnicity", "民族", ETHNICITY),
        code("relation_code", "与户主关系", RELATION),
        code("counted_as", "认定身份", COUNTED_AS),
        note("counted_as_reason", "认定理由"),
        leaf("hukou_code12", "户籍地", Value::AreaCode),
        leaf("live_code12", "居住地", Value::AreaCode),
        leaf("separated", "人户分离", Value::YesNo),
        code("marital", "婚姻状况", MARITAL),
        code("education", "文化程度", EDUCATION),
        code("health", "健康状况", HEALTH),
        code("labor", "劳动能力", LABOR),
        code("employment", "就业状况", EMPLOYMENT),
        // Contains the citizen's number: masked like it ([`crate::mask::disability_cert_no`]).
        figures("disability_cert_no", "残疾证号", 30).shown(Shown::Certificate),
        code("disability_type", "残疾类别", DISABILITY_TYPE),
        leaf("disability_grade", "残疾等级", Value::Integer { min: 1, max: 4 }),
        figures("disease_icd10", "疾病（ICD-10）", 100),
        code("insurance", "医疗保险", INSURANCE),
        figures("phone", "联系电话", 100).shown(Shown::Phone),
        field("flags", "特殊困难类型", Holds::Choices(PERSON_FLAGS)),
        // 57号 §11: kin of staff or committee members are registered separately.
        code("kin_to_staff", "经办人员近亲属", YES_NO_UNKNOWN),
        note("notes", "备注"),
    ],
    required: &[
        Required::Field("name"),
        Required::Field("id_type"),
        // A newborn or a stateless person has no number; at the door one may not be shown.
        Required::OneOf(&["id_no", "id_no_absent_reason"]),
        Required::Field("relation_code"),
        Required::Field("counted_as"),
        Required::When { field: "counted_as", is: "not_counted", needs: "counted_as_reason" },
        Required::Field("kin_to_staff"),
    ],
    status: None,
    access: &[
        access(WORKER).creates().changes().deletes(Deletion::Always),
        access(REVIEWER).deletes(Deletion::Always),
    ],
};
