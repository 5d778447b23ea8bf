//! The types of fields' values, and the problems of a value of another type. The codes are shared
//! with the forms where the fault is the same, so that a tablet knows one list.

use crate::days::{day, day_of};
use crate::identity;
use chrono::{DateTime, NaiveDate};
use ruhu_sync::id::{Instant, RecordId};
use ruhu_sync::json::Json;

/// A code and what people read for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// What documents hold.
    pub code: &'static str,
    /// What people read.
    pub label_zh: &'static str,
}

/// A code and its label.
pub(crate) const fn c(code: &'static str, label_zh: &'static str) -> Code {
    Code { code, label_zh }
}

/// What one value may be.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// Text of at most this many characters.
    Text {
        /// How many (Unicode scalar values).
        max_chars: usize,
    },
    /// A number or code of at most this many characters that nobody computes with: a phone, the
    /// number of a paper.
    Figures {
        /// How many (Unicode scalar values).
        max_chars: usize,
    },
    /// A whole number, both bounds included.
    Integer {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// Money: a whole number of fen, 0 or more.
    Fen,
    /// A day as `YYYY-MM-DD`.
    Day,
    /// A day that has come, as `YYYY-MM-DD`.
    PastDay,
    /// An instant as RFC 3339, with its offset.
    Instant,
    /// An instant that has come, as RFC 3339, with its offset.
    PastInstant,
    /// One of these codes.
    Code(&'static [Code]),
    /// A division code of 12 digits.
    AreaCode,
    /// A citizen's number (GB 11643), which must agree with the sibling fields named here.
    IdNumber {
        /// The sibling that holds the birth date.
        birth_date: &'static str,
        /// The sibling that holds the sex (GB/T 2261.1).
        sex: &'static str,
    },
    /// A UUID with hyphens: a person with an account, a device.
    Uuid,
    /// `true` or `false`.
    YesNo,
    /// The name of another record, of one of these kinds; of any, if none is named.
    Record(&'static [&'static str]),
    /// A SHA-256 in lower-case hexadecimal.
    Sha256,
    /// The proof of a PIN: 64 bytes in lower-case hexadecimal.
    Proof,
    /// A list of places in a document, as JSON pointers; only the server writes one.
    Paths,
}

impl Value {
    /// The problem of a value, as a stable code. An event is no later than the day after `today`,
    /// because the clocks of tablets are not exact.
    pub fn fault(&self, value: &Json, today: NaiveDate) -> Option<&'static str> {
        let is_to_come = |day: NaiveDate| today.succ_opt().is_some_and(|last| day > last);
        match self {
            Self::Text { max_chars } | Self::Figures { max_chars } => text(value, *max_chars),
            Self::Integer { min, max } => integer(value, *min, *max, "integer_expected"),
            Self::Fen => integer(value, 0, i64::MAX, "fen_expected"),
            Self::Day => test(value, "not_a_date", |text| day(text).is_some()),
            Self::PastDay => match value.as_text().and_then(day) {
                None => Some("not_a_date"),
                Some(day) => is_to_come(day).then_some("in_future"),
            },
            Self::Instant => test(value, "instant_expected", |text| instant(text).is_some()),
            Self::PastInstant => match value.as_text().and_then(instant) {
                None => Some("instant_expected"),
                Some(instant) => is_to_come(day_of(instant)).then_some("in_future"),
            },
            Self::Code(codes) => test(value, "unknown_option", |text| has_code(codes, text)),
            Self::AreaCode => test(value, "area_code_expected", |text| {
                text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
            }),
            Self::IdNumber { .. } => match value.as_text() {
                Some(text) => match identity::id_number(text) {
                    Err(fault) => Some(fault.code()),
                    Ok(number) => {
                        let born = day(&number.birth_date.to_string());
                        born.is_some_and(is_to_come).then_some("in_future")
                    }
                },
                None => Some("text_expected"),
            },
            Self::Uuid => test(value, "uuid_expected", is_uuid),
            Self::YesNo => (!matches!(value, Json::Bool(_))).then_some("yes_no_expected"),
            Self::Record(_) => test(value, "record_expected", is_uuid),
            Self::Paths => (!matches!(value, Json::List(_))).then_some("list_expected"),
            Self::Sha256 => test(value, "sha256_expected", |text| is_hex(text, 64)),
            Self::Proof => test(value, "proof_expected", |text| is_hex(text, 128)),
        }
    }

    /// The possible codes, where they are a closed list.
    pub(crate) fn possible(&self) -> &'static [Code] {
        match self {
            Self::Code(codes) => codes,
            _ => &[],
        }
    }
}

