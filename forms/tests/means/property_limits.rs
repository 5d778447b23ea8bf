//! Both sides of every limit of property, for each kind of assistance by its own rules.

use crate::household::Told::{No, Yes};
use crate::household::{Household, Told, needs};
use serde_json::json;

/// Two people, of whom one is 70 and seriously ill and owns everything.
fn owner() -> Household {
    let ill = json!({"health": "seriously_ill"});
    Household::new().member_with("a", "1955-01-01", ill).member("b", "1985-01-01")
}

fn within(kind: &str, household: &Household) -> Told {
    let judged = household.judged();
    match kind {
        "tekun" => judged.row("tekun_property_within", "a"),
        _ => judged.of(&format!("{kind}_property_within")),
    }
}

const KINDS: [&str; 4] = ["dibao", "edge", "rigid", "tekun"];

/// For how many people a limit is.
fn people(kind: &str) -> i64 {
    if kind == "tekun" { 1 } else { 2 }
}

fn limit(kind: &str, what: &str) -> i64 {
    owner().given[&format!("{kind}_{what}")].as_i64().unwrap()
}

#[test]
fn financial_assets_reach_the_limit_and_not_a_fen_more() {
    for kind in KINDS {
        let limit = limit(kind, "financial_fen") * people(kind);
        assert_eq!(within(kind, &owner().deposit("a", limit)), Yes, "{kind}");
        assert_eq!(within(kind, &owner().deposit("a", limit + 1)), No, "{kind}");
    }
}

#[test]
fn financial_assets_of_every_kind_are_added_up() {
    let kinds = [
        "deposit",
        "securities",
        "fund",
        "commercial_insurance",
        "credit_claim",
        "internet_finance",
    ];
    let household = kinds.into_iter().fold(owner(), |household, kind| {
        household.property("a", kind, json!({"amount_fen": 1_000_000}))
    });
    assert_eq!(within("dibao", &household), Yes);
    assert_eq!(within("dibao", &household.deposit("b", 1)), No);
}

#[test]
fn other_property_reaches_the_limit_and_not_a_fen_more() {
    for kind in KINDS {
        let limit = limit(kind, "other_fen") * people(kind);
        let other = |fen| owner().property("a", "other", json!({"amount_fen": fen}));
        assert_eq!(within(kind, &other(limit)), Yes, "{kind}");
        assert_eq!(within(kind, &other(limit + 1)), No, "{kind}");
    }
}

fn houses(count: i64, area_m2: &str) -> Household {
    let first = owner().house("a", area_m2);
    (1..count).fold(first, |household, _| household.house("a", "0.01"))
}

#[test]
fn houses_reach_their_number_however_large() {
    for kind in KINDS {
        let max = limit(kind, "houses_max");
        assert_eq!(within(kind, &houses(max, "1000")), Yes, "{kind}");
        assert_eq!(within(kind, &houses(max + 1, "1000")), No, "{kind}");
    }
}

#[test]
fn more_houses_stay_below_the_area_of_each_person() {
    for kind in KINDS {
        let max = limit(kind, "houses_max");
        // The others are of 0.01 m² each.
        let line = limit(kind, "house_area") * people(kind) - max;
        let square_metres =
            |hundredths: i64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let household = |hundredths| houses(max + 1, &square_metres(hundredths));
        assert_eq!(within(kind, &household(line - 1)), Yes, "{kind}");
        assert_eq!(within(kind, &household(line)), No, "{kind}");
    }
}

#[test]
fn vehicles_reach_their_number() {
    for kind in KINDS {
        let max = limit(kind, "vehicles_max");
        let vehicles = |count| (0..count).fold(owner(), |all, _| all.vehicle("a", false));
        assert_eq!(within(kind, &vehicles(max)), Yes, "{kind}");
        assert_eq!(within(kind, &vehicles(max + 1)), No, "{kind}");
    }
}

