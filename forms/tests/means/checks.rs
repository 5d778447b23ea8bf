//! What is refused when it is handed in, and what is asked when.

use crate::household::Told::{No, Number, Yes};
use crate::household::{Household, form, needs};
use crate::households::{couple_with_pensions, old_man_alone};
use ruhu_forms::Kind;
use serde_json::{Value, json};

/// A man born on 31 December 1955, by his number.
const MAN: &str = "999999195512310012";

fn with_number(sex: &str, birth_date: &str) -> Vec<String> {
    let number = json!({"id_type": "resident_id", "id_no": MAN, "sex": sex});
    Household::new().member_with("a", birth_date, number).problems()
}

fn without(household: Household, id: &str) -> Household {
    let mut answers = household.answers;
    answers.remove(id).unwrap();
    Household { answers, ..household }
}

#[test]
fn a_household_with_all_that_is_asked_can_be_handed_in() {
    assert_eq!(old_man_alone().problems(), [""; 0]);
    assert_eq!(couple_with_pensions().problems(), [""; 0]);
}

#[test]
fn two_people_investigate() {
    assert_eq!(form().investigators(), 2);
    assert_eq!(form().reference_date(), Some("applied_on"));
}

#[test]
fn a_visit_is_made_by_phone_or_video_only_in_an_emergency() {
    for mode in ["phone", "video"] {
        let remote = old_man_alone().answer("visit_mode", json!(mode));
        assert_eq!(remote.problems(), ["/emergency required", "/emergency_what required"]);
        let reason = remote.answer("emergency_what", json!("洪水"));
        let calm = reason.clone().answer("emergency", json!(false));
        assert_eq!(calm.problems(), ["/emergency check_failed"]);
        let emergency = reason.answer("emergency", json!(true));
        assert_eq!(emergency.problems(), [""; 0]);
        // Nobody is there to sign.
        assert_eq!(without(emergency, "present_signature").problems(), [""; 0]);
    }
}

#[test]
fn a_present_member_signs() {
    for id in ["present_member", "present_signature", "present_signature_kind"] {
        assert_eq!(without(old_man_alone(), id).problems(), [format!("/{id} required")]);
    }
    let son = old_man_alone().member_with("b", "1985-01-01", json!({"counted_as": "obligor"}));
    let son = son.obligor("a", "able").answer("present_member", json!("b"));
    assert_eq!(son.problems(), ["/present_member check_failed"]);
    let nobody = old_man_alone().answer("present_member", json!("z"));
    assert_eq!(nobody.problems(), ["/present_member unknown_row", "/present_member check_failed"]);
}

#[test]
fn all_adults_agree_to_the_information_check() {
    let unsigned = |birth_date: &str, more: Value| {
        let mut household = old_man_alone().member_with("b", birth_date, more);
        household.answers["members"]["b"].as_object_mut().unwrap().remove("consent_signature");
        household.problems()
    };
    let asked = ["/members/b/consent_signature required"];
    // 18 on 10 March 2025; an age that is not known lets nobody off.
    assert_eq!(unsigned("2007-03-10", json!({})), asked);
    assert_eq!(unsigned("2007-03-11", json!({})), [""; 0]);
    assert_eq!(unsigned("1985-01-01", json!({"birth_date": "unknown"})), asked);
    let elsewhere = json!({"counted_as": "not_counted", "counted_as_reason": "在监狱服刑"});
    assert_eq!(unsigned("1985-01-01", elsewhere), [""; 0]);
}

#[test]
fn a_guardian_signs_for_a_child_under_fourteen() {
    let signed = |birth_date: &str, by: &str| {
        let by = json!({"consent_signed_by": by});
        old_man_alone().member_with("b", birth_date, by).problems()
    };
    assert_eq!(signed("2011-03-11", "guardian"), [""; 0]);
    assert_eq!(signed("2011-03-11", "self"), ["/members/b/consent_signed_by check_failed"]);
    let child = Household::new().member("a", "2011-03-11");
    assert_eq!(child.problems(), ["/present_signature_kind check_failed"]);
    assert_eq!(child.answer("present_signature_kind", json!("guardian")).problems(), [""; 0]);
    // From 14 to 17 nobody signs for the information check.
    assert_eq!(Household::new().member("a", "2011-03-10").problems(), [""; 0]);
}

#[test]
fn sex_and_birth_date_agree_with_the_identity_number() {
    assert_eq!(with_number("1", "1955-12-31"), [""; 0]);
    assert_eq!(with_number("2", "1955-12-31"), ["/members/a/sex check_failed"]);
    assert_eq!(with_number("1", "1956-12-31"), ["/members/a/birth_date check_failed"]);
}

#[test]
fn who_has_no_identity_number_says_why() {
    let silent = old_man_alone().field("members", "a", "id_no_absent_reason", json!(""));
    assert!(!silent.problems().is_empty());
    let newborn = Household::new().member("a", "1955-01-01");
    let newborn = newborn.member_with("b", "2025-03-01", json!({"id_no_absent_reason": "newborn"}));
    assert_eq!(newborn.problems(), [""; 0]);
}

