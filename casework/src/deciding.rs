//! Who may decide on an assessment, and on a household's category: the rules that no role alone says.

use crate::areas;
use crate::facts::{PersonFacts, Role};
use crate::signatures;
use chrono::NaiveDate;
use ruhu_sync::effect::Effect;
use ruhu_sync::id::UserId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use std::collections::BTreeSet;

/// Why a decision is not this person's, or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DecisionFault {
    /// The person investigated, signed or filled it (57号 §16; facts §6: who drafted does not review).
    TookPart,
    /// Kin of staff, or a complaint: the district decides (57号 §11, §20).
    DistrictDecides,
    /// Kin of staff, or a complaint: the district visits first (57号 §20).
    DistrictVisitMissing,
    /// A decision is given its reason in writing.
    ReasonMissing,
    /// The category rests on an assessment of this household that was accepted.
    NotAccepted,
    /// Only the district confirms (facts §6).
    NotTheDistrict,
}

impl DecisionFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::TookPart => "took_part",
            Self::DistrictDecides => "district_decides",
            Self::DistrictVisitMissing => "district_visit_missing",
            Self::ReasonMissing => "reason_missing",
            Self::NotAccepted => "not_accepted",
            Self::NotTheDistrict => "not_the_district",
        }
    }

    /// What is wrong and what to do, in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::TookPart => "您参与过本次调查、签字或填写，请由其他审核人员办理",
            Self::DistrictDecides => "涉及近亲属备案或投诉举报，由区级审核办理",
            Self::DistrictVisitMissing => {
                "涉及近亲属备案或投诉举报，须先由区级人员入户核实：请完成目的为“入户核实”的走访并登记在场的区级人员"
            }
            Self::ReasonMissing => "请写明理由",
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
                "Kin of staff or a complaint is registered: the district has to visit first. Complete \
                 a visit with the purpose `verification` and enter who came from the district"
            }
            Self::ReasonMissing => "Give the reason in writing",
            Self::NotAccepted => {
                "A category rests on an assessment of this household that was accepted"
            }
            Self::NotTheDistrict => "The district confirms a category",
        }
    }
}

/// Whether somebody reviews for the district that an area lies in.
pub fn reviews_for_district(facts: &PersonFacts, area: &str, day: NaiveDate) -> bool {
    facts.active
        && facts.offices.iter().any(|office| {
            office.role == Role::DistrictReviewer
                && office.is_in_force(day)
                && areas::contains(&office.area, area)
        })
}

/// Those who took part in an assessment: who investigates by its own word, who confirmed, and who
/// wrote any of it but the review. To choose between values that stand in conflict writes nothing.
pub fn participants<'a>(
    assessment: &Object,
    history: impl Iterator<Item = (UserId, &'a Effect, &'a [Path])>,
) -> BTreeSet<UserId> {
    let mut found = signatures::people(assessment);
    let mut disputed: BTreeSet<&Path> = BTreeSet::new();
    for (user, effect, conflicts) in history {
        let writes = effect.0.iter().any(|touch| {
            let first = touch.path.steps().first().map(String::as_str);
            // A deletion that is taken back, the review and the status are no part of the answers.
            !matches!(first, None | Some("review" | "status")) && !disputed.contains(&touch.path)
        });
        if writes {
            found.insert(user);
        }
        disputed.extend(conflicts);
    }
    found
}

/// Whether a household is one that the district has to visit: kin of staff, or a complaint.
pub fn needs_district(household: &Object, members: &[Object]) -> bool {
    let is_yes = |name: &str| household.get(name) == Some(&Json::Bool(true));
    let is_kin =
        |member: &Object| member.get("kin_to_staff").and_then(Json::as_text) == Some("yes");
    is_yes("kin_registered") || is_yes("complaint_registered") || members.iter().any(is_kin)
}

/// The government people whom a completed visit of verification names as present.
pub fn verified_by(visit: &Object) -> Vec<UserId> {
    let text = |object: &Object, name: &str| {
        object.get(name).and_then(Json::as_text).map(str::to_owned).unwrap_or_default()
    };
    if text(visit, "status") != "done" || text(visit, "purpose") != "verification" {
        return Vec::new();
    }
    let present = visit.get("present").and_then(Json::as_object).into_iter().flatten();
    present
        .filter_map(|(_, row)| row.as_object())
        .filter(|row| text(row, "role") == "government")
        .filter_map(|row| UserId::parse(&text(row, "user")))
        .collect()
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
    fn kin_and_complaints_are_the_districts() {
        let needs = |household: &str, members: &[&str]| {
            let members: Vec<_> = members.iter().map(|member| object(member)).collect();
            needs_district(&object(household), &members)
        };
        assert!(!needs("{}", &[r#"{"kin_to_staff":"no"}"#]));
        assert!(needs(r#"{"kin_registered":true}"#, &[]));
        assert!(needs(r#"{"complaint_registered":true}"#, &[]));
        assert!(needs("{}", &[r#"{"kin_to_staff":"yes"}"#]));
    }

    #[test]
    fn a_visit_of_verification_that_is_done_names_who_came_for_government() {
        let visit = |status: &str, purpose: &str, role: &str| {
            let document = format!(
                r#"{{"status":"{status}","purpose":"{purpose}",
                    "present":{{"r":{{"role":"{role}","user":"{}"}}}}}}"#,
                user(7)
            );
            verified_by(&object(&document))
        };
        assert_eq!(visit("done", "verification", "government"), [user(7)]);
        assert!(visit("in_progress", "verification", "government").is_empty());
        assert!(visit("done", "means", "government").is_empty());
        assert!(visit("done", "verification", "investigator").is_empty());
    }
}
