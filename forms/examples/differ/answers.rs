//! Random answers to a form: mostly of the kinds it asks for, and often at a bound.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::random::Random;

/// The bounds of numbers, in answers and in rules.
const MAX: i64 = 9_007_199_254_740_991;

/// Rows with odd names: escaped in pointers, sorted differently by UTF-16 units, known to a language.
const ROW_IDS: [&str; 10] =
    ["r1", "r2", "10", "9", "a/b~", "", "\u{1f600}", "\u{fffd}", "__proto__", "测试甲"];

const TEXTS: [&str; 9] =
    ["测试", "x", "", " \u{3000}\t", "\u{85}", "\u{feff}", "𠮷😀", "a\u{301}", "unknown"];

const DATES: [&str; 10] = [
    "2026-11-23",
    "2026-01-01",
    "1966-11-23",
    "1966-11-24",
    "2008-11-23",
    "2024-02-29",
    "2025-03-01",
    "0001-01-01",
    "9999-12-31",
    "2025-12-31",
];

const UUIDS: [&str; 2] =
    ["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"];

/// How one set of answers is: whole or full of holes, in order or not.
#[derive(Clone, Copy)]
pub(crate) struct Mood {
    missing_percent: usize,
    wrong_percent: usize,
}

impl Mood {
    pub(crate) fn any(random: &mut Random) -> Self {
        Self {
            missing_percent: *random.one(&[0, 0, 3, 10, 40]),
            wrong_percent: *random.one(&[0, 0, 0, 0, 1, 5, 20]),
        }
    }
}

pub(crate) struct Answering<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) mood: Mood,
    /// The rows that each group will have.
    rows: BTreeMap<String, Vec<String>>,
}

impl<'a> Answering<'a> {
    pub(crate) fn new(random: &'a mut Random, mood: Mood) -> Self {
        Self { random, mood, rows: BTreeMap::new() }
    }

    pub(crate) fn answers(&mut self, questions: &[&Value]) -> Map<String, Value> {
        for question in questions {
            if let Some(rows_max) = question["kind"]["max_rows"].as_u64() {
                let rows = self.row_ids(rows_max as usize);
                self.rows.insert(text(&question["id"]), rows);
            }
        }
        self.answer_all(questions.iter().copied())
    }

