//! The services that an assessment can suggest, from companionship to referral to charity [our own
//! design, no public source].

use crate::value::{Code, c};

/// Every service.
pub const SERVICE: &[Code] = &[
    c("companion_visit", "访视探访"),
    c("care", "看护照料"),
    c("respite", "喘息服务"),
    c("rehab", "康复训练"),
    c("assistive_device", "辅助器具"),
    c("meal_bath", "助餐助浴"),
    c("clean", "助行助洁"),
    c("medical_escort", "送医陪护"),
    c("counseling", "心理疏导"),
    c("crisis", "危机干预"),
    c("social_inclusion", "社会融入"),
    c("capability", "能力提升"),
    c("policy_apply", "政策咨询与协助申请"),
    c("dibao_apply", "低保/特困/边缘/刚性支出申请"),
    c("temp_relief", "临时救助"),
    c("medical_aid", "医疗救助"),
    c("insurance_aid", "资助参保"),
    c("education_aid", "教育救助"),
    c("tutoring", "学业辅导"),
    c("housing_aid", "住房救助"),
    c("home_adapt", "适老化/无障碍改造"),
    c("alarm_device", "紧急呼叫/烟感燃气报警"),
    c("job_aid", "就业救助"),
    c("legal_aid", "法律援助"),
    c("child_support", "困境儿童保障"),
    c("child_protect", "未成年人保护（强制报告）"),
    c("family_education", "家庭教育指导"),
    c("charity", "慈善转介"),
];
