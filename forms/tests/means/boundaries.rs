//! Both sides of every cut-off of income, expenditure, age and disability.

use crate::household::Told::{No, Number, Yes};
use crate::household::{Household, needs};
use crate::households::disability;
use serde_json::json;

/// So many people of 40 with this income, in fen.
fn earning(people: u8, fen: i64) -> Household {
    let ids = (b'a'..).take(usize::from(people)).map(|id| char::from(id).to_string());
    let household = ids.fold(Household::new(), |household, id| household.member(&id, "1985-01-01"));
    household.income("a", "wage", fen, 0)
}

fn born(birth_date: &str) -> Household {
    Household::new().member("a", birth_date)
}

fn disabled(more: serde_json::Value) -> Household {
    Household::new().member_with("a", "1985-01-01", more)
}

#[test]
fn dibao_ends_at_the_standard_to_the_fen() {
    // 1 450.00 × 12 × n.
    for (people, line) in [(1, 1_740_000), (2, 3_480_000), (3, 5_220_000), (7, 12_180_000)] {
        assert_eq!(earning(people, line - 1).judged().of("dibao"), Yes, "{people}");
        assert_eq!(earning(people, line).judged().of("dibao"), No, "{people}");
    }
}

#[test]
fn the_edge_begins_where_dibao_ends_and_ends_at_its_multiple_to_the_fen() {
    // 1 450.00 × 12 × n × 1.5.
    for (people, line, edge) in [(1, 1_740_000, 2_610_000), (3, 5_220_000, 7_830_000)] {
        assert_eq!(earning(people, line - 1).judged().of("dibao_edge"), No, "{people}");
        assert_eq!(earning(people, line).judged().of("dibao_edge"), Yes, "{people}");
        assert_eq!(earning(people, edge - 1).judged().of("dibao_edge"), Yes, "{people}");
        assert_eq!(earning(people, edge).judged().of("dibao_edge"), No, "{people}");
    }
}

#[test]
fn a_line_between_two_fen_is_not_rounded() {
    // 1 000.01 × 12 × 1.3 = 15 600.156: 15 600.15 is below, 15 600.16 is not.
    let odd = |fen| earning(1, fen).table("dibao_standard_fen", 100_001);
    let odd = |fen| odd(fen).table("edge_multiple_tenths", 13).judged().of("dibao_edge");
    assert_eq!(odd(1_560_015), Yes);
    assert_eq!(odd(1_560_016), No);
    // 1 000.03 / 12 / 1 a month would be 83.34 rounded, and 83.335 is below 83.34.
    let shown = earning(1, 100_003).judged();
    assert_eq!(shown.of("pc_month_fen"), Number(8_334));
}

#[test]
fn a_month_is_rounded_half_up_for_show() {
    for (fen, month) in [(5, 0), (6, 1), (17, 1), (18, 2), (0, 0)] {
        assert_eq!(earning(1, fen).judged().of("pc_month_fen"), Number(month), "{fen}");
    }
    // 11 / 24 is below a half, 12 / 24 is one.
    assert_eq!(earning(2, 11).judged().of("pc_month_fen"), Number(0));
    assert_eq!(earning(2, 12).judged().of("pc_month_fen"), Number(1));
}

#[test]
fn rigid_expenditure_ends_at_last_years_disposable_income_to_the_fen() {
    // 85 415.00 × 2; all of it spent, so that the ratio holds.
    let income = |fen| earning(2, fen).spends("medical", 20_000_000).judged();
    assert_eq!(income(17_082_999).of("rigid_expenditure"), Yes);
    assert_eq!(income(17_083_000).of("rigid_expenditure"), No);
    // And it begins where the edge ends: 26 100.00 × 2.
    assert_eq!(income(5_219_999).household(), [No, Yes, No]);
    assert_eq!(income(5_220_000).household(), [No, No, Yes]);
}

#[test]
fn rigid_expenditure_must_be_more_than_its_share_to_the_fen() {
    // 60 % of 100 000.00.
    let spends = |fen| earning(2, 10_000_000).spends("medical", fen).judged();
    assert_eq!(spends(6_000_000).of("rigid_expenditure"), No);
    assert_eq!(spends(6_000_001).of("rigid_expenditure"), Yes);
    // 33.3 % of 100 000.01 is 33 300.00333.
    let third = |fen| earning(2, 10_000_001).spends("medical", fen);
    let third = |fen| third(fen).table("rigid_ratio_permille", 333).judged().of("rigid_over_ratio");
    assert_eq!(third(3_330_000), No);
    assert_eq!(third(3_330_001), Yes);
}

#[test]
fn every_kind_of_rigid_expenditure_is_added_up() {
    let kinds = ["living", "medical", "education", "rehab", "other"];
    let household = kinds.into_iter().fold(earning(1, 0), |all, kind| all.spends(kind, 101));
    assert_eq!(household.judged().of("rigid_12m_fen"), Number(505));
}

#[test]
fn tekun_income_ends_at_the_standard_of_one_person_to_the_fen() {
    // With another member's income it is another matter: 1 450.00 × 12 for the person alone.
    let earns = |fen| {
        let couple = born("1955-01-01").member("b", "1985-01-01").income("a", "other", fen, 0);
        couple.income("b", "wage", 9_000_000, 0).judged().row("tekun", "a")
    };
    assert_eq!(earns(1_739_999), Yes);
    assert_eq!(earns(1_740_000), No);
}

#[test]
fn no_capacity_to_work_at_sixty_and_below_sixteen() {
    // On 10 March 2025.
    for (birth_date, told) in
        [("1965-03-10", Yes), ("1965-03-11", No), ("2009-03-10", No), ("2009-03-11", Yes)]
    {
        assert_eq!(born(birth_date).judged().row("tekun", "a"), told, "{birth_date}");
    }
}

