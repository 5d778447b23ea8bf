//! What an administrator may see and act on: one rule for every list and every act.
//!
//! An office is held in an area, and administers that area. Anything outside gets the same answer
//! as something that does not exist.

use crate::areas;

/// The areas in which somebody holds the office that an act or a list needs. The whole city is the
/// empty code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within(Vec<String>);

impl Within {
    /// From the codes of areas. One that is inside another adds nothing.
    pub fn areas<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let mut known: Vec<&str> = codes.into_iter().filter_map(areas::prefix).collect();
        known.sort_unstable();
        let mut widest: Vec<String> = Vec::new();
        for area in known {
            if !widest.iter().any(|outer| areas::contains(outer, area)) {
                widest.push(area.to_owned());
            }
        }
        Self(widest)
    }

    /// Whether an area is inside.
    pub fn contains(&self, area: &str) -> bool {
        self.0.iter().any(|outer| areas::contains(outer, area))
    }

    /// Whether an area is strictly inside.
    pub fn is_above(&self, area: &str) -> bool {
        self.0.iter().any(|outer| areas::contains(outer, area) && !areas::contains(area, outer))
    }

    /// Whether something that applies in an area applies somewhere in these: the area is inside, or
    /// contains one.
    pub fn meets(&self, area: &str) -> bool {
        self.contains(area) || self.0.iter().any(|inner| areas::contains(area, inner))
    }

    /// The area, if there is only one.
    pub fn only(&self) -> Option<&str> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The prefixes of the codes.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// A person's ties to areas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The areas of all past, present and future offices and caseloads.
    pub places: Vec<String>,
    /// The area for which the account was made.
    pub made_in: String,
}

impl Ties {
    /// The person's areas: those of the offices and caseloads or, until there is one, the area for
    /// which the account was made.
    pub fn areas(&self) -> &[String] {
        match self.places.is_empty() {
            true => std::slice::from_ref(&self.made_in),
            false => &self.places,
        }
    }

    /// Whether administrators of these areas see the person: the account is in their list, and may
    /// be given an office or a place in a team.
    pub fn are_known(&self, within: &Within) -> bool {
        self.areas().iter().any(|area| within.contains(area))
    }

    /// Whether administrators of these areas act on the person's account and devices. One tie
    /// outside or above takes the person out of their hands, because their acts would take effect
    /// there, too.
    pub fn are_administered(&self, within: &Within) -> bool {
        self.areas().iter().all(|area| within.contains(area))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ties(places: &[&str], made_in: &str) -> Ties {
        let places = places.iter().map(|&area| area.to_owned()).collect();
        Ties { places, made_in: made_in.to_owned() }
    }

    #[test]
    fn a_person_is_known_by_one_tie_and_administered_only_inside_all_of_them() {
        let district = Within::areas(["110102"]);
        for (places, made_in, known, administered) in [
            (&["110102012"][..], "", true, true),
            (&["110102"], "110101", true, true),
            (&["110101"], "110102", false, false),
            (&["110102012", "110101001"], "110102", true, false),
            (&["110102012", ""], "110102", true, false),
            (&[""], "110102", false, false),
            (&[], "110102", true, true),
            (&[], "110101", false, false),
            (&[], "", false, false),
        ] {
            let person = ties(places, made_in);
            assert_eq!(person.are_known(&district), known, "{person:?}");
            assert_eq!(person.are_administered(&district), administered, "{person:?}");
            assert!(person.are_administered(&Within::areas([""])), "the city: {person:?}");
            assert!(!person.are_known(&Within::default()), "nobody's: {person:?}");
        }
    }

    #[test]
    fn above_is_wider_and_never_the_same() {
        let city = Within::areas([""]);
        assert!(city.is_above("110102") && !city.is_above(""));
        let district = Within::areas(["110102000000"]);
        assert!(district.is_above("110102012"));
        assert!(!district.is_above("110102") && !district.is_above("110102000000"));
        assert!(!district.is_above("110101001") && !district.is_above(""));
    }

    #[test]
    fn areas_inside_others_add_nothing() {
        assert_eq!(Within::areas(["110102012", "110102"]).only(), Some("110102"));
        assert_eq!(Within::areas(["110102", ""]).only(), Some(""));
        assert_eq!(Within::areas(["110102", "110101"]).only(), None);
        assert_eq!(Within::areas([]).only(), None);
    }

    #[test]
    fn what_holds_above_meets_what_lies_below() {
        let district = Within::areas(["110102"]);
        for area in ["", "11", "110102", "110102012"] {
            assert!(district.meets(area), "{area:?}");
        }
        assert!(!district.meets("110101") && !district.meets("110101001"));
    }
}
