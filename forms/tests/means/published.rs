//! The twenty households as vectors for other implementations.

use crate::household::{Household, form};
use crate::{households as first, households_property as second};
use serde_json::{Value, json};

fn twenty() -> [(&'static str, Household); 20] {
    [
        ("01_an_old_man_alone", first::old_man_alone()),
        ("02_a_pension_before_its_exemption_ends", first::old_woman_with_pension("2025-12-31")),
        ("03_a_pension_after_its_exemption_ended", first::old_woman_after_the_exemption()),
        ("04_a_couple_with_pensions_and_an_able_son", first::couple_with_pensions()),
        ("05_a_disabled_adult_applies_alone", first::disabled_son()),
        ("06_a_third_grade_counts_by_its_kind", first::three_children()),
        ("07_rigid_expenditure", first::ill_wife()),
        ("08_a_ratio_that_nobody_has_set", first::ill_wife_without_a_ratio()),
        ("09_incomes_that_are_left_out", first::exempt_incomes()),
        ("10_a_loss_that_offsets_other_income", first::stall_at_a_loss()),
        ("11_a_loss_that_stays_by_itself", first::stall_at_a_loss_for_itself()),
        ("12_a_loss_of_which_nobody_has_said", first::stall_at_a_loss_unsaid()),
        ("13_fails_only_dibaos_property_test", second::savings()),
        ("14_a_standard_that_nobody_has_found", second::no_standard()),
        ("15_limits_that_nobody_has_set", second::no_limits()),
        ("16_students_count_and_those_elsewhere_do_not", second::students_and_others()),
        ("17_two_flats_below_the_reference_area", second::two_small_flats()),
        ("18_one_car_that_goes_to_hospital", second::car_to_hospital()),
        ("19_an_orphan_whose_grandparents_cannot_provide", second::orphan()),
        ("20_who_says_nothing_is_not_guessed_at", second::say_nothing()),
    ]
}

fn places(problems: &[ruhu_forms::Problem]) -> Value {
    problems.iter().map(|p| json!({"path": p.path, "code": p.code.as_str()})).collect()
}

/// What is published is what the tests of this folder judge. A failure prints the vector that should be
/// there.
#[test]
fn the_published_vectors_are_these_households() {
    let published: Value = serde_json::from_str(include_str!("../../vectors/means.json")).unwrap();
    let published = published["vectors"].as_array().unwrap();
    assert_eq!(published.len(), 20);
    for ((name, household), found) in twenty().into_iter().zip(published) {
        let vector = json!({
            "name": name,
            "answers": household.answers,
            "given": household.given,
            "computed": household.judged().0,
            "draft": places(&form().check_draft(&household.answers)),
            "submission": places(&form().check_submission(&household.answers)),
        });
        assert_eq!(&vector, found, "the vector {name} should be\n{vector}");
    }
}
