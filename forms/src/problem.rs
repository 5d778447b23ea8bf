//! The problems of a set of answers, for programs and for people.

use serde::{Deserialize, Serialize};

use crate::id_number::IdNumberFault;
use crate::value::RuleError;

/// One problem of a set of answers.
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

/// The code of a problem; its names are stable.
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
    /// Not a number with so many decimals, as text.
    NotADecimal,
    /// Not 17 digits and a digit or X.
    IdNoMalformed,
    /// The birth date in a citizen's number does not exist.
    IdNoBirthDate,
    /// The check digit of a citizen's number does not fit.
    IdNoCheckDigit,
    /// Not a division code of so many digits.
    AreaCodeExpected,
    /// Not the name of a record.
    RecordExpected,
    /// Not a point on the earth.
    LocationExpected,
    /// More rows than allowed.
    TooManyRows,
    /// Only in a submission: there is no answer, and there must be one.
    Required,
    /// Only in a submission: an option that contradicts every other one is not the only one.
    NotAlone,
    /// Only in a submission: it names a row that is not there.
    UnknownRow,
    /// Only in a submission: whether the question is asked, or whether a check holds, cannot be worked out.
    RuleError,
    /// Only in a submission: a check of the form does not hold.
    CheckFailed,
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
            Self::NotADecimal => "not_a_decimal",
            Self::IdNoMalformed => "id_no_malformed",
            Self::IdNoBirthDate => "id_no_birth_date",
            Self::IdNoCheckDigit => "id_no_check_digit",
            Self::AreaCodeExpected => "area_code_expected",
            Self::RecordExpected => "record_expected",
            Self::LocationExpected => "location_expected",
            Self::TooManyRows => "too_many_rows",
            Self::Required => "required",
            Self::NotAlone => "not_alone",
            Self::UnknownRow => "unknown_row",
            Self::RuleError => "rule_error",
            Self::CheckFailed => "check_failed",
        }
    }
}

/// What a value should have been, if it has the wrong type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expected {
    Option,
    Choices,
    True,
    Integer,
    Decimal,
    Fen,
    Text,
    Date,
    YesNo,
    IdNumber,
    AreaCode,
    Record,
    Location,
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
            Self::Decimal => "一个写成文字的小数",
            Self::Fen => "以分为单位的整数金额",
            Self::Text => "一段文字",
            Self::Date => "一个日期（年-月-日）",
            Self::YesNo => "“是”或“否”",
            Self::IdNumber => "一个公民身份号码",
            Self::AreaCode => "一个区划代码",
            Self::Record => "一个附件",
            Self::Location => "一个位置",
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
            Self::Decimal => "a decimal number as text",
            Self::Fen => "money as a whole number of fen",
            Self::Text => "text",
            Self::Date => "a date, YYYY-MM-DD",
            Self::YesNo => "true or false",
            Self::IdNumber => "a citizen's number as text",
            Self::AreaCode => "a division code as text",
            Self::Record => "the name of an attachment record",
            Self::Location => "[latitude_e6, longitude_e6, accuracy_m]",
            Self::Rows => "an object of row id to row",
            Self::Row => "a row",
        }
    }
}

/// A problem without its place.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    WrongType(Expected),
    UnknownOption(String),
    NotADate,
    NotADecimal {
        scale: u32,
    },
    TooLong {
        max_chars: u32,
    },
    OutOfRange {
        min: String,
        max: String,
    },
    IdNumber(IdNumberFault),
    AreaCode {
        digits: usize,
    },
    Record,
    Location,
    TooManyRows {
        max_rows: usize,
    },
    Required,
    NotAlone {
        option_zh: String,
        option: String,
    },
    UnknownRow,
    /// Whether the question is asked.
    AskedError(RuleError),
    /// Whether a check holds.
    CheckError(RuleError),
    CheckFailed {
        zh: String,
        en: String,
    },
}

impl Fault {
    fn code(&self) -> ProblemCode {
        match self {
            Self::WrongType(_) => ProblemCode::WrongType,
            Self::UnknownOption(_) => ProblemCode::UnknownOption,
            Self::NotADate => ProblemCode::NotADate,
            Self::NotADecimal { .. } => ProblemCode::NotADecimal,
            Self::TooLong { .. } => ProblemCode::TooLong,
            Self::OutOfRange { .. } => ProblemCode::OutOfRange,
            Self::IdNumber(IdNumberFault::Malformed) => ProblemCode::IdNoMalformed,
            Self::IdNumber(IdNumberFault::BirthDate) => ProblemCode::IdNoBirthDate,
            Self::IdNumber(IdNumberFault::CheckDigit) => ProblemCode::IdNoCheckDigit,
            Self::AreaCode { .. } => ProblemCode::AreaCodeExpected,
            Self::Record => ProblemCode::RecordExpected,
            Self::Location => ProblemCode::LocationExpected,
            Self::TooManyRows { .. } => ProblemCode::TooManyRows,
            Self::Required => ProblemCode::Required,
            Self::NotAlone { .. } => ProblemCode::NotAlone,
            Self::UnknownRow => ProblemCode::UnknownRow,
            Self::AskedError(_) | Self::CheckError(_) => ProblemCode::RuleError,
            Self::CheckFailed { .. } => ProblemCode::CheckFailed,
        }
    }