/// Reads an instant.
fn instant(text: &str) -> Option<Instant> {
    let read = DateTime::parse_from_rfc3339(text).ok()?;
    Some(Instant(read.timestamp_micros()))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// Whether a list has a code.
pub(crate) fn has_code(codes: &[Code], code: &str) -> bool {
    codes.iter().any(|known| known.code == code)
}

fn test(
    value: &Json,
    fault: &'static str,
    holds: impl FnOnce(&str) -> bool,
) -> Option<&'static str> {
    (!value.as_text().is_some_and(holds)).then_some(fault)
}

fn text(value: &Json, max_chars: usize) -> Option<&'static str> {
    let Some(text) = value.as_text() else {
        return Some("text_expected");
    };
    // Counting stops at the bound: an overlong text costs no more than a whole one.
    text.chars().nth(max_chars).map(|_| "too_long")
}

fn integer(value: &Json, min: i64, max: i64, fault: &'static str) -> Option<&'static str> {
    match value.as_integer() {
        None => Some(fault),
        Some(number) => (!(min..=max).contains(&number)).then_some("out_of_range"),
    }
}

fn is_uuid(text: &str) -> bool {
    RecordId::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(value: Value, json: &str) -> Option<&'static str> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
        value.fault(&Json::parse(json).expect("json"), today)
    }

    #[test]
    fn text_is_counted_in_characters_not_bytes() {
        let two = Value::Text { max_chars: 2 };
        assert_eq!(fault(two, "\"王𬍛\""), None);
        assert_eq!(fault(two, "\"测试戊\""), Some("too_long"));
        assert_eq!(fault(two, "1"), Some("text_expected"));
    }

    #[test]
    fn an_integer_lies_within_both_bounds() {
        let grade = Value::Integer { min: 1, max: 4 };
        for (json, wanted) in [
            ("0", Some("out_of_range")),
            ("1", None),
            ("4", None),
            ("5", Some("out_of_range")),
            ("1.5", Some("integer_expected")),
            ("\"1\"", Some("integer_expected")),
        ] {
            assert_eq!(fault(grade, json), wanted, "{json}");
        }
    }

    #[test]
    fn money_is_whole_fen_and_never_less_than_nothing() {
        assert_eq!(fault(Value::Fen, "0"), None);
        assert_eq!(fault(Value::Fen, "320000"), None);
        assert_eq!(fault(Value::Fen, "-1"), Some("out_of_range"));
        assert_eq!(fault(Value::Fen, "3200.5"), Some("fen_expected"));
        assert_eq!(fault(Value::Fen, "\"320000\""), Some("fen_expected"));
    }

    #[test]
    fn a_day_is_a_day_of_the_calendar_with_all_its_digits() {
        for (json, wanted) in [
            ("\"2024-02-29\"", None),
            ("\"2026-02-29\"", Some("not_a_date")),
            ("\"2026-2-09\"", Some("not_a_date")),
            ("\"2026-11-231\"", Some("not_a_date")),
            ("\"+026-11-23\"", Some("not_a_date")),
            ("20261123", Some("not_a_date")),
        ] {
            assert_eq!(fault(Value::Day, json), wanted, "{json}");
        }
    }

    #[test]
    fn an_instant_names_its_offset() {
        assert_eq!(fault(Value::Instant, "\"2026-11-23T09:30:00+08:00\""), None);
        assert_eq!(fault(Value::Instant, "\"2026-11-23T09:30:00\""), Some("instant_expected"));
    }

    #[test]
    fn an_area_code_has_twelve_digits() {
        assert_eq!(fault(Value::AreaCode, "\"110102001001\""), None);
        assert_eq!(fault(Value::AreaCode, "\"11010200100\""), Some("area_code_expected"));
        assert_eq!(fault(Value::AreaCode, "\"11010200100a\""), Some("area_code_expected"));
    }

    #[test]
    fn the_other_types_refuse_what_is_none_of_theirs() {
        let yes = "true";
        assert_eq!(fault(Value::YesNo, yes), None);
        assert_eq!(fault(Value::YesNo, "\"yes\""), Some("yes_no_expected"));
        assert_eq!(fault(Value::Record(&[]), yes), Some("record_expected"));
        assert_eq!(fault(Value::Uuid, "\"0192\""), Some("uuid_expected"));
        let hash = format!("\"{}\"", "a0".repeat(32));
        assert_eq!(fault(Value::Sha256, &hash), None);
        assert_eq!(fault(Value::Sha256, &hash.to_uppercase()), Some("sha256_expected"));
        const CODES: &[Code] = &[c("1", "男"), c("2", "女")];
        let codes = Value::Code(CODES);
        assert_eq!(fault(codes, "\"2\""), None);
        assert_eq!(fault(codes, "\"3\""), Some("unknown_option"));
        assert_eq!(fault(codes, "2"), Some("unknown_option"));
    }
}
