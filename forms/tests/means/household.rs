//! A household as an investigator would have it, put together in a test: whole enough to be handed in.
//! The numbers of the tables are made up, save the standard and the disposable income of 2025.

use ruhu_forms::{Answers, Catalogue, Form, Given, Scalar};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static FORM: LazyLock<Form> = LazyLock::new(|| {
    let catalogue = Catalogue::load().unwrap();
    catalogue.get("means", 1).unwrap().form().clone()
});

pub(crate) fn form() -> &'static Form {
    &FORM
}

const SIGNATURE: &str = "019244f0-0000-7000-8000-000000000001";

/// 低保标准 1450元/人·月: 17 400元 a year for one person. 低保边缘: 26 100元. 人均可支配收入 85 415元.
const TABLES: [(&str, i64); 23] = [
    ("dibao_standard_fen", 145_000),
    ("edge_multiple_tenths", 15),
    ("disposable_income_fen", 8_541_500),
    ("rigid_ratio_permille", 600),
    ("dibao_financial_fen", 3_000_000),
    ("dibao_houses_max", 1),
    ("dibao_house_area", 3_420),
    ("dibao_vehicles_max", 0),
    ("dibao_entities_max", 0),
    ("dibao_other_fen", 100_000),
    ("edge_financial_fen", 5_000_000),
    ("edge_houses_max", 1),
    ("edge_house_area", 3_420),
    ("edge_vehicles_max", 0),
    ("edge_entities_max", 0),
    ("edge_other_fen", 200_000),
    ("rigid_financial_fen", 8_000_000),
    ("rigid_houses_max", 2),
    ("rigid_house_area", 5_000),
    ("rigid_vehicles_max", 1),
    ("rigid_entities_max", 1),
    ("rigid_other_fen", 300_000),
    ("tekun_financial_fen", 2_000_000),
];

const TABLES_TEKUN: [(&str, i64); 5] = [
    ("tekun_houses_max", 1),
    ("tekun_house_area", 3_420),
    ("tekun_vehicles_max", 0),
    ("tekun_entities_max", 0),
    ("tekun_other_fen", 100_000),
];

const TRUTHS: [(&str, bool); 9] = [
    ("central_basic_pension_exempt", true),
    ("local_exempt_income", true),
    ("business_loss_offsets", true),
    ("single_person_from_rigid", false),
    ("local_obligor_unable", true),
    ("dibao_medical_vehicle", true),
    ("edge_medical_vehicle", true),
    ("rigid_medical_vehicle", true),
    ("tekun_medical_vehicle", false),
];

#[derive(Clone, Debug)]
pub(crate) struct Household {
    pub(crate) answers: Answers,
    pub(crate) given: BTreeMap<String, Value>,
}

impl Household {
    /// An application accepted on 10 March 2025, by people who have nothing.
    pub(crate) fn new() -> Self {
        Self::on("2025-03-10")
    }

    pub(crate) fn on(applied_on: &str) -> Self {
        let neighbour = json!({"name": "测试邻", "agrees": "yes", "says": "情况属实"});
        let answers = json!({
            "applied_on": applied_on,
            "visited_on": applied_on,
            "visit_mode": "in_person",
            "present_names": "测试甲，户主",
            "members": {},
            "complaint": false,
            "has_income": false,
            "has_property": false,
            "has_rigid_expenditure": false,
            "has_obligors": false,
            "neighbours": {"n1": neighbour, "n2": neighbour},
            "decoration": "plain",
            "signal_utilities": false,
            "signal_school": false,
            "signal_travel": false,
            "findings": "与申报一致",
            "poverty_cause": {"illness": true},
            "opinion": "建议按程序审核",
            "present_member": "a",
            "present_signature": SIGNATURE,
            "present_signature_kind": "self",
        });
        let numbers = TABLES.into_iter().chain(TABLES_TEKUN);
        let numbers = numbers.map(|(name, number)| (name.to_owned(), json!(number)));
        let truths = TRUTHS.into_iter().map(|(name, truth)| (name.to_owned(), json!(truth)));
        Self { answers: object(answers), given: numbers.chain(truths).collect() }
    }

    /// Someone who lives with the others, is healthy, not disabled, and of this birth date.
    pub(crate) fn member(self, id: &str, birth_date: &str) -> Self {
        self.member_with(id, birth_date, json!({}))
    }

    pub(crate) fn member_with(mut self, id: &str, birth_date: &str, more: Value) -> Self {
        let birth_year: i32 = birth_date[..4].parse().unwrap();
        let fourteen = format!("{:04}{}", birth_year + 14, &birth_date[4..]);
        let child = fourteen.as_str() > self.answers["applied_on"].as_str().unwrap();
        let mut member = object(json!({
            "name": "测试甲", "id_type": "none", "id_no_absent_reason": "not_shown",
            "sex": "1", "birth_date": birth_date, "relation_code": "99",
            "counted_as": "shared_living", "kin_to_staff": "no", "employment": "no_work",
            "labor": "full", "health": "healthy", "disabled": false,
            "consent_signature": SIGNATURE,
            "consent_signed_by": if child { "guardian" } else { "self" },
        }));
        member.extend(object(more));
        self.rows("members").insert(id.to_owned(), Value::Object(member));
        self
    }

    /// A year's income of a member, in fen: gross, and what is taken off.
    pub(crate) fn income(self, of: &str, category: &str, gross: i64, deductions: i64) -> Self {
        self.income_of(of, category, "ordinary", gross, deductions)
    }