#[test]
fn a_minor_is_below_eighteen() {
    assert_eq!(born("2007-03-10").judged().of("has_minor"), No);
    assert_eq!(born("2007-03-11").judged().of("has_minor"), Yes);
}

#[test]
fn an_age_that_is_told_by_the_identity_number_needs_no_date() {
    let by_number = born("1990-01-01").field("members", "a", "birth_date", json!("unknown"));
    let by_number = by_number.field("members", "a", "id_no", json!("999999195512310012"));
    assert_eq!(by_number.judged().row("age", "a"), Number(69));
    let unknown = born("1990-01-01").field("members", "a", "birth_date", json!("unknown"));
    assert_eq!(unknown.judged().row("tekun", "a"), needs(["/members/a/id_no"]));
}

#[test]
fn no_capacity_to_work_by_kind_and_grade_of_disability() {
    // Kind, and the last grade that counts (43号 §5); 0 is none.
    for (kind, last) in [("1", 1), ("2", 0), ("3", 0), ("4", 2), ("5", 3), ("6", 3)] {
        for grade in 1..=4 {
            let judged = disabled(disability(kind, grade)).judged();
            let told = if grade <= last { Yes } else { No };
            assert_eq!(judged.row("tekun_no_labour", "a"), told, "{kind} {grade}");
        }
    }
}

#[test]
fn a_multiple_disability_counts_by_its_parts() {
    let parts = |mental: &str, limb: &str, visual: &str| {
        let mut more = disability("7", 1);
        more["mental_grade"] = json!(mental);
        more["limb_grade"] = json!(limb);
        more["visual_grade"] = json!(visual);
        disabled(more).judged().row("tekun_no_labour", "a")
    };
    assert_eq!(parts("none", "none", "none"), No);
    assert_eq!(parts("3", "none", "none"), Yes);
    assert_eq!(parts("4", "3", "2"), No);
    assert_eq!(parts("none", "2", "none"), Yes);
    assert_eq!(parts("none", "none", "1"), Yes);
    assert_eq!(parts("none", "unknown", "none"), needs(["/members/a/limb_grade"]));
}

#[test]
fn who_applies_alone_by_kind_and_grade_of_disability() {
    // Grade 1 and 2 of every kind, grade 3 of intellectual and mental (57号 §8). The income is on the
    // dibao line, so that the household is edge.
    for (kind, last) in [("1", 2), ("2", 2), ("3", 2), ("4", 2), ("5", 3), ("6", 3), ("7", 2)] {
        for grade in 1..=4 {
            let mut more = disability(kind, grade);
            for part in ["mental_grade", "limb_grade", "visual_grade"] {
                more[part] = json!("none");
            }
            let judged = disabled(more).income("a", "wage", 1_740_000, 0).judged();
            let told = if grade <= last { Yes } else { No };
            assert_eq!(judged.row("single_person_dibao", "a"), told, "{kind} {grade}");
        }
    }
    let mut multiple = disability("7", 3);
    multiple["mental_grade"] = json!("3");
    let judged = disabled(multiple).income("a", "wage", 1_740_000, 0).judged();
    assert_eq!(judged.row("single_person_dibao", "a"), Yes);
}

#[test]
fn only_members_of_edge_households_apply_alone() {
    let ill = |fen| {
        let household = disabled(json!({"health": "seriously_ill"})).income("a", "wage", fen, 0);
        household.judged().row("single_person_dibao", "a")
    };
    assert_eq!(ill(1_739_999), No);
    assert_eq!(ill(1_740_000), Yes);
    assert_eq!(ill(2_609_999), Yes);
    assert_eq!(ill(2_610_000), No);
}

#[test]
fn each_kind_of_unable_obligor_counts_and_an_able_one_does_not() {
    for (ability, told) in [
        ("able", No),
        ("tekun", Yes),
        ("dibao_60", Yes),
        ("age_70", Yes),
        ("disabled", Yes),
        ("no_capacity", Yes),
        ("local", Yes),
    ] {
        let judged = born("1955-01-01").obligor("a", ability).judged();
        assert_eq!(judged.row("tekun", "a"), told, "{ability}");
    }
    // Another's obligor is another's.
    let couple = born("1955-01-01").member("b", "1955-01-01").obligor("b", "able").judged();
    assert_eq!(couple.row("tekun", "a"), Yes);
    assert_eq!(couple.row("tekun", "b"), No);
}

#[test]
fn nobody_who_does_not_live_there_is_tekun_or_applies_alone() {
    for counted_as in ["obligor", "not_counted"] {
        let other = json!({"counted_as": counted_as, "counted_as_reason": "在监狱服刑",
            "health": "seriously_ill"});
        let household = Household::new().member("a", "1985-01-01");
        let household = household.member_with("b", "1950-01-01", other);
        let judged = household.income("a", "wage", 1_740_000, 0).judged();
        assert_eq!(judged.of("dibao_edge"), Yes);
        assert_eq!(judged.row("tekun", "b"), No);
        assert_eq!(judged.row("single_person_dibao", "b"), No);
    }
}

#[test]
fn nobody_at_all_is_not_divided_by() {
    let nobody = Household::new().member_with("a", "1985-01-01", json!({"counted_as": "obligor"}));
    let judged = nobody.judged();
    let counted = needs(["/members/a/counted_as"]);
    for name in ["unit_size", "pc_month_fen", "dibao", "dibao_edge"] {
        assert_eq!(judged.of(name), counted, "{name}");
    }
}
