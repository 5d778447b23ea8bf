//! Who may decide on an assessment, and on a household's category: the rules that go beyond roles.

use crate::areas;
use crate::facts::{PersonFacts, Role};
use crate::signatures;
use chrono::NaiveDate;
use ruhu_sync::effect::Effect;
use ruhu_sync::id::UserId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use std::collections::BTreeSet;
use strum::IntoStaticStr;

/// Why this person may not decide, or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DecisionFault {
    /// The person investigated, signed or filled it (57号 §16; facts §6: the drafter does not
    /// review).
    TookPart,
    /// Kin of staff, or a complaint: the district decides (57号 §11, §20).
    DistrictDecides,
    /// Kin of staff, or a complaint: the district visits first (57号 §20).
    DistrictVisitMissing,
    /// The category rests on an accepted assessment of this household.
    NotAccepted,
    /// Only the district confirms (facts §6).
    NotTheDistrict,
}

impl DecisionFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// What is wrong and what to do, in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::TookPart => "您参与过本次调查、签字或填写，请由其他审核人员办理",
            Self::DistrictDecides => "涉及近亲属备案或投诉举报，由区级审核办理",
            Self::DistrictVisitMissing => {
                "涉及近亲属备案或投诉举报，须先由区级入户核实：请在 district_visited_on 写明入户日期"
            }
            Self::NotAccepted => "救助类别须依据本户一份已通过的评估",
            Self::NotTheDistrict => "救助类别由区级审核确认",
        }
    }

    /// What is wrong and what to do, in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::TookPart => {
                "You investigated, signed or filled this assessment: another reviewer has to decide"
            }
            Self::DistrictDecides => {
                "Kin of staff or a complaint is registered: the district's reviewer decides"
            }
            Self::DistrictVisitMissing => {
                "Kin of staff or a complaint is registered: the district has to visit first. Give the \
                 day of its visit in `district_visited_on`"
            }
            Self::NotAccepted => {
                "A category rests on an assessment of this household that was accepted"
            }
            Self::NotTheDistrict => "The district confirms a category",
        }
    }
}

/// Whether somebody reviews for the district that contains an area.
pub fn reviews_for_district(facts: &PersonFacts, area: &str, day: NaiveDate) -> bool {
    facts.active
        && facts.offices.iter().any(|office| {
            office.role == Role::DistrictReviewer
                && office.is_in_force(day)
                && areas::contains(&office.area, area)
        })
}

/// The people who took part in an assessment: its investigators, those who confirmed, and those who
/// wrote any of it but the review. Choosing between values in conflict does not count as writing.
pub fn participants<'a>(
    assessment: &Object,
    history: impl Iterator<Item = (UserId, &'a Effect, &'a [Path])>,
) -> BTreeSet<UserId> {
    let mut found = signatures::people(assessment);
    let mut disputed: BTreeSet<&Path> = BTreeSet::new();
    for (user, effect, conflicts) in history {
        let writes = effect.0.iter().any(|touch| {
            let first = touch.path.steps().first().map(String::as_str);
            // An undone deletion, the review and the status are not part of the answers.
            !matches!(first, None | Some("review" | "status")) && !disputed.contains(&touch.path)
        });
        if writes {
            found.insert(user);
        }
        disputed.extend(conflicts);
    }
    found
}

/// Whether an edit registered a household as kin of staff, or a complaint about it. Once
/// registered, the case stays with the district, whoever removes it from the record later.
pub fn registers_district(effect: &Effect) -> bool {
    let registered = |name: &str, value: &Json| match name {
        "kin_registered" | "complaint_registered" => *value == Json::Bool(true),
        "kin_to_staff" => value.as_text() == Some("yes"),
        _ => false,
    };
    effect.0.iter().any(|touch| match (touch.path.steps(), &touch.after) {
        ([name], Some(value)) => registered(name, value),
        // A restored record has what it had.
        ([], Some(Json::Object(whole))) => {
            whole.iter().any(|(name, value)| registered(name, value))
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::object;
    use ruhu_sync::effect::Touch;
    use uuid::Uuid;

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    fn effect(path: &str) -> Effect {
        let path = Path::parse(path).expect("a path");
        Effect(vec![Touch { path, before: None, after: Some(Json::Bool(true)) }])
    }

    #[test]
    fn who_is_named_confirmed_or_wrote_took_part() {
        let assessment = object(&format!(
            r#"{{"investigators":{{"{}":true}},"confirmations":{{"{}":"{}"}}}}"#,
            user(1),
            user(2),
            "a".repeat(64)
        ));
        let (writes, reviews, status) =
            (effect("/answers/eat"), effect("/review/note"), effect("/status"));
        let conflict = [Path::parse("/answers/bathe").expect("a path")];
        let settles = effect("/answers/bathe");
        let history = [
            (user(3), &writes, &conflict[..]),
            (user(4), &reviews, &[][..]),
            (user(5), &status, &[][..]),
            (user(6), &settles, &[][..]),
        ];
        let found = participants(&assessment, history.into_iter());
        assert_eq!(found, [user(1), user(2), user(3)].into());
    }

    #[test]
    fn kin_and_complaints_once_registered_are_the_districts() {
        let registers = |path: &str, after: Option<Json>| {
            let path = Path::parse(path).expect("a path");
            registers_district(&Effect(vec![Touch { path, before: None, after }]))
        };
        for path in ["/kin_registered", "/complaint_registered"] {
            assert!(registers(path, Some(Json::Bool(true))), "{path}");
            assert!(!registers(path, Some(Json::Bool(false))), "{path}");
            assert!(!registers(path, None), "{path}");
        }
        assert!(registers("/kin_to_staff", Some(Json::from("yes"))));
        assert!(!registers("/kin_to_staff", Some(Json::from("no"))));
        let whole = Json::Object(object(r#"{"name":"测甲","kin_to_staff":"yes"}"#));
        assert!(registers("", Some(whole)));
    }
}
