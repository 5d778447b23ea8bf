//! Area codes: the statistical division codes of 12 digits, of which 6 name a district, 9 a street
//! and 12 a community (GB/T 2260, GB/T 10114 and the statistics bureau's 2+2+2+3+3). Codes come and
//! go and are never reused, so each has its days.

use crate::days::day;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// The level of an area.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A province or a city of that rank.
    City,
    /// 区.
    District,
    /// 街道, 乡镇.
    Street,
    /// 社区, 村.
    Community,
}

impl Level {
    fn of(code12: &str) -> Option<Self> {
        match prefix(code12)?.len() {
            2 | 4 => Some(Self::City),
            6 => Some(Self::District),
            9 => Some(Self::Street),
            12 => Some(Self::Community),
            _ => None,
        }
    }
}

/// An area, and the days on which its code is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// The code, 12 digits.
    pub code12: String,
    /// The name.
    pub label_zh: String,
    /// The level.
    pub level: Level,
    /// The code of the containing area, if that is in the table.
    pub parent: Option<String>,
    /// The first day, inclusive; none if it is not known.
    pub valid_from: Option<NaiveDate>,
    /// The last day, inclusive; none if it is still valid.
    pub valid_to: Option<NaiveDate>,
}

/// Why a code names no area on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AreaFault {
    /// No such code.
    #[error("没有这个区划代码")]
    Unknown,
    /// The code is not valid yet.
    #[error("区划代码尚未启用")]
    NotYet,
    /// The code has ended.
    #[error("区划代码已停用")]
    Ended,
}

impl AreaFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unknown => "area_unknown",
            Self::NotYet => "area_not_yet",
            Self::Ended => "area_ended",
        }
    }
}

/// Why a table of areas is refused.
#[derive(Debug, Error)]
pub enum AreasError {
    /// The text is not such a table.
    #[error("no table of areas: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A code is not 12 digits of its level.
    #[error("`{0}` is no code of its level")]
    BadCode(String),
    /// A code occurs twice; codes are never reused.
    #[error("`{0}` is there twice")]
    Twice(String),
    /// A parent is missing, or does not contain the area.
    #[error("`{0}` does not lie in its parent")]
    BadParent(String),
    /// A day does not exist, or the last is before the first.
    #[error("`{0}` has days that are none, or end before they begin")]
    BadDays(String),
}

/// Areas by code.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    by_code: BTreeMap<String, Area>,
    /// The prefixes of the areas whose parts of the next level are in the table.
    divided: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code12: String,
    label_zh: String,
    level: Level,
    parent: Option<String>,
    valid_from: Option<String>,
    valid_to: Option<String>,
}

impl Areas {
    /// The areas that the product ships: Beijing's districts and the streets of Xicheng. The rest
    /// is imported, district by district.
    pub fn shipped() -> Result<Self, AreasError> {
        Self::parse(include_str!("../reference/areas.json"))
    }

    /// Parses a table: a JSON array of areas. An unknown day is null, never invented.
    pub fn parse(text: &str) -> Result<Self, AreasError> {
        let entries: Vec<Entry> = serde_json::from_str(text)?;
        let mut by_code = BTreeMap::new();
        for entry in entries {
            let area = entry.read()?;
            let code = area.code12.clone();
            if by_code.insert(code.clone(), area).is_some() {
                return Err(AreasError::Twice(code));
            }
        }
        for area in by_code.values() {
            let lies_there = area.parent.as_ref().is_none_or(|parent| {
                by_code.get(parent).is_some_and(|parent| {
                    parent.level < area.level && contains(&parent.code12, &area.code12)
                })
            });
            if !lies_there {
                return Err(AreasError::BadParent(area.code12.clone()));
            }
        }
        let outer = |area: &Area| {
            let digits = match area.level {
                Level::City => return None,
                Level::District => 2,
                Level::Street => 6,
                Level::Community => 9,
            };
            area.code12.get(..digits).map(str::to_owned)
        };
        let divided = by_code.values().filter_map(outer).collect();
        Ok(Self { by_code, divided })
    }

    /// Every area, by code.
    pub fn list(&self) -> impl Iterator<Item = &Area> {
        self.by_code.values()
    }

    /// Whether a code may name an area on a day. The table is filled district by district: inside
    /// an area whose parts are unknown, any code may name one; where the parts are known, only
    /// those do.
    pub fn admits(&self, code12: &str, day: NaiveDate) -> Result<(), AreaFault> {
        let named = prefix(code12).unwrap_or_default();
        for (outer, inner) in [(2, 6), (6, 9), (9, 12)] {
            let (Some(around), Some(part)) = (named.get(..outer), code12.get(..inner)) else {
                break;
            };
            if named.len() > outer && self.divided.contains(around) {
                self.check(&format!("{part:0<12}"), day)?;
            }
        }
        Ok(())
    }

    /// The area that a code names on a day.
    pub fn check(&self, code12: &str, day: NaiveDate) -> Result<&Area, AreaFault> {
        let area = self.by_code.get(code12).ok_or(AreaFault::Unknown)?;
        if area.valid_from.is_some_and(|first| day < first) {
            return Err(AreaFault::NotYet);
        }
        if area.valid_to.is_some_and(|last| last < day) {
            return Err(AreaFault::Ended);
        }
        Ok(area)
    }
}

