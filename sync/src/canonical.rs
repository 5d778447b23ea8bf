//! The canonical text of a value (RFC 8785): the one that is hashed, stored and compared.

use crate::json::{Json, Object};
use std::fmt::Write;

/// The canonical text of a value.
pub fn to_text(value: &Json) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

/// Appends the canonical text of a value.
pub fn write_value(out: &mut String, value: &Json) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        Json::Real(number) => write_real(out, *number),
        Json::Text(text) => write_text(out, text),
        Json::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Json::Object(members) => write_object(out, members),
    }
}

/// Appends the canonical text of an object.
pub fn write_object(out: &mut String, members: &Object) {
    out.push('{');
    let mut first = true;
    let mut member = |key: &String, value: &Json| {
        if !first {
            out.push(',');
        }
        first = false;
        write_text(out, key);
        out.push(':');
        write_value(out, value);
    };
    if members.keys().any(|key| key.chars().any(|c| c >= '\u{E000}')) {
        // Keys are ordered by UTF-16 code units, which differs from the map's order (by scalar
        // value) only from U+E000 on.
        let mut sorted: Vec<_> = members.iter().collect();
        sorted.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
        sorted.into_iter().for_each(|(key, value)| member(key, value));
    } else {
        members.iter().for_each(|(key, value)| member(key, value));
    }
    out.push('}');
}

/// Appends a string with the escapes that RFC 8785 requires, and no others.
pub fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x09 => "\\t",
            0x0A => "\\n",
            0x0C => "\\f",
            0x0D => "\\r",
            0..=0x1F => "",
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
        plain_from = at + 1;
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

/// A number as ECMAScript's `Number::toString` writes it: the shortest digits that read back the
/// same, laid out by ECMAScript's thresholds.
fn write_real(out: &mut String, number: f64) {
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    if number < 0.0 {
        out.push('-');
    }
    if point > 0 {
        // A number with a fraction lies below 2^53, so the point falls inside the digits.
        let split = usize::try_from(point).unwrap_or(0).min(digits.len());
        let _ = write!(out, "{}.{}", &digits[..split], &digits[split..]);
    } else if point > -6 {
        out.push_str("0.");
        (point..0).for_each(|_| out.push('0'));
        out.push_str(&digits);
    } else {
        out.push_str(&digits[..1]);
        if digits.len() > 1 {
            let _ = write!(out, ".{}", &digits[1..]);
        }
        let _ = write!(out, "e{:+}", point - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_ecmascript_writes_them() {
        for (given, wanted) in [
            ("0.1", "0.1"),
            ("333333333.33333329", "333333333.3333333"),
            ("1e-7", "1e-7"),
            ("0.000001", "0.000001"),
            ("0.002", "0.002"),
            ("-4.50", "-4.5"),
            ("1.25e-10", "1.25e-10"),
            ("4503599627370495.5", "4503599627370495.5"),
        ] {
            let value = Json::parse(given).expect(given);
            assert_eq!(to_text(&value), wanted);
        }
    }

    #[test]
    fn keys_are_ordered_by_utf16_code_units() {
        let value =
            Json::parse(r#"{"\ufb33":1,"\ud83d\ude00":2,"\u20ac":3,"a":4}"#).expect("valid");
        assert_eq!(to_text(&value), "{\"a\":4,\"€\":3,\"😀\":2,\"\u{fb33}\":1}");
    }

    #[test]
    fn only_the_escapes_of_the_standard_are_written() {
        let value = Json::parse(r#""\u001f\u007f\u2028/\"\\\n入户""#).expect("valid");
        assert_eq!(to_text(&value), "\"\\u001f\u{7f}\u{2028}/\\\"\\\\\\n入户\"");
    }
}