#[test]
fn nobody_is_born_after_the_application() {
    assert_eq!(
        Household::new().member("a", "1955-01-01").member("b", "2025-03-10").problems(),
        [""; 0]
    );
    let tomorrow = Household::new().member("a", "1955-01-01").member("b", "2025-03-11");
    assert_eq!(tomorrow.problems(), ["/members/b/birth_date check_failed"]);
}

#[test]
fn who_does_not_count_does_so_for_a_reason() {
    let uncle =
        old_man_alone().member_with("b", "1960-01-01", json!({"counted_as": "not_counted"}));
    assert_eq!(uncle.problems(), ["/members/b/counted_as_reason required"]);
}

#[test]
fn a_unit_of_nobody_is_refused() {
    let nobody = Household::new().member_with("a", "1985-01-01", json!({"counted_as": "obligor"}));
    let problems = nobody.obligor("a", "able").problems();
    assert!(problems.contains(&"/members check_failed".to_owned()), "{problems:?}");
    assert_eq!(without(old_man_alone(), "members").problems()[0], "/members required");
}

#[test]
fn deductions_exceed_the_gross_amount_only_in_business() {
    for category in ["wage", "property", "transfer", "other"] {
        let income = |deductions| {
            Household::new()
                .member("a", "1985-01-01")
                .income("a", category, 100, deductions)
                .problems()
        };
        assert_eq!(income(100), [""; 0]);
        assert_eq!(income(101), ["/income_rows/i0/deductions_fen check_failed"]);
    }
    let business = Household::new().member("a", "1985-01-01").income("a", "business", 100, 101);
    assert_eq!(business.problems(), [""; 0]);
}

#[test]
fn no_deductions_are_none_and_unknown_ones_are_unknown() {
    let household = Household::new().member("a", "1985-01-01").income("a", "wage", 100, 0);
    let unknown = household.clone().field("income_rows", "i0", "deductions_fen", json!("unknown"));
    assert_eq!(unknown.judged().of("annual_income_fen"), needs(["/income_rows/i0/deductions_fen"]));
    let mut none = household;
    none.answers["income_rows"]["i0"].as_object_mut().unwrap().remove("deductions_fen");
    assert_eq!(none.judged().of("annual_income_fen"), Number(100));
    assert_eq!(none.problems(), [""; 0]);
}

#[test]
fn at_least_two_neighbours_are_asked() {
    let mut one = old_man_alone();
    one.answers["neighbours"].as_object_mut().unwrap().remove("n2");
    assert_eq!(one.problems(), ["/neighbours check_failed"]);
    assert_eq!(without(old_man_alone(), "neighbours").problems(), ["/neighbours required"]);
}

#[test]
fn what_there_is_must_be_listed() {
    for (gate, rows) in [
        ("has_income", "income_rows"),
        ("has_property", "property_rows"),
        ("has_rigid_expenditure", "rigid_rows"),
        ("has_obligors", "obligor_rows"),
    ] {
        let none = Household::new().member("a", "1985-01-01");
        assert_eq!(
            none.clone().answer(gate, json!(true)).problems(),
            [format!("/{rows} required")]
        );
        assert_eq!(none.clone().answer(gate, json!("refused")).problems(), [""; 0]);
        assert_eq!(without(none, gate).problems(), [format!("/{gate} required")]);
    }
}

#[test]
fn an_obligor_among_the_members_is_listed() {
    let son = old_man_alone().member_with("b", "1985-01-01", json!({"counted_as": "obligor"}));
    assert_eq!(son.problems(), ["/has_obligors check_failed"]);
    assert_eq!(son.obligor("a", "able").problems(), [""; 0]);
}

#[test]
fn kin_of_staff_and_complaints_bring_the_district() {
    let kin = |said: &str| old_man_alone().field("members", "a", "kin_to_staff", json!(said));
    assert_eq!(old_man_alone().judged().of("district_must_visit"), No);
    assert_eq!(kin("yes").judged().of("kin_register"), Yes);
    assert_eq!(kin("yes").judged().of("district_must_visit"), Yes);
    assert_eq!(kin("yes").problems(), ["/kin_who required", "/district_visited required"]);
    let unknown = needs(["/members/a/kin_to_staff"]);
    assert_eq!(kin("refused").judged().of("kin_register"), unknown);
    let complaint = old_man_alone().answer("complaint", json!(true));
    assert_eq!(complaint.judged().of("district_must_visit"), Yes);
    assert_eq!(complaint.problems(), ["/complaint_what required", "/district_visited required"]);
    // The district comes after this is handed in.
    let told =
        complaint.answer("complaint_what", json!("测试")).answer("district_visited", json!(false));
    assert_eq!(told.problems(), [""; 0]);
    let visited = told.answer("district_visited", json!(true)).problems();
    assert_eq!(visited, ["/district_visited_on required", "/district_visitors required"]);
}

#[test]
fn nothing_is_uploaded_that_the_check_platform_verifies() {
    // 社会救助法 §62: the only attachments are signatures.
    for section in form().sections() {
        for question in &section.questions {
            assert!(!matches!(question.kind, Kind::Photo {}), "{}", question.id);
            if let Kind::Rows { questions, .. } = &question.kind {
                assert!(questions.iter().all(|field| !matches!(field.kind, Kind::Photo {})));
            }
        }
    }
}
