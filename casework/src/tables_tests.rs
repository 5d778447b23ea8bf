use super::*;

fn on(text: &str) -> NaiveDate {
    day(text).expect("day")
}

fn entry(area: &str, from: &str, to: Option<&str>, value: Option<i64>) -> TableEntry {
    TableEntry {
        table: "dibao_standard_fen".to_owned(),
        area_code: area.to_owned(),
        valid_from: on(from),
        valid_to: to.map(on),
        value: value.map(TableValue::Number),
        source: "测试".to_owned(),
        confirmed: true,
    }
}

fn number(entries: &[TableEntry], table: &str, area: &str, day: &str) -> Option<TableValue> {
    in_force(entries.iter(), table, area, on(day)).and_then(|entry| entry.value)
}

const XICHENG: &str = "110102001001";

#[test]
fn a_value_judges_from_its_first_to_its_last_day() {
    let entries = [entry("11", "2024-07-01", Some("2025-06-30"), Some(145_000))];
    let value = |day| number(&entries, "dibao_standard_fen", XICHENG, day);
    assert_eq!(value("2024-06-30"), None);
    assert_eq!(value("2024-07-01"), Some(TableValue::Number(145_000)));
    assert_eq!(value("2025-06-30"), Some(TableValue::Number(145_000)));
    assert_eq!(value("2025-07-01"), None);
}

#[test]
fn of_two_values_the_one_that_began_last_judges() {
    let entries =
        [entry("11", "2024-07-01", None, Some(2)), entry("11", "2023-07-01", None, Some(1))];
    let value = |day| number(&entries, "dibao_standard_fen", XICHENG, day);
    assert_eq!(value("2024-06-30"), Some(TableValue::Number(1)));
    assert_eq!(value("2024-07-01"), Some(TableValue::Number(2)));
}

#[test]
fn the_smallest_area_judges_however_long_it_has_been_in_force() {
    let entries = [
        entry("110102000000", "2020-01-01", None, Some(6)),
        entry("", "2024-01-01", None, Some(0)),
        entry("11", "2025-01-01", None, Some(2)),
    ];
    let value = |area| number(&entries, "dibao_standard_fen", area, "2026-11-23");
    assert_eq!(value(XICHENG), Some(TableValue::Number(6)));
    assert_eq!(value("110105001001"), Some(TableValue::Number(2)));
    assert_eq!(value("310101001001"), Some(TableValue::Number(0)));
}

#[test]
fn a_null_value_of_the_place_hides_the_value_around_it() {
    let entries =
        [entry("11", "2020-01-01", None, Some(2)), entry("110102", "2020-01-01", None, None)];
    assert_eq!(number(&entries, "dibao_standard_fen", XICHENG, "2026-11-23"), None);
    let entry = in_force(entries.iter(), "dibao_standard_fen", XICHENG, on("2026-11-23"));
    assert_eq!(entry.map(|entry| entry.area_code.as_str()), Some("110102"));
}

#[test]
fn another_table_and_another_area_say_nothing() {
    let entries = [entry("110105", "2020-01-01", None, Some(2))];
    assert!(in_force(entries.iter(), "dibao_standard_fen", XICHENG, on("2026-11-23")).is_none());
    let table = "rigid_ratio_permille";
    assert!(in_force(entries.iter(), table, "110105001001", on("2026-11-23")).is_none());
}

#[test]
fn the_shipped_values_are_those_that_are_publicly_known() {
    let entries = shipped().expect("entries");
    let standard = |day| number(&entries, "dibao_standard_fen", XICHENG, day);
    for (day, yuan) in [
        ("2015-12-31", 710),
        ("2016-01-01", 800),
        ("2017-12-31", 900),
        ("2018-01-01", 1000),
        ("2020-06-30", 1100),
        ("2020-07-01", 1170),
        ("2021-07-01", 1245),
        ("2022-07-01", 1320),
        ("2023-07-01", 1395),
        ("2025-06-30", 1450),
    ] {
        assert_eq!(standard(day), Some(TableValue::Number(yuan * 100)), "{day}");
    }
    for day in ["2014-12-31", "2025-07-01", "2026-11-23"] {
        assert_eq!(standard(day), None, "{day}");
    }
    let pension = |day| number(&entries, "central_basic_pension_exempt", XICHENG, day);
    assert_eq!(pension("2025-12-31"), Some(TableValue::Truth(true)));
    assert_eq!(pension("2026-01-01"), None);
    let income = |day| number(&entries, "disposable_income_fen", XICHENG, day);
    assert_eq!(income("2024-12-31"), Some(TableValue::Number(8_175_200)));
    assert_eq!(income("2025-01-01"), Some(TableValue::Number(8_541_500)));
    assert_eq!(income("2026-01-01"), None);
    let multiple = number(&entries, "edge_multiple_tenths", XICHENG, "2026-11-23");
    assert_eq!(multiple, Some(TableValue::Number(15)));
    assert_eq!(number(&entries, "rigid_ratio_permille", XICHENG, "2026-11-23"), None);
}

#[test]
fn what_is_still_to_be_confirmed_is_marked() {
    let entries = shipped().expect("entries");
    for entry in &entries {
        assert!(!entry.source.is_empty());
        assert!(!(entry.confirmed && entry.value.is_none()), "{entry:?}");
    }
    let marked = |day: &str| {
        in_force(entries.iter(), "dibao_standard_fen", XICHENG, on(day)).map(|e| e.confirmed)
    };
    assert_eq!(marked("2018-01-01"), Some(true));
    assert_eq!(marked("2023-07-01"), Some(false));
    assert_eq!(marked("2024-07-01"), Some(false));
}

#[test]
fn names_are_there_once_and_each_measure_holds_its_own() {
    for (at, one) in TABLES.iter().enumerate() {
        assert!(TABLES[..at].iter().all(|other| other.name != one.name), "{}", one.name);
        assert_eq!(one.measure == Measure::Truth, one.measure.unit_zh().is_empty());
    }
    assert!(Measure::Fen.holds(TableValue::Number(0)));
    assert!(!Measure::Fen.holds(TableValue::Number(-1)));
    assert!(!Measure::Fen.holds(TableValue::Number(1 << 53)));
    assert!(!Measure::Fen.holds(TableValue::Truth(true)));
    assert!(!Measure::Truth.holds(TableValue::Number(1)));
}

#[test]
fn entries_that_cannot_be_are_refused() {
    let read = |table: &str, area: &str, from: &str, to: &str, value: &str| {
        parse(&format!(
            r#"[{{"table":"{table}","area_code":"{area}","valid_from":"{from}","valid_to":{to},
                "value":{value},"source":"测试","confirmed":false}}]"#
        ))
    };
    let standard = "dibao_standard_fen";
    assert!(read(standard, "11", "2026-01-01", "null", "145000").is_ok());
    let unknown = read("no_such_table", "11", "2026-01-01", "null", "1");
    assert!(matches!(unknown, Err(EntriesError::UnknownTable(_))));
    for unfit in [
        read(standard, "1", "2026-01-01", "null", "1"),
        read(standard, "11", "2026-13-01", "null", "1"),
        read(standard, "11", "2026-01-02", "\"2026-01-01\"", "1"),
        read(standard, "11", "2026-01-02", "\"tomorrow\"", "1"),
        read(standard, "11", "2026-01-01", "null", "-1"),
        read(standard, "11", "2026-01-01", "null", "true"),
    ] {
        assert!(matches!(unfit, Err(EntriesError::Unfit { .. })), "{unfit:?}");
    }
}
