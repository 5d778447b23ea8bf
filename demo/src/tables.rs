//! What the demo's rule tables say. Nothing of it is a rule of the law or of a place: each value is
//! marked as made up, and stands only where nothing is known publicly.

use crate::desk::Desk;
use crate::district::{CITY_ADMIN, DISTRICT};
use crate::{DemoError, District};
use chrono::{Datelike as _, NaiveDate};
use ruhu_casework::tables::{self, TABLES, TableEntry, in_force};
use serde_json::{Value, json};

/// How a made-up value is marked, so that nobody takes it for a standard.
const SOURCE: &str = "演示值，不是法定标准";

/// By the end of a table's name, so that the four kinds of assistance are alike.
fn made_up(table: &str) -> Option<Value> {
    let (_, what) = table.split_once('_')?;
    Some(match (table, what) {
        ("dibao_standard_fen", _) => json!(150_000),
        ("edge_multiple_tenths", _) => json!(15),
        ("disposable_income_fen", _) => json!(9_000_000),
        ("rigid_ratio_permille", _) => json!(600),
        ("central_basic_pension_exempt" | "single_person_from_rigid", _) => json!(true),
        ("local_exempt_income" | "business_loss_offsets" | "local_obligor_unable", _) => {
            json!(false)
        }
        ("gbt42195_adjustments_stack", _) => json!(false),
        (_, "financial_fen") => json!(3_600_000),
        (_, "houses_max") => json!(1),
        (_, "house_area") => json!(1_500),
        (_, "vehicles_max" | "entities_max") => json!(0),
        (_, "medical_vehicle") => json!(true),
        (_, "other_fen") => json!(1_000_000),
        _ => return None,
    })
}

/// What is entered on a day: a value for every table of which nothing is known in the district.
fn missing(known: &[TableEntry], today: NaiveDate) -> Vec<(&'static str, Value)> {
    let is_known = |table: &str| {
        in_force(known.iter(), table, DISTRICT, today).is_some_and(|entry| entry.value.is_some())
    };
    let unknown = TABLES.iter().filter(|table| !is_known(table.name));
    unknown.filter_map(|table| Some((table.name, made_up(table.name)?))).collect()
}

/// Enters them at the desk, as the city's administrator; gives how many.
pub(crate) fn enter(
    address: &str,
    district: &District,
    today: NaiveDate,
) -> Result<usize, DemoError> {
    let plan = |error: &dyn std::fmt::Display| DemoError::Plan(error.to_string());
    let known = tables::shipped().map_err(|error| plan(&error))?;
    let admin = district.people.iter().find(|person| person.login == CITY_ADMIN);
    let admin = admin.ok_or_else(|| plan(&"nobody administers the city"))?;
    let mut desk = Desk::sign_in(address, &admin.login, &admin.name)?;
    let first_day = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let values = missing(&known, today);
    for (table, value) in &values {
        let entry = json!({"table": table, "area_code": DISTRICT, "valid_from": first_day,
            "value": value, "source": SOURCE, "confirmed": false});
        desk.act("/v1/tables", &entry)?;
    }
    Ok(values.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_table_is_left_without_a_value_and_what_is_known_is_left_alone() {
        let today: NaiveDate = "2026-11-28".parse().expect("a day");
        assert_eq!(missing(&[], today).len(), TABLES.len());
        let known = tables::shipped().expect("tables");
        let entered = missing(&known, today);
        for table in TABLES {
            let value = in_force(known.iter(), table.name, DISTRICT, today).and_then(|e| e.value);
            let is_entered = entered.iter().any(|(name, _)| *name == table.name);
            assert_ne!(value.is_some(), is_entered, "{}", table.name);
        }
    }
}
