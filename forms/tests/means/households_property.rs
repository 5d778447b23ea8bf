//! Households 13 to 20: property, tables without a value, who counts. Amounts in yuan.

use crate::household::Told::{No, Number, Yes};
use crate::household::{Household, needs};
use serde_json::json;

/// Couple of 50 with wages of 20 000 and 80 000 in the bank.
///
/// 20 000 < 34 800, but 80 000 > 30 000 × 2 = 60 000: fails dibao's property test only. 200 000 <
/// 522 000 and 80 000 ≤ 50 000 × 2: edge.
pub(crate) fn savings() -> Household {
    Household::new()
        .member("a", "1975-01-01")
        .member("b", "1975-02-01")
        .income("a", "wage", 2_000_000, 0)
        .deposit("a", 5_000_000)
        .property("b", "fund", json!({"amount_fen": 3_000_000}))
}

#[test]
fn household_13_who_fails_only_dibaos_property_test_is_tested_for_the_next() {
    let judged = savings().judged();
    assert_eq!(judged.of("income_below_dibao"), Yes);
    assert_eq!(judged.of("dibao_financial_within"), No);
    assert_eq!(judged.household(), [No, Yes, No]);
}

/// Man of 30, alone, with 12 000 of wages, in November 2026: nobody has found the standard.
///
/// He owns nothing, so that limits of property do not matter. Nothing was spent: 0 × 1 000 > 12 000
/// × 600 is false whatever else: no rigid expenditure.
pub(crate) fn no_standard() -> Household {
    let household = Household::on("2026-11-23").member("a", "1996-01-01");
    household.income("a", "wage", 1_200_000, 0).without("dibao_standard_fen")
}

#[test]
fn household_14_a_standard_that_nobody_has_found_is_named() {
    let judged = no_standard().judged();
    let unknown = needs(["@dibao_standard_fen"]);
    assert_eq!(judged.of("annual_income_fen"), Number(1_200_000));
    assert_eq!(judged.of("pc_month_fen"), Number(100_000));
    assert_eq!(judged.household(), [unknown.clone(), unknown, No]);
    assert_eq!(judged.row("tekun", "a"), No);
}

/// Woman of 30, alone, with 12 000 of wages, where no limit of property has been entered.
///
/// She owns nothing: 0 is within every limit. 12 000 < 17 400: dibao.
pub(crate) fn no_limits() -> Household {
    let household = Household::new().member("a", "1995-01-01").income("a", "wage", 1_200_000, 0);
    let property = |name: &str| {
        let of = ["dibao_", "edge_", "rigid_", "tekun_"].iter().any(|of| name.starts_with(of));
        of && !["dibao_standard_fen", "edge_multiple_tenths", "rigid_ratio_permille"]
            .contains(&name)
    };
    let given = household.given.into_iter().filter(|(name, _)| !property(name)).collect();
    Household { answers: household.answers, given }
}

#[test]
fn household_15_who_owns_nothing_is_within_limits_that_nobody_has_set() {
    let judged = no_limits().judged();
    assert_eq!(judged.household(), [Yes, No, No]);
    let saver = no_limits().deposit("a", 1).judged();
    assert_eq!(saver.of("dibao"), needs(["@dibao_financial_fen"]));
    // Whether it is edge or rigid hangs on dibao and on the next limits, all named.
    assert_eq!(saver.of("dibao_edge"), needs(["@dibao_financial_fen", "@edge_financial_fen"]));
}

/// Father 48 and mother 46 with wages of 36 000 and 24 000; a son of 20 who studies full-time and a
/// daughter of 16, both counted; an elder son with his own family, an obligor who earns 200 000; an
/// uncle in prison with 10 000 in the bank, not counted.
///
/// Four count. 60 000 < 17 400 × 4 = 69 600: dibao. A month: 60 000 / 48 = 1 250. What the elder son
/// earns and the uncle owns counts for nothing.
pub(crate) fn students_and_others() -> Household {
    let prison = json!({"counted_as": "not_counted", "counted_as_reason": "在监狱服刑"});
    Household::new()
        .member("a", "1977-01-01")
        .member("b", "1979-01-01")
        .member_with("c", "2005-01-01", json!({"employment": "in_school"}))
        .member_with("d", "2009-01-01", json!({"employment": "in_school"}))
        .member_with("e", "1999-01-01", json!({"counted_as": "obligor"}))
        .member_with("f", "1970-01-01", prison)
        .income("a", "wage", 3_600_000, 0)
        .income("b", "wage", 2_400_000, 0)
        .income("e", "wage", 20_000_000, 0)
        .deposit("f", 1_000_000)
        .obligor("a", "able")
        .obligor("b", "able")
}

#[test]
fn household_16_students_count_and_those_elsewhere_do_not() {
    let judged = students_and_others().judged();
    assert_eq!(judged.of("unit_size"), Number(4));
    assert_eq!(judged.of("annual_income_fen"), Number(6_000_000));
    assert_eq!(judged.of("pc_month_fen"), Number(125_000));
    assert_eq!(judged.of("household_financial_fen"), Number(0));
    assert_eq!(judged.household(), [Yes, No, No]);
    assert_eq!(judged.of("has_minor"), Yes);
    assert_eq!(judged.row("tekun", "f"), No);
}

