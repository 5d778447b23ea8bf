//! Every rule table. A new one is one line here.

use super::Measure::{Count, Fen, HundredthsOfSquareMetre, Permille, Tenths, Truth};
use super::{Measure, RuleTable};

/// The rule tables, in the order in which they are shown.
pub const TABLES: &[RuleTable] = &[
    t("dibao_standard_fen", "低保标准（每人每月）", Fen, "57号"),
    t("edge_multiple_tenths", "低保边缘家庭收入线相当于低保标准的倍数", Tenths, "57号第8条"),
    t("disposable_income_fen", "上年度居民人均可支配收入（每人每年）", Fen, RIGID),
    t("rigid_ratio_permille", "刚性支出占家庭总收入的比例下限", Permille, RIGID),
    t("central_basic_pension_exempt", "中央基础养老金不计入家庭收入", Truth, "57号第13条"),
    t("local_exempt_income", "本地另有规定的收入不计入家庭收入", Truth, "57号第13条"),
    t("business_loss_offsets", "经营亏损可以冲抵家庭的其他收入", Truth, "57号第13条"),
    t("single_person_from_rigid", "刚性支出困难家庭的成员也可以单独申请低保", Truth, "57号第8条"),
    t("local_obligor_unable", "本地另有规定的情形属于义务人无履行能力", Truth, "43号第7条"),
    t("dibao_financial_fen", "低保：金融资产上限（每人）", Fen, PROPERTY),
    t("dibao_houses_max", "低保：住房套数上限", Count, PROPERTY),
    t(
        "dibao_house_area",
        "低保：住房超过套数时，人均建筑面积应低于",
        HundredthsOfSquareMetre,
        PROPERTY,
    ),
    t("dibao_vehicles_max", "低保：机动车辆数上限", Count, PROPERTY),
    t("dibao_medical_vehicle", "低保：允许仅有1辆且用于重病成员就医的车", Truth, PROPERTY),
    t("dibao_entities_max", "低保：市场主体个数上限", Count, PROPERTY),
    t("dibao_other_fen", "低保：其他财产上限（每人）", Fen, PROPERTY),
    t("edge_financial_fen", "低保边缘：金融资产上限（每人）", Fen, PROPERTY),
    t("edge_houses_max", "低保边缘：住房套数上限", Count, PROPERTY),
    t(
        "edge_house_area",
        "低保边缘：住房超过套数时，人均建筑面积应低于",
        HundredthsOfSquareMetre,
        PROPERTY,
    ),
    t("edge_vehicles_max", "低保边缘：机动车辆数上限", Count, PROPERTY),
    t("edge_medical_vehicle", "低保边缘：允许仅有1辆且用于重病成员就医的车", Truth, PROPERTY),
    t("edge_entities_max", "低保边缘：市场主体个数上限", Count, PROPERTY),
    t("edge_other_fen", "低保边缘：其他财产上限（每人）", Fen, PROPERTY),
    t("rigid_financial_fen", "刚性支出困难：金融资产上限（每人）", Fen, RIGID),
    t("rigid_houses_max", "刚性支出困难：住房套数上限", Count, RIGID),
    t(
        "rigid_house_area",
        "刚性支出困难：住房超过套数时，人均建筑面积应低于",
        HundredthsOfSquareMetre,
        RIGID,
    ),
    t("rigid_vehicles_max", "刚性支出困难：机动车辆数上限", Count, RIGID),
    t("rigid_medical_vehicle", "刚性支出困难：允许仅有1辆且用于重病成员就医的车", Truth, RIGID),
    t("rigid_entities_max", "刚性支出困难：市场主体个数上限", Count, RIGID),
    t("rigid_other_fen", "刚性支出困难：其他财产上限（每人）", Fen, RIGID),
    t("tekun_financial_fen", "特困：本人金融资产上限", Fen, TEKUN),
    t("tekun_houses_max", "特困：本人住房套数上限", Count, TEKUN),
    t(
        "tekun_house_area",
        "特困：住房超过套数时，本人建筑面积应低于",
        HundredthsOfSquareMetre,
        TEKUN,
    ),
    t("tekun_vehicles_max", "特困：本人机动车辆数上限", Count, TEKUN),
    t("tekun_medical_vehicle", "特困：允许仅有1辆且用于本人重病就医的车", Truth, TEKUN),
    t("tekun_entities_max", "特困：本人市场主体个数上限", Count, TEKUN),
    t("tekun_other_fen", "特困：本人其他财产上限", Fen, TEKUN),
    t(
        "gbt42195_adjustments_stack",
        "老年人能力评估：两项提高一级的调整可以叠加",
        Truth,
        "GB/T 42195-2022",
    ),
];

const PROPERTY: &str = "57号第14条（由地方规定）";
const RIGID: &str = "刚性支出困难家庭认定办法（由地方规定）";
const TEKUN: &str = "43号第6条（由地方规定）";

const fn t(
    name: &'static str,
    label_zh: &'static str,
    measure: Measure,
    source: &'static str,
) -> RuleTable {
    RuleTable { name, label_zh, measure, source }
}