impl Entry {
    fn read(self) -> Result<Area, AreasError> {
        if self.code12.len() != 12 || Level::of(&self.code12) != Some(self.level) {
            return Err(AreasError::BadCode(self.code12));
        }
        let read = |text: &Option<String>| match text {
            None => Some(None),
            Some(text) => day(text).map(Some),
        };
        let (Some(valid_from), Some(valid_to)) = (read(&self.valid_from), read(&self.valid_to))
        else {
            return Err(AreasError::BadDays(self.code12));
        };
        if let (Some(first), Some(last)) = (valid_from, valid_to)
            && last < first
        {
            return Err(AreasError::BadDays(self.code12));
        }
        Ok(Area {
            code12: self.code12,
            label_zh: self.label_zh,
            level: self.level,
            parent: self.parent,
            valid_from,
            valid_to,
        })
    }
}

/// A prefix and those of all containing areas, up to the whole city.
pub fn outwards(prefix: &str) -> impl Iterator<Item = &str> {
    [0, 2, 4, 6, 9, 12].into_iter().filter_map(move |digits| prefix.get(..digits))
}

/// The significant digits of an area's code: `110102000000` and `110102` both name the district.
/// `None` if it is not a code.
pub fn prefix(code: &str) -> Option<&str> {
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut digits = code;
    for (length, zeros) in [(12, "000"), (9, "000"), (6, "00"), (4, "00")] {
        if digits.len() == length {
            digits = digits.strip_suffix(zeros).unwrap_or(digits);
        }
    }
    matches!(digits.len(), 0 | 2 | 4 | 6 | 9 | 12).then_some(digits)
}

/// Whether the area `inner` is `outer` or inside it; the empty code is the whole city. A malformed
/// code contains nothing and is inside nothing, so that a slip in an office grants nothing.
pub fn contains(outer: &str, inner: &str) -> bool {
    match (prefix(outer), prefix(inner)) {
        (Some(outer), Some(inner)) => inner.starts_with(outer),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str) -> NaiveDate {
        day(text).expect("day")
    }

    fn table(from: &str, to: &str) -> Areas {
        Areas::parse(&format!(
            r#"[{{"code12":"110102001000","label_zh":"甲街道","level":"street","parent":null,
                "valid_from":{from},"valid_to":{to}}}]"#
        ))
        .expect("table")
    }

    #[test]
    fn the_shipped_table_has_sixteen_districts_and_fifteen_streets() {
        let areas = Areas::shipped().expect("table");
        let count = |level| areas.list().filter(|area| area.level == level).count();
        assert_eq!(count(Level::District), 16);
        assert_eq!(count(Level::Street), 15);
        let street = areas.check("110102001000", on("2026-11-23")).expect("area");
        assert_eq!(street.label_zh, "西长安街街道");
        assert_eq!(street.parent.as_deref(), Some("110102000000"));
    }

    #[test]
    fn a_code_holds_on_its_first_and_last_day_and_on_neither_side() {
        let areas = table("\"2020-01-01\"", "\"2025-12-31\"");
        let check = |text: &str| areas.check("110102001000", on(text)).map(|_| ());
        assert_eq!(check("2019-12-31"), Err(AreaFault::NotYet));
        assert_eq!(check("2020-01-01"), Ok(()));
        assert_eq!(check("2025-12-31"), Ok(()));
        assert_eq!(check("2026-01-01"), Err(AreaFault::Ended));
        let unknown = areas.check("110102002000", on("2020-01-01"));
        assert_eq!(unknown, Err(AreaFault::Unknown));
    }

    #[test]
    fn a_day_that_is_not_known_bounds_nothing() {
        let areas = table("null", "null");
        assert!(areas.check("110102001000", on("1949-10-01")).is_ok());
        assert!(areas.check("110102001000", on("2100-01-01")).is_ok());
    }

    #[test]
    fn a_table_that_contradicts_itself_is_refused() {
        let row = |code: &str, level: &str, parent: &str, days: &str| {
            format!(
                r#"{{"code12":"{code}","label_zh":"甲","level":"{level}","parent":{parent},{days}}}"#
            )
        };
        let open = r#""valid_from":null,"valid_to":null"#;
        let district = row("110102000000", "district", "null", open);
        let refused = |rows: &[&String]| {
            let rows: Vec<_> = rows.iter().map(|row| row.as_str()).collect();
            Areas::parse(&format!("[{}]", rows.join(","))).expect_err("refused")
        };
        assert!(matches!(refused(&[&district, &district]), AreasError::Twice(_)));
        let wrong = row("110102000000", "street", "null", open);
        assert!(matches!(refused(&[&wrong]), AreasError::BadCode(_)));
        let elsewhere = row("110101001000", "street", "\"110102000000\"", open);
        assert!(matches!(refused(&[&district, &elsewhere]), AreasError::BadParent(_)));
        let days = r#""valid_from":"2020-01-02","valid_to":"2020-01-01""#;
        let backwards = row("110102000000", "district", "null", days);
        assert!(matches!(refused(&[&backwards]), AreasError::BadDays(_)));
    }

    #[test]
    fn an_area_contains_itself_and_what_lies_inside_it() {
        assert!(contains("110102", "110102001001"));
        assert!(contains("110102000000", "110102001000"));
        assert!(contains("110102001", "110102001000"));
        assert!(contains("110102001001", "110102001001"));
        assert!(contains("", "110102001001"));
        assert!(contains("110000000000", "110102001001"));
    }

    #[test]
    fn an_area_contains_neither_its_neighbour_nor_what_it_lies_in() {
        assert!(!contains("110102", "110101001001"));
        assert!(!contains("110102001", "110102"));
        assert!(!contains("110102001", "110102010001"));
        assert!(!contains("110102001001", "110102001002"));
    }

    #[test]
    fn what_is_no_code_contains_nothing() {
        for code in ["1", "11010", "1101020", "西城", "11010200a"] {
            assert!(!contains(code, "110102001001"), "{code}");
            assert!(!contains("110102", code), "{code}");
            assert!(!contains("", code), "{code}");
        }
    }
}