/// Four people with 50 000 of wages and two flats, of 60.00 and 70.50 m².
///
/// Two houses > 1, but 130.50 < 34.20 × 4 = 136.80 m²: within. 50 000 < 69 600: dibao.
pub(crate) fn two_small_flats() -> Household {
    Household::new()
        .member("a", "1980-01-01")
        .member("b", "1980-02-01")
        .member("c", "2010-01-01")
        .member("d", "2015-01-01")
        .income("b", "wage", 5_000_000, 0)
        .house("a", "60")
        .house("b", "70.50")
}

#[test]
fn household_17_two_flats_below_the_reference_area() {
    let judged = two_small_flats().judged();
    assert_eq!(judged.of("household_houses"), Number(2));
    assert_eq!(judged.of("household_house_area"), Number(13_050));
    assert_eq!(judged.household(), [Yes, No, No]);
    // With a third person less, 130.50 is not < 34.20 × 3 = 102.60; and 50 000 < 52 200.
    let three = two_small_flats().field("members", "d", "counted_as", json!("obligor")).judged();
    assert_eq!(three.household(), [No, No, No]);
    assert_eq!(three.of("dibao_houses_within"), No);
}

/// Couple of 50 with 30 000 of wages and one car that takes the seriously ill wife to hospital.
///
/// One car > 0, but it is the only one, for a seriously ill member: within. 30 000 < 34 800: dibao.
pub(crate) fn car_to_hospital() -> Household {
    Household::new()
        .member("a", "1975-01-01")
        .member_with("b", "1975-02-01", json!({"health": "seriously_ill"}))
        .income("a", "wage", 3_000_000, 0)
        .vehicle("a", true)
}

#[test]
fn household_18_one_car_that_goes_to_hospital() {
    assert_eq!(car_to_hospital().judged().household(), [Yes, No, No]);
    let pleasure = car_to_hospital().field("property_rows", "p0", "medical_use", json!(false));
    assert_eq!(pleasure.judged().household(), [No, No, No]);
    assert_eq!(car_to_hospital().vehicle("b", true).judged().of("dibao"), No);
    let healthy = car_to_hospital().field("members", "b", "health", json!("healthy"));
    assert_eq!(healthy.judged().of("dibao"), No);
}

/// Orphan of 12 with grandparents over 70 who cannot provide; 6 000 of government relief and 3 000 of
/// interest on 15 000 in the bank.
///
/// 12 < 16: no capacity to work. 3 000 < 17 400; 15 000 ≤ 20 000: no source of living. Both obligors
/// are unable: tekun. As a household of one: 3 000 < 17 400, 15 000 ≤ 30 000: dibao too.
pub(crate) fn orphan() -> Household {
    Household::new()
        .member("a", "2012-05-01")
        .income_of("a", "transfer", "government_relief", 600_000, 0)
        .income("a", "property", 300_000, 0)
        .deposit("a", 1_500_000)
        .obligor("a", "age_70")
        .obligor("a", "age_70")
        .answer("present_signature_kind", json!("guardian"))
}

#[test]
fn household_19_an_orphan_whose_grandparents_cannot_provide() {
    let judged = orphan().judged();
    assert_eq!(judged.row("tekun_income_fen", "a"), Number(300_000));
    assert_eq!(judged.row("tekun", "a"), Yes);
    assert_eq!(judged.household(), [Yes, No, No]);
    let able = orphan().field("obligor_rows", "o1", "ability", json!("able")).judged();
    assert_eq!(able.row("tekun", "a"), No);
    let unknown = orphan().field("obligor_rows", "o1", "ability", json!("unknown")).judged();
    assert_eq!(unknown.row("tekun", "a"), needs(["/obligor_rows/o1/ability"]));
    let local = orphan().field("obligor_rows", "o1", "ability", json!("local"));
    assert_eq!(local.judged().row("tekun", "a"), Yes);
    let unset = local.without("local_obligor_unable").judged();
    assert_eq!(unset.row("tekun", "a"), needs(["@local_obligor_unable"]));
}

/// Couple of 35 who do not say what he earns, and refuse to speak of what they own.
///
/// Nothing can be computed, and each answer that is missing is named.
pub(crate) fn say_nothing() -> Household {
    Household::new()
        .member("a", "1990-01-01")
        .member("b", "1990-02-01")
        .income("a", "wage", 0, 0)
        .field("income_rows", "i0", "gross_fen", json!("refused"))
        .answer("has_property", json!("refused"))
}

#[test]
fn household_20_who_says_nothing_is_not_guessed_at() {
    let judged = say_nothing().judged();
    assert_eq!(judged.of("annual_income_fen"), needs(["/income_rows/i0/gross_fen"]));
    let both = needs(["/has_property", "/income_rows/i0/gross_fen"]);
    assert_eq!(judged.of("dibao"), both);
    // He is 35 and able: no tekun, whatever he earns and owns.
    assert_eq!(judged.row("tekun", "a"), No);
}