#[test]
fn the_only_vehicle_may_go_to_hospital_where_that_is_allowed() {
    for kind in KINDS {
        let table = format!("{kind}_medical_vehicle");
        let allowed = |allowed: bool| {
            let household = owner().vehicle("a", true).table(&table, allowed);
            within(kind, &household.table(&format!("{kind}_vehicles_max"), 0))
        };
        assert_eq!(allowed(true), Yes, "{kind}");
        assert_eq!(allowed(false), No, "{kind}");
        let two = owner().vehicle("a", true).vehicle("a", true).table(&table, true);
        let two = two.table(&format!("{kind}_vehicles_max"), 0);
        assert_eq!(within(kind, &two), No, "{kind}");
    }
}

#[test]
fn market_entities_reach_their_number() {
    for kind in KINDS {
        let max = limit(kind, "entities_max");
        let entity = json!({"amount_fen": 100});
        let entities = |count| {
            (0..count).fold(owner(), |all, _| all.property("a", "market_entity", entity.clone()))
        };
        assert_eq!(within(kind, &entities(max)), Yes, "{kind}");
        assert_eq!(within(kind, &entities(max + 1)), No, "{kind}");
    }
}

#[test]
fn a_limit_that_nobody_has_set_is_named_where_there_is_something_to_judge() {
    for kind in KINDS {
        let unset = |household: Household, what: &str| {
            within(kind, &household.without(&format!("{kind}_{what}")))
        };
        let named = |what: &str| Told::Needs(vec![format!("@{kind}_{what}")]);
        assert_eq!(unset(owner().deposit("a", 1), "financial_fen"), named("financial_fen"));
        assert_eq!(unset(owner().house("a", "1000"), "houses_max"), named("houses_max"));
        assert_eq!(unset(owner().vehicle("a", false), "vehicles_max"), named("vehicles_max"));
        let entity = owner().property("a", "market_entity", json!({"amount_fen": 0}));
        assert_eq!(unset(entity, "entities_max"), named("entities_max"));
        let other = owner().property("a", "other", json!({"amount_fen": 1}));
        assert_eq!(unset(other, "other_fen"), named("other_fen"));
        for what in ["financial_fen", "houses_max", "vehicles_max", "entities_max", "other_fen"] {
            assert_eq!(unset(owner(), what), Yes, "{kind} {what}");
        }
        // A house below the area of each person is within, whatever the number may be.
        assert_eq!(unset(owner().house("a", "10"), "houses_max"), Yes);
    }
}

#[test]
fn what_is_exempt_or_anothers_counts_for_nothing() {
    let exempt = json!({"amount_fen": 90_000_000, "exempt": true, "exempt_reason": "抚恤金结余"});
    let household = owner().property("a", "deposit", exempt);
    for kind in KINDS {
        assert_eq!(within(kind, &household), Yes, "{kind}");
    }
    // What another member owns is the household's, and not the tekun person's.
    let wife = owner().deposit("b", 90_000_000);
    assert_eq!(within("dibao", &wife), No);
    assert_eq!(within("tekun", &wife), Yes);
    // What someone owns who does not count is neither's.
    let son = wife.field("members", "b", "counted_as", json!("obligor"));
    assert_eq!(within("dibao", &son), Yes);
}

#[test]
fn an_amount_or_area_that_is_not_known_is_named() {
    let deposit = owner().property("a", "deposit", json!({"amount_fen": "unknown"}));
    let named = needs(["/property_rows/p0/amount_fen"]);
    for kind in KINDS {
        assert_eq!(within(kind, &deposit), named, "{kind}");
    }
    // One house is within by number; of three, the area must be known.
    let house = houses(3, "10").field("property_rows", "p0", "area_m2", json!("refused"));
    for kind in KINDS {
        assert_eq!(within(kind, &house), needs(["/property_rows/p0/area_m2"]), "{kind}");
    }
}
