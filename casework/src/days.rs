//! Days and times in Beijing, by which rights, deadlines and rules are judged.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat};
use chrono_tz::Tz;
use ruhu_sync::id::Instant;

// The first and the last instant of the years that dates write with four digits.
const YEAR_1_US: i64 = -62_135_596_800_000_000;
const YEAR_9999_END_US: i64 = 253_402_214_399_999_999;

/// An instant in Beijing.
pub fn in_beijing(instant: Instant) -> DateTime<Tz> {
    let micros = instant.0.clamp(YEAR_1_US, YEAR_9999_END_US);
    let utc = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    utc.with_timezone(&chrono_tz::Asia::Shanghai)
}

/// The day in Beijing at an instant: every right, deadline and rule is judged by it.
pub fn day_of(instant: Instant) -> NaiveDate {
    in_beijing(instant).date_naive()
}

/// An instant for people here: Beijing's time, to the second.
pub fn beijing_time(instant: Instant) -> String {
    in_beijing(instant).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// The first instant of a day in Beijing, eight hours ahead since 1992.
pub fn day_begins(day: NaiveDate) -> Instant {
    const OFFSET_US: i64 = 8 * 3_600 * 1_000_000;
    Instant(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros() - OFFSET_US)
}

/// Whole seconds since 1970, as tokens and codes count.
pub fn seconds_of(instant: Instant) -> i64 {
    instant.0.div_euclid(1_000_000)
}

/// Parses a day; only `YYYY-MM-DD` is one, so that days compare as texts too.
pub fn day(text: &str) -> Option<NaiveDate> {
    let well_formed = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| matches!(at, 4 | 7) == (b == b'-') && (b == b'-' || b.is_ascii_digit()));
    if well_formed { NaiveDate::parse_from_str(text, "%Y-%m-%d").ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day_at(text: &str) -> NaiveDate {
        day(text).expect("day")
    }

    #[test]
    fn the_day_is_beijings() {
        let at = |text: &str| {
            let instant = DateTime::parse_from_rfc3339(text).expect("instant");
            day_of(Instant(instant.timestamp_micros()))
        };
        assert_eq!(at("2026-11-22T15:59:59.999999Z"), day_at("2026-11-22"));
        assert_eq!(at("2026-11-22T16:00:00Z"), day_at("2026-11-23"));
        assert_eq!(day_of(Instant(i64::MIN)).to_string(), "0001-01-01");
        assert!(day_of(Instant(i64::MAX)) >= day_at("9999-12-31"));
    }
}
