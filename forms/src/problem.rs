//! What is wrong with a set of answers, for programs and for people.

use serde::{Deserialize, Serialize};

use crate::computed::RuleError;

/// One thing that is wrong with a set of answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where: a JSON pointer into the answers.
    pub path: String,
    /// What, for programs.
    pub code: ProblemCode,
    /// What, for people, in Chinese.
    pub zh: String,
    /// What, for people, in English.
    pub en: String,
}

/// What is wrong with an answer; its names are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemCode {
    /// Another JSON type than the question's kind has.
    WrongType,
    /// A code that is not among the options.
    UnknownOption,
    /// Not a day of the calendar as YYYY-MM-DD.
    NotADate,
    /// More characters than allowed.
    TooLong,
    /// A number outside its bounds.
    OutOfRange,
    /// Only in a submission: there is no answer, and there must be one.
    Required,
    /// Only in a submission: an option that contradicts every other one is not the only one.
    NotAlone,
    /// Only in a submission: whether the question is asked cannot be worked out.
    RuleError,
}

impl ProblemCode {
    /// The code's stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WrongType => "wrong_type",
            Self::UnknownOption => "unknown_option",
            Self::NotADate => "not_a_date",
            Self::TooLong => "too_long",
            Self::OutOfRange => "out_of_range",
            Self::Required => "required",
            Self::NotAlone => "not_alone",
            Self::RuleError => "rule_error",
        }
    }
}

/// What would have been right in the place of a value of the wrong type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected {
    Option,
    Choices,
    True,
    Integer,
    Fen,
    Text,
    Date,
    YesNo,
    Rows,
    Row,
}

impl Expected {
    fn zh(self) -> &'static str {
        match self {
            Self::Option => "一个选项",
            Self::Choices => "若干选项",
            Self::True => "“选中”，未选中的选项应当去掉",
            Self::Integer => "一个整数",
            Self::Fen => "以分为单位的整数金额",
            Self::Text => "一段文字",
            Self::Date => "一个日期（年-月-日）",
            Self::YesNo => "“是”或“否”",
            Self::Rows => "若干行",
            Self::Row => "一行内容",
        }
    }

    fn en(self) -> &'static str {
        match self {
            Self::Option => "one option code",
            Self::Choices => "an object of option code to true",
            Self::True => "true, or left out if it is not chosen",
            Self::Integer => "a whole number",
            Self::Fen => "money as a whole number of fen",
            Self::Text => "text",
            Self::Date => "a date, YYYY-MM-DD",
            Self::YesNo => "true or false",
            Self::Rows => "an object of row id to row",
            Self::Row => "an object of field to answer",
        }
    }
}

/// A problem without its place.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    WrongType(Expected),
    UnknownOption(String),
    NotADate,
    TooLong { max_chars: u32 },
    OutOfRange { min: i64, max: i64 },
    Required,
    NotAlone { option_zh: String, option: String },
    RuleError(RuleError),
}

impl Fault {
    fn code(&self) -> ProblemCode {
        match self {
            Self::WrongType(_) => ProblemCode::WrongType,
            Self::UnknownOption(_) => ProblemCode::UnknownOption,
            Self::NotADate => ProblemCode::NotADate,
            Self::TooLong { .. } => ProblemCode::TooLong,
            Self::OutOfRange { .. } => ProblemCode::OutOfRange,
            Self::Required => ProblemCode::Required,
            Self::NotAlone { .. } => ProblemCode::NotAlone,
            Self::RuleError(_) => ProblemCode::RuleError,
        }
    }

    fn zh(&self, label: &str) -> String {
        match self {
            Self::WrongType(expected) => format!("“{label}”应当是{}。", expected.zh()),
            Self::UnknownOption(code) => format!("“{label}”没有代码为“{}”的选项。", start(code)),
            Self::NotADate => format!("“{label}”不是有效日期，应写成“年-月-日”，如2026-03-01。"),
            Self::TooLong { max_chars } => format!("“{label}”最多{max_chars}个字。"),
            Self::OutOfRange { min, max } => format!("“{label}”应在{min}到{max}之间。"),
            Self::Required => format!("“{label}”还没有填写。"),
            Self::NotAlone { option_zh, .. } => {
                format!("“{label}”选了“{option_zh}”，就不能再选其他选项。")
            }
            Self::RuleError(error) => {
                format!("无法判断是否需要填写“{label}”（{}）。", error.as_str())
            }
        }
    }

    fn en(&self, id: &str) -> String {
        match self {
            Self::WrongType(expected) => format!("`{id}` must be {}.", expected.en()),
            Self::UnknownOption(code) => format!("`{id}` has no option `{}`.", start(code)),
            Self::NotADate => format!("`{id}` is not a day of the calendar; write YYYY-MM-DD."),
            Self::TooLong { max_chars } => {
                format!("`{id}` may have at most {max_chars} characters.")
            }
            Self::OutOfRange { min, max } => format!("`{id}` must be from {min} to {max}."),
            Self::Required => format!("`{id}` must be answered."),
            Self::NotAlone { option, .. } => {
                format!("`{id}` has `{option}`, which excludes every other option.")
            }
            Self::RuleError(error) => {
                format!("Whether `{id}` is asked cannot be worked out ({}).", error.as_str())
            }
        }
    }

    /// The problem that this is at a place; the label and the id name the question to people.
    pub(crate) fn at(&self, path: &str, label_zh: &str, id: &str) -> Problem {
        Problem { path: path.to_owned(), code: self.code(), zh: self.zh(label_zh), en: self.en(id) }
    }
}

/// Enough of a code to recognise it: what a client sends as one may be of any length.
fn start(code: &str) -> String {
    code.chars().take(64).collect()
}

/// A key as one step of a JSON pointer (RFC 6901): row ids are the client's and may hold anything.
pub(crate) fn pointer_step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
