//! One answer, read as its question's kind.

use serde_json::{Map, Value};

use crate::INTEGER_MAX;
use crate::date::Day;
use crate::decimal;
use crate::id_number::{IdNumber, id_number};
use crate::problem::{Expected, Fault};
use crate::question::{ChoiceOption, Kind, Question};

/// An answer that is of its question's kind and holds something.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer<'a> {
    Int(i64),
    Bool(bool),
    Code {
        code: &'a str,
        score: Option<i64>,
    },
    Day(Day),
    Row(&'a str),
    IdNumber(IdNumber),
    Options(&'a Map<String, Value>),
    /// "unknown" or "refused".
    Unsaid(&'static str),
    /// Rules only ask whether it is there.
    Present,
}

/// Parses a leaf. `Ok(None)`: of its kind but empty (blank text), the same as no answer.
pub(crate) fn read_leaf<'a>(
    question: &Question,
    value: &'a Value,
) -> Result<Option<Answer<'a>>, Fault> {
    if let Some(unsaid) = value.as_str().and_then(|text| question.unsaid(text)) {
        return Ok(Some(Answer::Unsaid(unsaid.as_str())));
    }
    read_kind(&question.kind, value)
}

fn read_kind<'a>(kind: &Kind, value: &'a Value) -> Result<Option<Answer<'a>>, Fault> {
    match kind {
        Kind::Choice { options } => {
            let code = text(value, Expected::Option)?;
            match options.iter().find(|option| option.code == code) {
                Some(option) => Ok(Some(Answer::Code { code, score: option.score })),
                None => Err(Fault::UnknownOption(code.to_owned())),
            }
        }
        Kind::Integer { min, max } => integer(value, *min, *max, Expected::Integer),
        Kind::Fen {} => integer(value, 0, INTEGER_MAX, Expected::Fen),
        Kind::Decimal { scale, min, max } => {
            let units = decimal::read(text(value, Expected::Decimal)?, *scale);
            let in_bounds = |units: &i128| (i128::from(*min)..=i128::from(*max)).contains(units);
            match units {
                None => Err(Fault::NotADecimal { scale: *scale }),
                Some(units) => match units.filter(in_bounds).map(i64::try_from) {
                    Some(Ok(units)) => Ok(Some(Answer::Int(units))),
                    _ => Err(Fault::OutOfRange {
                        min: decimal::write(*min, *scale),
                        max: decimal::write(*max, *scale),
                    }),
                },
            }
        }
        Kind::Text { max_chars } => {
            let text = text(value, Expected::Text)?;
            // Counting stops at the bound: an overlong text costs no more than a whole one.
            if text.chars().nth(*max_chars as usize).is_some() {
                return Err(Fault::TooLong { max_chars: *max_chars });
            }
            Ok((!is_blank(text)).then_some(Answer::Present))
        }
        Kind::Date {} => {
            let day = Day::read(text(value, Expected::Date)?);
            day.map(|day| Some(Answer::Day(day))).ok_or(Fault::NotADate)
        }
        Kind::YesNo {} => match value {
            Value::Bool(value) => Ok(Some(Answer::Bool(*value))),
            _ => Err(Fault::WrongType(Expected::YesNo)),
        },
        Kind::IdNumber {} => match id_number(text(value, Expected::IdNumber)?) {
            Ok(number) => Ok(Some(Answer::IdNumber(number))),
            Err(fault) => Err(Fault::IdNumber(fault)),
        },
        Kind::AreaCode { digits } => {
            let code = text(value, Expected::AreaCode)?;
            let fits = code.len() == *digits && code.bytes().all(|byte| byte.is_ascii_digit());
            fits.then_some(Some(Answer::Present)).ok_or(Fault::AreaCode { digits: *digits })
        }
        Kind::Photo {} | Kind::Signature {} => {
            let name = text(value, Expected::Record)?;
            is_uuid(name).then_some(Some(Answer::Present)).ok_or(Fault::Record)
        }
        Kind::Location {} if !value.is_array() => Err(Fault::WrongType(Expected::Location)),
        Kind::Location {} => {
            is_location(value).then_some(Some(Answer::Present)).ok_or(Fault::Location)
        }
        Kind::RowOf { .. } => {
            let row = text(value, Expected::Row)?;
            Ok((!is_blank(row)).then_some(Answer::Row(row)))
        }
        Kind::Choices { .. } => Err(Fault::WrongType(Expected::Choices)),
        Kind::Rows { .. } => Err(Fault::WrongType(Expected::Rows)),
    }
}

/// The problem of one entry of several choices.
pub(crate) fn option_fault(options: &[ChoiceOption], code: &str, value: &Value) -> Option<Fault> {
    if !options.iter().any(|option| option.code == code) {
        Some(Fault::UnknownOption(code.to_owned()))
    } else if *value != Value::Bool(true) {
        Some(Fault::WrongType(Expected::True))
    } else {
        None
    }
}

/// The entries of an object by key, in code-point order: results must not depend on the order of
/// arrival.
pub(crate) fn sorted(map: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}

/// In one spelling, so that no record has two names: lower case, with hyphens.
fn is_uuid(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

fn is_location(value: &Value) -> bool {
    let within = |value: &Value, min: i128, max: i128| {
        whole_number(value).is_some_and(|number| (min..=max).contains(&number))
    };
    match value.as_array().map(Vec::as_slice) {
        Some([latitude, longitude, accuracy]) => {
            within(latitude, -90_000_000, 90_000_000)
                && within(longitude, -180_000_000, 180_000_000)
                && within(accuracy, 0, 1_000_000)
        }
        _ => false,
    }
}

fn text(value: &Value, expected: Expected) -> Result<&str, Fault> {
    value.as_str().ok_or(Fault::WrongType(expected))
}

fn integer(
    value: &Value,
    min: i64,
    max: i64,
    expected: Expected,
) -> Result<Option<Answer<'static>>, Fault> {
    let number = whole_number(value).ok_or(Fault::WrongType(expected))?;
    match i64::try_from(number) {
        Ok(number) if (min..=max).contains(&number) => Ok(Some(Answer::Int(number))),
        _ => Err(Fault::OutOfRange { min: min.to_string(), max: max.to_string() }),
    }
}

/// A number without a fraction, however it is spelt: 3, 3.0 and 3e0 are one number in canonical JSON (RFC 8785),
/// so they are one answer.
fn whole_number(value: &Value) -> Option<i128> {
    let Value::Number(number) = value else {
        return None;
    };
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)).or_else(|| {
        let number = number.as_f64()?;
        (number.fract() == 0.0).then_some(number as i128)
    })
}
