//! Days of the proleptic Gregorian calendar, as text.

/// Whether the text is exactly `YYYY-MM-DD` and such a day exists (years 0001 to 9999).
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let (Some(year), Some(month), Some(day)) =
        (digits(&bytes[0..4]), digits(&bytes[5..7]), digits(&bytes[8..10]))
    else {
        return false;
    };
    year >= 1 && day >= 1 && day <= days_in_month(year, month)
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
    })
}

/// 0 for a month that does not exist, so that no day of it does.
fn days_in_month(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn days_of_the_calendar_are_dates() {
        for day in ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01"] {
            assert!(is_date(day), "{day}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_no_dates() {
        for day in [
            "2023-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "0000-01-01",
        ] {
            assert!(!is_date(day), "{day}");
        }
    }

    #[test]
    fn another_spelling_is_no_date() {
        for day in [
            "",
            "2026-1-1",
            "2026/01/01",
            "26-01-01",
            "2026-01-01T00:00",
            "+026-01-01",
            "２０２6-01",
        ] {
            assert!(!is_date(day), "{day}");
        }
    }
}