    fn zh(&self, label: &str) -> String {
        match self {
            Self::WrongType(expected) => format!("“{label}”应当是{}。", expected.zh()),
            Self::UnknownOption(code) => format!("“{label}”没有代码为“{}”的选项。", start(code)),
            Self::NotADate => format!("“{label}”不是有效日期，应写成“年-月-日”，如2026-03-01。"),
            Self::NotADecimal { scale } => format!("“{label}”应当是最多{scale}位小数的数字。"),
            Self::TooLong { max_chars } => format!("“{label}”最多{max_chars}个字。"),
            Self::OutOfRange { min, max } => format!("“{label}”应在{min}到{max}之间。"),
            Self::IdNumber(IdNumberFault::Malformed) => {
                format!("“{label}”应当是18位：17位数字和最后一位数字或大写X。请对照证件核对。")
            }
            Self::IdNumber(IdNumberFault::BirthDate) => {
                format!("“{label}”中的出生日期不存在。请对照证件核对。")
            }
            Self::IdNumber(IdNumberFault::CheckDigit) => {
                format!("“{label}”的最后一位与前面不符。请对照证件核对。")
            }
            Self::AreaCode { digits } => format!("“{label}”应当是{digits}位数字的区划代码。"),
            Self::Record => format!("“{label}”应当指向一个附件。请重新拍摄或签名。"),
            Self::Location => format!("“{label}”不是有效位置。请重新定位。"),
            Self::TooManyRows { max_rows } => format!("“{label}”最多{max_rows}行。"),
            Self::Required => format!("“{label}”还没有填写。"),
            Self::NotAlone { option_zh, .. } => {
                format!("“{label}”选了“{option_zh}”，就不能再选其他选项。")
            }
            Self::UnknownRow => format!("“{label}”指向的那一行已不存在。请重新选择。"),
            Self::AskedError(error) => {
                format!("无法判断是否需要填写“{label}”（{}）。", error.zh())
            }
            Self::CheckError(error) => format!("无法核对“{label}”（{}）。", error.zh()),
            Self::CheckFailed { zh, .. } => zh.clone(),
        }
    }

    fn en(&self, id: &str) -> String {
        match self {
            Self::WrongType(expected) => format!("`{id}` must be {}.", expected.en()),
            Self::UnknownOption(code) => format!("`{id}` has no option `{}`.", start(code)),
            Self::NotADate => format!("`{id}` is not a day of the calendar; write YYYY-MM-DD."),
            Self::NotADecimal { scale } => {
                format!("`{id}` must be a number of at most {scale} decimals, as text.")
            }
            Self::TooLong { max_chars } => {
                format!("`{id}` may have at most {max_chars} characters.")
            }
            Self::OutOfRange { min, max } => format!("`{id}` must be from {min} to {max}."),
            Self::IdNumber(IdNumberFault::Malformed) => {
                format!("`{id}` must be 17 digits and a digit or X; compare it with the document.")
            }
            Self::IdNumber(IdNumberFault::BirthDate) => {
                format!("The birth date in `{id}` does not exist.")
            }
            Self::IdNumber(IdNumberFault::CheckDigit) => {
                format!("The last digit of `{id}` does not fit; compare it with the document.")
            }
            Self::AreaCode { digits } => {
                format!("`{id}` must be a division code of {digits} digits.")
            }
            Self::Record => format!("`{id}` must name an attachment record."),
            Self::Location => {
                format!("`{id}` must be [latitude_e6, longitude_e6, accuracy_m].")
            }
            Self::TooManyRows { max_rows } => format!("`{id}` may have at most {max_rows} rows."),
            Self::Required => format!("`{id}` must be answered."),
            Self::NotAlone { option, .. } => {
                format!("`{id}` has `{option}`, which excludes every other option.")
            }
            Self::UnknownRow => format!("`{id}` names a row that is not there; choose again."),
            Self::AskedError(error) => {
                format!("Whether `{id}` is asked cannot be worked out ({}).", error.as_str())
            }
            Self::CheckError(error) => {
                format!("`{id}` cannot be checked ({}).", error.as_str())
            }
            Self::CheckFailed { en, .. } => en.clone(),
        }
    }

    /// The problem that this is at a place; the label and the id name the question to people.
    pub(crate) fn at(&self, path: &str, label_zh: &str, id: &str) -> Problem {
        Problem { path: path.to_owned(), code: self.code(), zh: self.zh(label_zh), en: self.en(id) }
    }
}

/// Enough of a code to recognise it: a client may send one of any length.
fn start(code: &str) -> String {
    code.chars().take(64).collect()
}

/// A key as one step of a JSON pointer (RFC 6901): row ids are the client's and may contain
/// anything.
pub(crate) fn pointer_step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
