//! One answer under its question's kind: what it holds, or what is wrong with it.

use serde_json::{Map, Value};

use crate::INTEGER_MAX;
use crate::date::is_date;
use crate::form::{ChoiceOption, Kind};
use crate::problem::{Expected, Fault};

/// An answer that is of its question's kind and holds something.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer<'a> {
    Int(i64),
    Bool(bool),
    Code(&'a str),
    Options(&'a Map<String, Value>),
    /// Rules only ask whether it is there.
    Present,
}

/// Reads a leaf. `Ok(None)`: of its kind but holding nothing (blank text), the same as no answer.
pub(crate) fn read_leaf<'a>(kind: &Kind, value: &'a Value) -> Result<Option<Answer<'a>>, Fault> {
    match kind {
        Kind::Choice { options } => {
            let code = text(value, Expected::Option)?;
            if is_option(options, code) {
                Ok(Some(Answer::Code(code)))
            } else {
                Err(Fault::UnknownOption(code.to_owned()))
            }
        }
        Kind::Integer { min, max } => integer(value, *min, *max, Expected::Integer),
        Kind::Fen {} => integer(value, 0, INTEGER_MAX, Expected::Fen),
        Kind::Text { max_chars } => {
            let text = text(value, Expected::Text)?;
            // Counting stops at the bound: an overlong text costs no more than a whole one.
            if text.chars().nth(*max_chars as usize).is_some() {
                return Err(Fault::TooLong { max_chars: *max_chars });
            }
            let blank = text.chars().all(char::is_whitespace);
            Ok((!blank).then_some(Answer::Present))
        }
        Kind::Date {} => {
            if is_date(text(value, Expected::Date)?) {
                Ok(Some(Answer::Present))
            } else {
                Err(Fault::NotADate)
            }
        }
        Kind::YesNo {} => match value {
            Value::Bool(value) => Ok(Some(Answer::Bool(*value))),
            _ => Err(Fault::WrongType(Expected::YesNo)),
        },
        Kind::Choices { .. } => Err(Fault::WrongType(Expected::Choices)),
        Kind::Rows { .. } => Err(Fault::WrongType(Expected::Rows)),
    }
}

/// What is wrong with one entry of several choices.
pub(crate) fn option_fault(options: &[ChoiceOption], code: &str, value: &Value) -> Option<Fault> {
    if !is_option(options, code) {
        Some(Fault::UnknownOption(code.to_owned()))
    } else if *value != Value::Bool(true) {
        Some(Fault::WrongType(Expected::True))
    } else {
        None
    }
}

/// The entries of an object by key, in code-point order: what follows must not depend on the order of arrival.
pub(crate) fn sorted(map: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

fn is_option(options: &[ChoiceOption], code: &str) -> bool {
    options.iter().any(|option| option.code == code)
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
        _ => Err(Fault::OutOfRange { min, max }),
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
