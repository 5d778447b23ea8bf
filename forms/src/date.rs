//! Days of the proleptic Gregorian calendar.

use std::fmt;

/// A day of the years 0001 to 9999; shown as `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: i64,
    month: i64,
    day: i64,
}

impl Day {
    /// The day, if the text is exactly `YYYY-MM-DD` and such a day exists.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        Self::of(digits(&bytes[0..4])?, digits(&bytes[5..7])?, digits(&bytes[8..10])?)
    }

    /// The day of this year, month and number in it, if it exists.
    pub(crate) fn of(year: i64, month: i64, day: i64) -> Option<Self> {
        let exists = year >= 1 && day >= 1 && day <= days_in_month(year, month);
        exists.then_some(Self { year, month, day })
    }

    /// How often month and day are reached again after this day, up to `to`.
    pub(crate) fn years_until(self, to: Self) -> i64 {
        if to < self {
            return -to.years_until(self);
        }
        let reached = (to.month, to.day) >= (self.month, self.day);
        to.year - self.year - i64::from(!reached)
    }

    pub(crate) fn days_until(self, to: Self) -> i64 {
        to.number() - self.number()
    }

    /// Days since a fixed one. Years begin in March here, so that the leap day is the last of its year.
    fn number(self) -> i64 {
        let before_march = self.month < 3;
        let year = self.year - i64::from(before_march);
        let month = if before_march { self.month + 9 } else { self.month - 3 };
        let in_year = (153 * month + 2) / 5 + self.day;
        365 * year + year / 4 - year / 100 + year / 400 + in_year
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The number that ASCII digits spell.
pub(crate) fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0_i64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// 0 for a month that does not exist, so that no day of it does.
fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
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
    use super::Day;

    fn day(text: &str) -> Day {
        Day::read(text).expect("a day")
    }

    #[test]
    fn days_of_the_calendar_are_dates() {
        for text in ["2024-02-29", "2000-02-29", "2026-12-31", "0001-01-01"] {
            assert_eq!(day(text).to_string(), text);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_no_dates() {
        for text in [
            "2023-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "0000-01-01",
        ] {
            assert_eq!(Day::read(text), None, "{text}");
        }
    }

    #[test]
    fn another_spelling_is_no_date() {
        for text in [
            "",
            "2026-1-1",
            "2026/01/01",
            "26-01-01",
            "2026-01-01T00:00",
            "+026-01-01",
            "２０２6-01",
        ] {
            assert_eq!(Day::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_year_is_whole_when_month_and_day_are_reached_again() {
        let years = |from, to| day(from).years_until(day(to));
        assert_eq!(years("1966-11-24", "2026-11-23"), 59);
        assert_eq!(years("1966-11-24", "2026-11-24"), 60);
        assert_eq!(years("2004-02-29", "2023-02-28"), 18);
        assert_eq!(years("2004-02-29", "2023-03-01"), 19);
        assert_eq!(years("2004-02-29", "2024-02-29"), 20);
        assert_eq!(years("2026-11-24", "1966-11-24"), -60);
    }

    #[test]
    fn days_are_counted_over_leap_days_and_centuries() {
        let days = |from, to| day(from).days_until(day(to));
        assert_eq!(days("2024-02-28", "2024-03-01"), 2);
        assert_eq!(days("2023-02-28", "2023-03-01"), 1);
        assert_eq!(days("1900-02-28", "1900-03-01"), 1);
        assert_eq!(days("2000-01-01", "2001-01-01"), 366);
        assert_eq!(days("2026-01-01", "2025-12-31"), -1);
        assert_eq!(days("0001-01-01", "9999-12-31"), 3_652_058);
    }
}
