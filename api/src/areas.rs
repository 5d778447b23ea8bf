//! The areas, as they are served.

use crate::etag::Tagged;
use crate::problem::{Answer, Kind, Problem};
use ruhu_casework::areas::{self, AreasError, Level, contains};
use serde::Serialize;
use utoipa::ToSchema;

/// One area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Area {
    /// Its code of 12 digits (GB/T 2260 and the statistics bureau's).
    pub code: String,
    /// `city`, `district`, `street` or `community`.
    pub level: Level,
    /// Its name.
    pub label_zh: String,
    /// The code of the area it lies in, if that is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The first day of the code, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Its last day, if it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
}

impl From<&areas::Area> for Area {
    fn from(area: &areas::Area) -> Self {
        Self {
            code: area.code12.clone(),
            level: area.level,
            label_zh: area.label_zh.clone(),
            parent: area.parent.clone(),
            valid_from: area.valid_from.map(|day| day.to_string()),
            valid_to: area.valid_to.map(|day| day.to_string()),
        }
    }
}

/// Areas, as they are served.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AreaList {
    /// In order of their codes.
    pub areas: Vec<Area>,
}

/// All areas.
#[derive(Clone, Debug)]
pub struct Areas {
    all: Vec<Area>,
}

impl Areas {
    /// Those that the product ships. Others are imported.
    pub fn shipped() -> Result<Self, AreasError> {
        let shipped = areas::Areas::shipped()?;
        Ok(Self { all: shipped.list().map(Area::from).collect() })
    }

    /// The areas inside one, itself included; without one, all.
    pub fn under(&self, code: Option<&str>) -> Answer<Tagged<AreaList>> {
        let outer = code.unwrap_or_default();
        if !contains("", outer) {
            return Err(Problem::new(Kind::InvalidRequest).detail(
                "under 应为 2、4、6、9 或 12 位区划代码，请改正后重发。",
                "under takes an area code of 2, 4, 6, 9 or 12 digits; correct it and send it again.",
            ));
        }
        let inside = self.all.iter().filter(|area| contains(outer, &area.code));
        let list = AreaList { areas: inside.cloned().collect() };
        Tagged::of(&list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(under: Option<&str>) -> usize {
        let list = Areas::shipped().expect("areas").under(under).expect("areas");
        list.text().matches("\"code\"").count()
    }

    #[test]
    fn the_sixteen_districts_and_the_fifteen_streets_of_the_demo_are_there() {
        assert_eq!(count(None), 31);
        assert_eq!(count(Some("110102")), 16);
        assert_eq!(count(Some("110102000000")), 16);
        assert_eq!(count(Some("110102012")), 1);
        assert_eq!(count(Some("310101")), 0);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for code in ["xicheng", "11010", "1101020121234"] {
            let refused = Areas::shipped().expect("areas").under(Some(code)).expect_err(code);
            assert_eq!(refused.kind(), Kind::InvalidRequest);
        }
    }
}
