//! Words for every code of an edit's problems. A tablet shows them next to the place; a form's own
//! checks have their own words.

use serde::Serialize;

/// A code of a problem and its words.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ProblemWords {
    /// What `problems` holds.
    pub code: &'static str,
    /// What people read.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// The words for a code, if it is one.
pub fn of(code: &str) -> Option<&'static ProblemWords> {
    ALL.iter().find(|words| words.code == code)
}

const fn w(code: &'static str, zh: &'static str, en: &'static str) -> ProblemWords {
    ProblemWords { code, zh, en }
}

/// All of them: what an edit lacks or is, then what a value is not, then what a record breaks.
pub const ALL: &[ProblemWords] = &[
    // The edit itself. A person never sees these unless the app is wrong.
    w("too_large", "这条修改超过大小上限。", "The edit is over the limit."),
    w("not_strict_json", "这条修改不是规范的 JSON。", "The edit is not strict JSON."),
    w("missing", "缺少这一项。", "The member is missing."),
    w("unreadable", "这一项无法识别。", "The member cannot be read."),
    w("unknown", "没有这样的类型或操作。", "There is no such kind or operation."),
    w("reserved", "这个编号只由服务端使用。", "Only the server gives such names."),
    w("not_a_root", "这不是根记录。", "The record is not a root."),
    w("not_for_a_root", "根记录不写 root。", "A root names no other root."),
    w("not_a_device_operation", "设备不能提出这项操作。", "A device may not ask for this."),
    w("not_in_this_version", "这一版协议没有这一项。", "This protocol version has no such member."),
    w("list_expected", "应当是一个列表。", "A list is expected."),
    w("object_expected", "应当是一个对象。", "An object is expected."),
    w("object_not_expected", "这里不应当是对象。", "No object is expected here."),
    w("kind_without_fields", "这类记录没有字段。", "The kind has no fields."),
    w("key_length", "名称为空或过长。", "The name is empty or too long."),
    w("null_inside_value", "值里面不能有空值。", "A value has no null inside it."),
    w("null_in_new_row", "新增的一行里不能有空值。", "A new row has no null inside it."),
    w("new_row_is_removed", "新增的一行又被删除。", "A new row is removed by the same edit."),
    w(
        "no_such_new_row",
        "列为新增的这一行不在修改中。",
        "The row that is named as new is not in the edit.",
    ),
    w("path_missing", "没有写明位置。", "The change names no place."),
    w("path_unreadable", "位置无法识别。", "The place cannot be read."),
    w("too_deep", "位置层数过多。", "The place is too deep."),
    w("one_act_expected", "每处改动应当只做一件事。", "A change does exactly one thing."),
    w("unknown_act", "没有这样的改动。", "There is no such change."),
    w("overlaps", "与另一处改动重叠。", "It overlaps another change."),
    // A value is not what its field holds.
    w("text_expected", "应当是文字。", "Text is expected."),
    w("integer_expected", "应当是整数。", "A whole number is expected."),
    w("fen_expected", "应当是以分为单位的整数金额。", "Money is a whole number of fen."),
    w("yes_no_expected", "应当是“是”或“否”。", "True or false is expected."),
    w(
        "true_expected",
        "选中的写“是”，没选的去掉。",
        "True is expected; leave out what is not chosen.",
    ),
    w("instant_expected", "应当是带时区的时间。", "A time with its zone is expected."),
    w("uuid_expected", "应当是一个编号（UUID）。", "A UUID is expected."),
    w("person_expected", "应当是一个人员账号的编号。", "An account's id is expected."),
    w("record_expected", "应当指向一条记录。", "A record's id is expected."),
    w("sha256_expected", "应当是 SHA-256 摘要。", "A SHA-256 hash is expected."),
    w("proof_expected", "应当是一份签名证明。", "A proof of a PIN is expected."),
    w("location_expected", "应当是一个位置，请重新定位。", "A location is expected."),
    w("area_code_expected", "应当是区划代码。", "A division code is expected."),
    w("area_unknown", "没有这个区划代码。", "There is no such division code."),
    w("area_not_yet", "这个区划代码还没有启用。", "The division code is not in use yet."),
    w("area_ended", "这个区划代码已经停用。", "The division code is no longer in use."),
    w(
        "id_no_malformed",
        "应当是18位公民身份号码，请对照证件核对。",
        "A citizen's number has 18 places; compare it with the document.",
    ),
    w(
        "id_no_birth_date",
        "号码中的出生日期不存在，请对照证件核对。",
        "The birth date in the number does not exist; compare it with the document.",
    ),
    w(
        "id_no_check_digit",
        "号码最后一位与前面不符，请对照证件核对。",
        "The last place of the number does not fit; compare it with the document.",
    ),
    w("wrong_type", "填写的内容与题目要求不符。", "The answer is not of its question's type."),
    w(
        "unknown_option",
        "没有这个选项，可选的见 possible。",
        "There is no such option; `possible` has those there are.",
    ),
    w(
        "not_a_date",
        "不是有效日期，应写成“年-月-日”。",
        "It is not a day of the calendar; write YYYY-MM-DD.",
    ),
    w(
        "not_a_decimal",
        "应当是数字，小数位不超过规定。",
        "A number with no more decimals than allowed is expected.",
    ),
    w("too_long", "文字过长。", "The text is too long."),
    w("out_of_range", "超出范围。", "It is out of range."),
    w("in_future", "日期或时间还没有到。", "The day or time has not come."),
    w("too_many_rows", "行数过多。", "There are too many rows."),
    // What a record, or its going on, breaks.
    w(
        "required",
        "必须填写；possible 列出几项的，填一项即可。",
        "It must be filled in; where `possible` names several, one is enough.",
    ),
    w("yes_required", "必须为“是”。", "It must be true."),
    w("not_alone", "选了这一项就不能再选其他选项。", "This option excludes every other."),
    w(
        "unknown_row",
        "指向的那一行已不存在，请重新选择。",
        "It names a row that is not there; choose again.",
    ),
    w(
        "unknown_form",
        "没有这个表单或这个版本。",
        "There is no such form, or no such version of it.",
    ),
    w("rule_error", "无法核对这一处。", "The place cannot be checked."),
    w("check_failed", "与其他内容不符，请核对。", "It does not fit the other answers; check it."),
    w(
        "birth_date_disagrees",
        "与公民身份号码中的出生日期不符。",
        "It differs from the birth date in the citizen's number.",
    ),
    w(
        "sex_disagrees",
        "与公民身份号码中的性别不符。",
        "It differs from the sex in the citizen's number.",
    ),
    w("set_once", "写下后不再改动。", "It is set once and never changed."),
    w(
        "illegal_transition",
        "现在不能改为这个状态，可改为的见 possible。",
        "This status cannot follow; `possible` has those that can.",
    ),
    w("not_permitted", "这一处由其他岗位的人员填写。", "Somebody with another role writes this."),
    w(
        "confirmations_needed",
        "须由两名调查人员分别确认，确认齐后自动提交。",
        "Two investigators confirm it instead; the last confirmation hands it in.",
    ),
    w(
        "outside_area",
        "社区不在本组负责的地区内，请核对；确在外区的，请报请街道处理。",
        "The community is outside the team's area: check it, or report the household to its own street.",
    ),
    w(
        "only_at_desk",
        "这个状态由审核人员在办理页面作出。",
        "This status is given at a desk alone.",
    ),
    w(
        "no_such_record",
        "所指的记录不存在，或已删除。",
        "The record that it names is not there, or deleted.",
    ),
    w("needs_it", "这条记录还要用到它。", "This record still needs it."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_one_meaning_in_both_languages() {
        let codes: BTreeSet<_> = ALL.iter().map(|words| words.code).collect();
        assert_eq!(codes.len(), ALL.len());
        for words in ALL {
            assert!(words.zh.ends_with('。') && words.en.ends_with('.'), "{}", words.code);
        }
    }
}
