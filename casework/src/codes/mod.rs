//! Code lists that several kinds share, or that a standard defines. English codes, Chinese labels;
//! "unknown" and "refused" are codes like any other, because a document has no nulls.

mod ethnicity;
mod relation;
mod service;

pub use ethnicity::ETHNICITY;
pub use relation::RELATION;
pub use service::SERVICE;

use crate::value::{Code, c};

/// Categories of assistance (社会救助法; 民发〔2021〕57号; 民发〔2021〕43号; 刚性支出困难家庭认定办法).
/// Only government sets one.
pub const CATEGORY: &[Code] = &[
    c("dibao", "低保"),
    c("dibao_edge", "低保边缘"),
    c("single_person_dibao", "单人保"),
    c("rigid_expenditure", "刚性支出困难"),
    c("tekun", "特困供养"),
    c("temporary_relief", "临时救助"),
    c("applying", "申请中"),
    c("none", "无"),
];

/// How hard a household's life is, computed by a configured rule (313号 采集困难程度).
pub const HARDSHIP_LEVEL: &[Code] =
    &[c("high_risk", "高风险"), c("key", "重点"), c("general", "一般")];

/// Causes of poverty, as the paper forms have them.
pub const POVERTY_CAUSE: &[Code] = &[
    c("illness", "因病"),
    c("disability", "因残"),
    c("schooling", "因学"),
    c("disaster", "因灾"),
    c("unemployment", "失业"),
    c("accident", "意外"),
    c("other", "其他"),
];

/// Sex (GB/T 2261.1-2003).
pub const SEX: &[Code] = &[c("0", "未知"), c("1", "男"), c("2", "女"), c("9", "未说明")];

/// Marital status (GB/T 2261.2-2003).
pub const MARITAL: &[Code] =
    &[c("10", "未婚"), c("20", "已婚"), c("30", "丧偶"), c("40", "离婚"), c("90", "未说明")];

/// Documents whose number follows GB 11643; a person without one has a reason instead.
pub const ID_TYPE: &[Code] = &[
    c("resident_id", "居民身份证"),
    c("household_register", "居民户口簿"),
    c("hmt_residence_permit", "港澳台居民居住证"),
    c("other", "其他证件"),
    c("none", "无证件"),
];

/// Why a person has no citizen's number here.
pub const ID_NO_ABSENT: &[Code] = &[
    c("newborn", "新生儿未落户"),
    c("stateless", "无户籍"),
    c("other_document", "持其他证件"),
    c("not_shown", "本次未出示"),
    c("refused", "拒绝提供"),
];

/// Who counts as the household (民发〔2021〕57号 §7).
pub const COUNTED_AS: &[Code] = &[
    c("shared_living", "共同生活"),
    c("obligor", "赡养（抚养、扶养）义务人"),
    c("not_counted", "不计入"),
];

/// Education, from the highest.
pub const EDUCATION: &[Code] = &[
    c("postgraduate", "研究生"),
    c("bachelor", "大学本科"),
    c("college", "大学专科"),
    c("vocational", "中专（职高、技校）"),
    c("senior_secondary", "普通高中"),
    c("junior_secondary", "初中"),
    c("primary", "小学"),
    c("none", "未上学"),
    c("unknown", "不详"),
];

/// Health.
pub const HEALTH: &[Code] = &[
    c("healthy", "健康"),
    c("often_ill", "多病"),
    c("seriously_ill", "重病"),
    c("unknown", "不详"),
];

/// Capacity for work.
pub const LABOR: &[Code] = &[
    c("full", "有劳动能力"),
    c("partial", "部分丧失劳动能力"),
    c("none", "无劳动能力"),
    c("unknown", "不详"),
];

/// Employment.
pub const EMPLOYMENT: &[Code] = &[
    c("preschool", "学龄前"),
    c("in_school", "在校"),
    c("employed", "在职"),
    c("flexible", "灵活就业"),
    c("registered_unemployed", "登记失业"),
    c("unregistered_unemployed", "未登记失业"),
    c("retired", "退休"),
    c("no_work", "无业"),
    c("unknown", "不详"),
];

/// Kinds of disability (残疾人残疾分类和分级 GB/T 26341).
pub const DISABILITY_TYPE: &[Code] = &[
    c("1", "视力"),
    c("2", "听力"),
    c("3", "言语"),
    c("4", "肢体"),
    c("5", "智力"),
    c("6", "精神"),
    c("7", "多重"),
];

/// Medical insurance.
pub const INSURANCE: &[Code] = &[
    c("employee", "职工医保"),
    c("resident", "城乡居民医保"),
    c("other", "其他"),
    c("none", "未参保"),
    c("unknown", "不详"),
];

/// The groups that the policy names for the closest care (313号 二(二)).
pub const PERSON_FLAGS: &[Code] = &[
    c("unable_to_care", "失能"),
    c("dementia", "失智"),
    c("lost_only_child", "失独"),
    c("advanced_age", "高龄"),
    c("severe_disability", "重残"),
    c("serious_illness", "重病"),
    c("minor", "未成年"),
];

/// Yes, no, or why not known.
pub const YES_NO_UNKNOWN: &[Code] =
    &[c("yes", "是"), c("no", "否"), c("unknown", "不详"), c("refused", "拒绝回答")];
