//! What holds of all households.

use crate::household::Told::{No, Yes};
use crate::household::{Household, Judged, Told};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MEMBERS: [&str; 4] = ["a", "b", "c", "d"];
const CATEGORIES: [&str; 5] = ["wage", "business", "property", "transfer", "other"];
const NATURES: [&str; 5] =
    ["ordinary", "scholarship", "central_basic_pension", "local", "old_age_allowance"];
const PROPERTIES: [&str; 5] = ["deposit", "house", "vehicle", "market_entity", "other"];

#[derive(Clone, Debug)]
struct Income {
    of: usize,
    category: usize,
    nature: usize,
    gross: i64,
    /// What remains of it, or in business also what is lost.
    net: i64,
}

fn income() -> impl Strategy<Value = Income> {
    let gross = prop_oneof![0..10_i64, 0..4_000_000_i64];
    (0..4_usize, 0..5_usize, 0..5_usize, gross, 0..100_i64, any::<bool>()).prop_map(
        |(of, category, nature, gross, percent, lost)| {
            let kept = gross - gross * percent / 100;
            let net = if lost && category == 1 { -kept } else { kept };
            Income { of, category, nature, gross, net }
        },
    )
}

fn members() -> impl Strategy<Value = Vec<(u16, Value)>> {
    let kind = prop_oneof![
        Just(json!({})),
        Just(json!({"health": "seriously_ill"})),
        Just(json!({"disabled": true, "disability_type": "5", "disability_grade": 3})),
        Just(json!({"disabled": true, "disability_type": "4", "disability_grade": 2})),
        Just(json!({"counted_as": "obligor"})),
    ];
    proptest::collection::vec((1940..2024_u16, kind), 4)
}

fn properties() -> impl Strategy<Value = Vec<(usize, usize, u32)>> {
    proptest::collection::vec((0..4_usize, 0..5_usize, 0..6_000_000_u32), 0..4)
}

fn household() -> impl Strategy<Value = Household> {
    let incomes = proptest::collection::vec(income(), 0..5);
    let spent = prop_oneof![Just(0), 0..20_000_000_i64];
    let obligors = proptest::collection::vec((0..4_usize, any::<bool>()), 0..3);
    let truths = (any::<bool>(), any::<bool>(), any::<bool>());
    (members(), incomes, properties(), spent, obligors, truths).prop_map(
        |(members, incomes, properties, spent, obligors, truths)| {
            let mut household = Household::new()
                .table("business_loss_offsets", truths.0)
                .table("single_person_from_rigid", truths.1)
                .table("central_basic_pension_exempt", truths.2);
            for (id, (year, more)) in MEMBERS.into_iter().zip(members) {
                household = household.member_with(id, &format!("{year}-05-01"), more);
            }
            // Somebody always counts.
            household = household.field("members", "a", "counted_as", json!("shared_living"));
            for income in incomes {
                household = earn(household, &income);
            }
            for (of, category, size) in properties {
                let house = json!({"amount_fen": size, "medical_use": size % 2 == 0,
                    "area_m2": format!("{}.{:02}", size / 100_000 + 1, size % 100)});
                household = household.property(MEMBERS[of], PROPERTIES[category], house);
            }
            if spent > 0 {
                household = household.spends("medical", spent);
            }
            for (of, able) in obligors {
                household = household.obligor(MEMBERS[of], if able { "able" } else { "tekun" });
            }
            household
        },
    )
}

fn earn(household: Household, income: &Income) -> Household {
    let category = CATEGORIES[income.category];
    let deductions = income.gross - income.net;
    let (of, nature) = (MEMBERS[income.of], NATURES[income.nature]);
    household.income_of(of, category, nature, income.gross, deductions)
}

/// From no help to the most: whom the household is, as a household.
fn rank(judged: &Judged) -> u8 {
    match judged.household() {
        [Yes, No, No] => 3,
        [No, Yes, No] => 2,
        [No, No, Yes] => 1,
        [No, No, No] => 0,
        other => panic!("{other:?}"),
    }
}

fn of_members(judged: &Judged, name: &str) -> Vec<Told> {
    MEMBERS.iter().map(|member| judged.row(name, member)).collect()
}

/// The same household with other ids for its rows, in another order.
fn renamed(household: &Household, turn: usize) -> (Household, BTreeMap<String, String>) {
    let mut names = BTreeMap::new();
    for (group, rows) in &household.answers {
        let Some(rows) =
            rows.as_object().filter(|_| group.ends_with("_rows") || group == "members")
        else {
            continue;
        };
        for (at, id) in rows.keys().enumerate() {
            names.insert(id.clone(), format!("r{}-{id}", (at + turn) % rows.len()));
        }
    }
    let mut other = household.clone();
    for value in other.answers.values_mut() {
        let Some(rows) = value.as_object_mut() else { continue };
        let renamed = std::mem::take(rows).into_iter().map(|(id, mut row)| {
            for field in ["member", "owner", "of"] {
                if let Some(reference) = row.get_mut(field) {
                    *reference = json!(names[reference.as_str().unwrap()]);
                }
            }
            (names.get(&id).cloned().unwrap_or(id), row)
        });
        *rows = renamed.collect();
    }
    let present = names["a"].clone();
    (other.answer("present_member", json!(present)), names)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn more_income_never_makes_anybody_more_eligible(
        household in household(),
        more in income().prop_filter("an income", |income| income.net >= 0),
    ) {
        let before = household.judged();
        let after = earn(household, &more).judged();
        prop_assert!(rank(&after) <= rank(&before));
        for (before, after) in of_members(&before, "tekun").into_iter().zip(of_members(&after, "tekun")) {
            prop_assert!(before == Yes || after == No);
        }
        // A member applies alone only of a household that had been helped as a whole.
        let alone = of_members(&after, "single_person_dibao").contains(&Yes);
        prop_assert!(!alone || rank(&before) > 0);
    }

    #[test]
    fn a_household_is_suggested_for_one_thing_at_most(household in household()) {
        rank(&household.judged());
    }

    #[test]
    fn neither_order_nor_ids_of_rows_matter(household in household(), turn in 0..4_usize) {
        let (other, names) = renamed(&household, turn);
        let (one, two) = (household.judged(), other.judged());
        for (name, value) in one.0.as_object().unwrap() {
            match value.get("rows").and_then(Value::as_object) {
                None => prop_assert_eq!(value, &two.0[name], "{}", name),
                Some(rows) => for (row, value) in rows {
                    prop_assert_eq!(value, &two.0[name]["rows"][&names[row]], "{} {}", name, row);
                },
            }
        }
        prop_assert_eq!(household.problems().len(), other.problems().len());
    }

    #[test]
    fn a_value_that_nobody_has_entered_is_never_guessed(household in household(), at in 0..37_usize) {
        let table = household.given.keys().nth(at).unwrap().clone();
        let known = household.judged();
        let unknown = household.without(&table).judged();
        let missing = Told::Needs(vec![format!("@{table}")]);
        for name in ["dibao", "dibao_edge", "rigid_expenditure"] {
            let told = unknown.of(name);
            prop_assert!(told == known.of(name) || told == missing, "{name}: {told:?}");
        }
        for name in ["tekun", "single_person_dibao"] {
            for (was, told) in of_members(&known, name).into_iter().zip(of_members(&unknown, name)) {
                prop_assert!(told == was || told == missing, "{name}: {told:?}");
            }
        }
    }
}