    pub(crate) fn income_of(
        mut self,
        of: &str,
        category: &str,
        nature: &str,
        gross: i64,
        deductions: i64,
    ) -> Self {
        self.answers.insert("has_income".to_owned(), json!(true));
        let row = json!({"member": of, "category": category, "nature": nature,
            "local_basis": "测试文件", "gross_fen": gross, "deductions_fen": deductions});
        let rows = self.rows("income_rows");
        rows.insert(format!("i{}", rows.len()), row);
        self
    }

    pub(crate) fn property(mut self, of: &str, category: &str, more: Value) -> Self {
        self.answers.insert("has_property".to_owned(), json!(true));
        let mut row = object(json!({"owner": of, "category": category, "exempt": false}));
        row.extend(object(more));
        let rows = self.rows("property_rows");
        rows.insert(format!("p{}", rows.len()), Value::Object(row));
        self
    }

    pub(crate) fn deposit(self, of: &str, fen: i64) -> Self {
        self.property(of, "deposit", json!({"amount_fen": fen}))
    }

    pub(crate) fn house(self, of: &str, area_m2: &str) -> Self {
        let house = json!({"house_type": "flat", "tenure": "own", "area_m2": area_m2});
        self.property(of, "house", house)
    }

    pub(crate) fn vehicle(self, of: &str, medical_use: bool) -> Self {
        self.property(of, "vehicle", json!({"medical_use": medical_use}))
    }

    pub(crate) fn spends(mut self, kind: &str, fen: i64) -> Self {
        self.answers.insert("has_rigid_expenditure".to_owned(), json!(true));
        let rows = self.rows("rigid_rows");
        rows.insert(format!("s{}", rows.len()), json!({"kind": kind, "amount_fen": fen}));
        self
    }

    pub(crate) fn obligor(mut self, of: &str, ability: &str) -> Self {
        self.answers.insert("has_obligors".to_owned(), json!(true));
        let row = json!({"of": of, "name": "测试乙", "relation": "child",
            "family_income_fen": 6_000_000, "ability": ability});
        let rows = self.rows("obligor_rows");
        rows.insert(format!("o{}", rows.len()), row);
        self
    }

    pub(crate) fn table(mut self, name: &str, value: impl Into<Value>) -> Self {
        let known = TABLES.iter().chain(&TABLES_TEKUN).map(|(name, _)| name);
        assert!(known.chain(TRUTHS.iter().map(|(name, _)| name)).any(|known| *known == name));
        self.given.insert(name.to_owned(), value.into());
        self
    }

    /// Nobody has entered the value of this table.
    pub(crate) fn without(mut self, name: &str) -> Self {
        assert!(self.given.remove(name).is_some(), "{name}");
        self
    }

    pub(crate) fn answer(mut self, id: &str, value: Value) -> Self {
        self.answers.insert(id.to_owned(), value);
        self
    }

    /// Sets one field of one row.
    pub(crate) fn field(mut self, group: &str, row: &str, id: &str, value: Value) -> Self {
        self.rows(group)[row][id] = value;
        self
    }

    fn rows(&mut self, group: &str) -> &mut Map<String, Value> {
        let rows = self.answers.entry(group).or_insert_with(|| json!({}));
        rows.as_object_mut().unwrap()
    }

    pub(crate) fn tables(&self) -> Given {
        let given = self.given.iter().map(|(name, value)| {
            let scalar = match value {
                Value::Bool(truth) => Scalar::Bool(*truth),
                value => Scalar::Int(value.as_i64().unwrap()),
            };
            (name.clone(), scalar)
        });
        given.collect()
    }

    pub(crate) fn judged(&self) -> Judged {
        let computed = form().compute(&self.answers, &self.tables());
        Judged(serde_json::to_value(computed).unwrap())
    }

    /// What is wrong with it, were it handed in: path and code.
    pub(crate) fn problems(&self) -> Vec<String> {
        let problems = form().check_submission(&self.answers);
        problems
            .into_iter()
            .map(|problem| format!("{} {}", problem.path, problem.code.as_str()))
            .collect()
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("no object: {value}") };
    object
}

/// What follows from a household, as the page writes outcomes.
pub(crate) struct Judged(pub(crate) Value);

impl Judged {
    pub(crate) fn of(&self, name: &str) -> Told {
        Told::read(&self.0[name])
    }

    /// Of one row.
    pub(crate) fn row(&self, name: &str, row: &str) -> Told {
        Told::read(&self.0[name]["rows"][row])
    }

    /// dibao, dibao_edge, rigid_expenditure.
    pub(crate) fn household(&self) -> [Told; 3] {
        ["dibao", "dibao_edge", "rigid_expenditure"].map(|name| self.of(name))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Yes,
    No,
    Number(i64),
    Needs(Vec<String>),
}

impl Told {
    fn read(outcome: &Value) -> Self {
        match (&outcome["state"], &outcome["value"]) {
            (_, Value::Bool(true)) => Self::Yes,
            (_, Value::Bool(false)) => Self::No,
            (_, Value::Number(number)) => Self::Number(number.as_i64().unwrap()),
            (state, _) if state == "missing" => {
                Self::Needs(serde_json::from_value(outcome["needs"].clone()).unwrap())
            }
            _ => panic!("{outcome}"),
        }
    }
}

pub(crate) fn needs<const N: usize>(names: [&str; N]) -> Told {
    Told::Needs(names.into_iter().map(str::to_owned).collect())
}
