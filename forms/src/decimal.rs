//! Numbers with a fixed count of decimals, as text: exact in every language.

/// The number in units of its last decimal. None: not a decimal of this scale. `Some(None)`: one, but larger than
/// any that a form could allow.
pub(crate) fn read(text: &str, scale: u32) -> Option<Option<i128>> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, decimals) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, decimals)) => (whole, decimals),
        None => (digits, ""),
    };
    let scale = scale as usize;
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty() || leading_zero || decimals.len() > scale {
        return None;
    }
    if !is_number(whole) || !is_number(decimals) {
        return None;
    }
    // 2^53 has 16 digits, so no longer number is within bounds.
    if whole.len() > 20 {
        return Some(None);
    }
    let units = format!("{whole}{decimals:0<scale$}").parse::<i128>().ok()?;
    Some(Some(if negative { -units } else { units }))
}

/// A decimal of this scale with all its decimals, if the text is one: 45.5 and 45.50 are one number.
pub fn normal(text: &str, scale: u32) -> Option<String> {
    Some(write(read(text, scale)??.try_into().ok()?, scale))
}

/// The number as people write it.
pub(crate) fn write(units: i64, scale: u32) -> String {
    let one = 10_i64.pow(scale);
    let sign = if units < 0 { "-" } else { "" };
    let (units, width) = (units.unsigned_abs(), scale as usize);
    let one = one.unsigned_abs();
    format!("{sign}{}.{:0width$}", units / one, units % one)
}

#[cfg(test)]
mod tests {
    use super::{normal, read, write};

    #[test]
    fn decimals_are_read_in_units_of_the_last_one() {
        for (text, units) in [("0", 0), ("34.2", 3420), ("34.25", 3425), ("-0.05", -5), ("-0", 0)] {
            assert_eq!(read(text, 2), Some(Some(units)), "{text}");
        }
        assert_eq!(read("123456789012345678901", 2), Some(None));
    }

    #[test]
    fn one_number_is_written_in_one_way() {
        for (text, written) in
            [("45.5", "45.50"), ("45.50", "45.50"), ("45", "45.00"), ("-0", "0.00")]
        {
            assert_eq!(normal(text, 2).as_deref(), Some(written));
        }
        assert_eq!(normal("123456789012345678901", 2), None);
        assert_eq!(normal("unknown", 2), None);
    }

    #[test]
    fn another_spelling_is_no_decimal() {
        for text in ["", "-", ".5", "5.", "05", "1.234", "1,5", "+1", " 1", "1e3", "１"] {
            assert_eq!(read(text, 2), None, "{text}");
        }
    }

    #[test]
    fn units_are_written_with_all_their_decimals() {
        assert_eq!(write(3420, 2), "34.20");
        assert_eq!(write(-5, 2), "-0.05");
        assert_eq!(write(9_007_199_254_740_991, 6), "9007199254.740991");
    }
}
