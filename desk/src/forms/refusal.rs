//! Why a form is not published or retired, in words.

use crate::refusal::{Kind, Refusal};
use ruhu_casework::shelf::{PublicationFault, RetirementFault};
use ruhu_forms::FormError;

/// Why it is not published.
pub(super) fn not_published(fault: &PublicationFault) -> Refusal {
    match fault {
        PublicationFault::Form(error) => broken(error),
        PublicationFault::OtherContent => refused("other_content", "/version").detail(
            "这一版本已发布且内容不同；已发布的版本不再改动，请以下一版本号发布。",
            "This version has been published and says something else: publish it as the next one.",
        ),
        PublicationFault::NotNext { next } => refused("not_next_version", "/version")
            .detail(
                format!("版本号不连续：应为 {next}。"),
                format!("A version was left out: the next one is {next}."),
            )
            .with("next_version", *next),
        PublicationFault::ShapeChanged { at } => refused("shape_changed", at).detail(
            format!(
                "{at} 处的问题与以前版本的作答方式不同（单项、多选或逐行），已填的答案无从保留；请换一个问题标识。"
            ),
            format!(
                "The question at {at} is answered in another shape (one value, options, rows) than in an earlier version, so answers could not be kept: give it another id."
            ),
        ),
    }
}

/// Why it is not retired, or its retirement not lifted.
pub(super) fn not_retired(fault: RetirementFault) -> Refusal {
    let (code, zh, en) = match fault {
        RetirementFault::BeforeToday => (
            "before_today",
            "停用的最后一日不得早于今日。",
            "The last day is today at the earliest.",
        ),
        RetirementFault::Past => (
            "past",
            "该版本的最后一日已过，不能更改；请发布下一版本。",
            "Its last day is over and stays: publish the next version.",
        ),
        RetirementFault::NotRetired => {
            ("not_retired", "该版本并未停用。", "It is not retired: there is nothing to lift.")
        }
    };
    refused(code, "/last_day").detail(zh, en)
}

fn refused(code: &str, at: &str) -> Refusal {
    Refusal::new(Kind::FormRefused).with("fault", code).with("at", at)
}

/// A form that cannot work: the place and the fault, in both languages.
fn broken(error: &FormError) -> Refusal {
    let (at, code) = (error.at.as_str(), error.fault.code());
    let place = if at.is_empty() { "/" } else { at };
    refused(code, at).detail(
        format!("表单 {place} 处有误：{}（{}）。请改正后重发。", in_chinese(code), error.fault),
        format!("Correct the form at {place} and send it again: {}.", error.fault),
    )
}

fn in_chinese(code: &str) -> &'static str {
    match code {
        "malformed" => "不是表单的格式",
        "bad_id" => "标识不合规定",
        "duplicate" => "名称重复",
        "unknown_reference" => "引用了不存在的名称",
        "wrong_type" => "类型不符",
        "cycle" => "规则互相引用成环",
        "bad_bands" => "分档须自低到高且不重不漏",
        "bad_range" => "数值超出范围，或上下限颠倒",
        "empty" => "不得为空",
        "too_costly" => "规则过深或过大",
        "bad_date" => "日期不存在",
        "no_row" => "此处没有所引用的行",
        "given_not_here" => "此处不得引用外来的值",
        "answer_not_here" => "此处不得引用答案",
        "not_here" | "not_in_rows" => "此处不得有这一项",
        _ => "规则不能成立",
    }
}