    fn answer_all<'q>(&mut self, questions: impl Iterator<Item = &'q Value>) -> Map<String, Value> {
        let mut answers = Map::new();
        for question in questions {
            if !self.random.percent(self.mood.missing_percent) {
                answers.insert(text(&question["id"]), self.answer_one(question));
            }
        }
        if self.random.percent(3) {
            answers.insert("nobody_asked".to_owned(), self.anything());
        }
        answers
    }

    fn row_ids(&mut self, rows_max: usize) -> Vec<String> {
        let one_too_many = self.random.percent(self.mood.wrong_percent) && rows_max < 9;
        let most = if one_too_many { rows_max + 1 } else { rows_max.min(4) };
        let count = if one_too_many { most } else { self.random.below(most + 1) };
        (0..count)
            .map(|index| match self.random.percent(70) {
                true => format!("r{index}"),
                false => (*self.random.one(&ROW_IDS)).to_owned(),
            })
            .collect()
    }

    /// An answer to the question, perhaps `unknown`, perhaps of another kind.
    pub(crate) fn answer_one(&mut self, question: &Value) -> Value {
        if self.random.percent(self.mood.wrong_percent) {
            return self.anything();
        }
        match question["may_be"].as_array() {
            Some(excuses) if !excuses.is_empty() && self.random.percent(10) => {
                self.random.one(excuses).clone()
            }
            _ => self.of_kind(&question["kind"], &text(&question["id"])),
        }
    }

    fn of_kind(&mut self, kind: &Value, id: &str) -> Value {
        match text(&kind["type"]).as_str() {
            "choice" => self.option(kind),
            "choices" => {
                let count = *self.random.one(&[0, 1, 1, 1, 2, 3]);
                (0..count)
                    .map(|_| (text(&self.option(kind)), json!(true)))
                    .collect::<Map<_, _>>()
                    .into()
            }
            "integer" => json!(self.number(kind["min"].as_i64(), kind["max"].as_i64())),
            "decimal" => {
                let units = self.number(kind["min"].as_i64(), kind["max"].as_i64());
                json!(self.decimal(units, kind["scale"].as_u64().unwrap_or(1)))
            }
            "fen" => json!(self.number(Some(0), Some(MAX))),
            "date" => json!(self.date()),
            "yes_no" => json!(self.random.percent(50)),
            "text" => self.text(kind["max_chars"].as_u64().unwrap_or(1) as usize),
            "id_number" => json!(self.citizen_number()),
            "area_code" => json!("9".repeat(kind["digits"].as_u64().unwrap_or(6) as usize)),
            "photo" | "signature" => json!(self.random.one(&UUIDS)),
            "location" => json!([self.random.between(-90_000_000, 90_000_000), 180_000_000, 0]),
            "row_of" => {
                let rows = self.rows.get(&text(&kind["group"])).cloned().unwrap_or_default();
                let known = !rows.is_empty() && self.random.percent(90);
                json!(if known {
                    self.random.one(&rows).as_str()
                } else {
                    *self.random.one(&ROW_IDS)
                })
            }
            _ => self.group(kind, id),
        }
    }

    fn group(&mut self, kind: &Value, id: &str) -> Value {
        let fields: Vec<&Value> = kind["questions"].as_array().into_iter().flatten().collect();
        let rows = self.rows.get(id).cloned().unwrap_or_default();
        let mut group = Map::new();
        for row in rows {
            let wrong = self.random.percent(self.mood.wrong_percent / 4);
            let answers = self.answer_all(fields.iter().copied());
            group.insert(row, if wrong { self.anything() } else { answers.into() });
        }
        group.into()
    }

    fn option(&mut self, kind: &Value) -> Value {
        let options = kind["options"].as_array().cloned().unwrap_or_default();
        self.random.one(&options)["code"].clone()
    }

    /// Mostly small, so that rules come to values; sometimes at a bound, its own or that of all numbers.
    pub(crate) fn number(&mut self, min: Option<i64>, max: Option<i64>) -> i64 {
        let (min, max) = (min.unwrap_or(-MAX), max.unwrap_or(MAX));
        let number = match self.random.below(20) {
            0 => min,
            1 => max,
            2 => 0,
            3 => self.random.between(min, max),
            4..=7 => self.random.between(0, 1_000_000),
            _ => self.random.between(-3, 12),
        };
        number.clamp(min, max)
    }

    /// With as many of its places as there are, or without those that are 0.
    fn decimal(&mut self, units: i64, scale: u64) -> String {
        let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
        let sign = if units < 0 { "-" } else { "" };
        let full = format!("{sign}{whole}.{fraction}");
        match self.random.percent(50) {
            true => full.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => full,
        }
    }

    pub(crate) fn date(&mut self) -> String {
        match self.random.percent(40) {
            true => (*self.random.one(&DATES)).to_owned(),
            false => {
                let (month, day) = (self.random.between(1, 12), self.random.between(1, 28));
                format!("{:04}-{month:02}-{day:02}", self.random.between(1920, 2030))
            }
        }
    }

    fn text(&mut self, characters_max: usize) -> Value {
        let text = match self.random.below(10) {
            0 => "𠮷".repeat(characters_max.min(40)),
            1 => "字".repeat(characters_max.min(40) + 1),
            _ => (*self.random.one(&TEXTS)).to_owned(),
        };
        json!(text)
    }

    /// In a division that nobody has, with its check digit by GB 11643; seldom of a day that is none.
    fn citizen_number(&mut self) -> String {
        let date = if self.random.percent(5) { "20260230".to_owned() } else { self.date() };
        let head = format!("999999{}{:03}", date.replace('-', ""), self.random.between(0, 999));
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let digits = head.bytes().map(|byte| usize::from(byte - b'0'));
        let sum: usize = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
        format!("{head}{}", &"10X98765432"[sum % 11..=sum % 11])
    }

    /// What no question, or another one, asks for.
    pub(crate) fn anything(&mut self) -> Value {
        let texts = ["", "x", "a", "yes", "unknown", "refused", "2026-02-29", "1.5", "00.5", "1e1"];
        match self.random.below(12) {
            0 => Value::Null,
            1 => json!(self.random.percent(50)),
            2 => json!(self.random.between(-2, 200)),
            3 => json!(*self.random.one(&[MAX + 1, -MAX - 1, i64::MAX, i64::MIN])),
            4 => json!(*self.random.one(&[1.5, -0.0, 4.0, 1e300, -1e300, 1e-300, 0.1])),
            5 => json!([]),
            6 => json!({}),
            7 => json!({"a": true, "zz": false, "none": true}),
            8 => json!([90_000_001, 0, 0]),
            9 => json!(self.citizen_number().replace('9', "8")),
            10 => json!("𠮷".repeat(70)),
            _ => json!(*self.random.one(&texts)),
        }
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
