//! One invented household as the edits that make it: the household, its members, their visits and
//! assessments.

use crate::DemoError;
use crate::dice::Dice;
use crate::district::District;
use crate::invented;
use chrono::{Datelike as _, Days, NaiveDate};
use ruhu_sync::edit::{self, Change};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::Json;
use ruhu_sync::path::Path;
use ruhu_sync::rev::Base;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// An edit to be imported.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    /// The record.
    pub(crate) record: Uuid,
    /// Its kind.
    pub(crate) kind: &'static str,
    /// Its root.
    pub(crate) root: Uuid,
    /// What is set.
    pub(crate) patch: Value,
    /// The rows in it that are new.
    pub(crate) new_rows: Vec<String>,
}

impl Draft {
    /// As the protocol's draft.
    pub(crate) fn to_edit(&self) -> Result<edit::Draft, DemoError> {
        let unfit = |what: &str| DemoError::Plan(format!("a {} has {what}", self.kind));
        let Ok(Json::Object(patch)) = Json::parse(&self.patch.to_string()) else {
            return Err(unfit("a document that is no strict JSON object"));
        };
        let rows = self.new_rows.iter().map(|row| Path::parse(row));
        let rows: Option<_> = rows.collect();
        let new_rows = rows.ok_or_else(|| unfit("a new row that is no path"))?;
        let put = Change::put(RecordId(self.record), self.kind, Base::Nothing, patch);
        Ok(Change { new_rows, ..put.under(RecordId(self.root)) }.into())
    }
}

/// Every so many of a team's households, an old person lives alone and waits for an assessment: what
/// the story needs, and enough of them for it to be told again.
const ASSESSMENT_AWAITED_EVERY: usize = 8;
const SIX_ITEMS: [&str; 6] = ["eat", "dress", "bed_transfer", "toilet", "walk_indoor", "bathe"];

/// Which household, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion {
    /// The seed.
    pub(crate) seed: u64,
    /// Which of the district's households, from 0.
    pub(crate) number: usize,
    /// The day of the import.
    pub(crate) today: NaiveDate,
}

struct Maker<'a> {
    dice: Dice,
    at: Occasion,
    community_code: String,
    community: String,
    district: &'a District,
    root: Uuid,
    drafts: Vec<Draft>,
}

/// In which street a household lives.
pub(crate) fn street_of(number: usize, district: &District) -> usize {
    number % district.streets.len().max(1)
}

/// The edits that make one household.
pub(crate) fn drafts(district: &District, at: Occasion) -> Vec<Draft> {
    let mut dice = Dice::new(at.seed, "household", at.number);
    let of_team = at.number / district.streets.len().max(1);
    let street = &district.streets[street_of(at.number, district)];
    let mut maker = Maker {
        root: dice.id(),
        dice,
        at,
        community_code: street.community_code(of_team),
        community: street.community_name(of_team),
        district,
        drafts: Vec::new(),
    };
    if of_team.is_multiple_of(ASSESSMENT_AWAITED_EVERY) {
        maker.old_person_alone();
    } else {
        maker.family();
    }
    maker.drafts
}

impl Maker<'_> {
    fn put(&mut self, record: Uuid, kind: &'static str, patch: Value, new_rows: Vec<String>) {
        self.drafts.push(Draft { record, kind, root: self.root, patch, new_rows });
    }

    fn old_person_alone(&mut self) {
        let surname = invented::surname(&mut self.dice);
        let head = invented::name(surname, self.at.number);
        self.household(&head, json!({"disability": true, "illness": true}));
        let age = self.dice.between(72, 91);
        let flags = json!({"advanced_age": true, "unable_to_care": true});
        let person = self.person(&head, "02", age, Some(flags));
        self.visit(7);
        let answers = json!({"observed_on": self.day(0)});
        self.assessment(person, "draft", answers, Vec::new());
    }

    fn family(&mut self) {
        let surname = invented::surname(&mut self.dice);
        let head = invented::name(surname, self.at.number);
        let cause =
            self.dice.pick(&["illness", "disability", "schooling", "unemployment"], "other");
        self.household(&head, json!({cause: true}));
        let age = self.dice.between(28, 79);
        let first = self.person(&head, "02", age, None);
        // Up to four more, of whom none is older than the head's parents.
        let more: [(&str, usize); 4] = [
            ("10", age.saturating_sub(2).max(22)),
            ("20", age.saturating_sub(27)),
            ("30", age.saturating_sub(30)),
            ("52", (age + 25).min(95)),
        ];
        for (index, (relation, age)) in more.into_iter().enumerate().take(self.dice.below(5)) {
            let own = invented::surname(&mut self.dice);
            let surname = if matches!(relation, "20" | "30") { surname } else { own };
            let name = invented::name(surname, self.at.number + index * 7 + 1);
            self.person(&name, relation, age, None);
        }
        self.visits();
        if self.dice.percent(30) {
            self.assess(first);
        }
    }

    fn household(&mut self, head: &str, cause: Value) {
        let address = invented::address(&self.community, &mut self.dice);
        let street = &self.district.streets[street_of(self.at.number, self.district)];
        let patch = json!({
            "community_code": self.community_code,
            "case_no": format!("演示-{}-{:05}", &street.code12[6..9], self.at.number + 1),
            "head_name": head,
            "address": address,
            "hukou_address": address,
            "phone": invented::phone(&mut self.dice),
            "poverty_cause": cause,
            "notes": "演示数据，人物与地址均为虚构",
        });
        self.put(self.root, "household", patch, Vec::new());
    }

    fn person(&mut self, name: &str, relation: &str, age: usize, flags: Option<Value>) -> Uuid {
        let record = self.dice.id();
        let is_male = match relation {
            "20" => true,
            "30" | "52" => false,
            _ => self.dice.percent(50),
        };
        let born = self.birthday(age);
        let order = self.dice.below(500) * 2 + usize::from(is_male);
        let mut patch = json!({
            "name": name,
            "id_type": "resident_id",
            "id_no": invented::id_number(born, order),
            "sex": if is_male { "1" } else { "2" },
            "birth_date": born.to_string(),
            "ethnicity": self.dice.pick(&["01", "01", "01", "03", "11"], "01"),
            "relation_code": relation,
            "counted_as": "shared_living",
            "hukou_code12": self.community_code,
            "live_code12": self.community_code,
            "separated": false,
            "health": self.dice.pick(&["healthy", "often_ill", "seriously_ill"], "unknown"),
            "labor": if (16..60).contains(&age) { "partial" } else { "none" },
            "employment": employment(age),
            "insurance": "resident",
            "kin_to_staff": "no",
        });
        if let (Some(flags), Some(members)) = (flags, patch.as_object_mut()) {
            members.insert("flags".to_owned(), flags);
        }
        self.put(record, "person", patch, Vec::new());
        record
    }

    fn birthday(&mut self, age: usize) -> NaiveDate {
        let year = self.at.today.year() - i32::try_from(age).unwrap_or(0) - 1;
        let days = self.dice.below(364) as u64;
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(self.at.today);
        first + Days::new(days)
    }

    fn day(&self, days_ahead: u64) -> String {
        (self.at.today + Days::new(days_ahead)).to_string()
    }

    fn visits(&mut self) {
        let ahead = self.dice.between(1, 60) as u64;
        if self.dice.percent(60) {
            self.visit(ahead);
        }
        if self.dice.percent(30) {
            self.past_visit(ahead);
        }
    }

    fn visit(&mut self, days_ahead: u64) {
        let record = self.dice.id();
        let purpose = self.dice.pick(&["recheck", "care", "selfcare", "needs"], "other");
        let day = self.day(days_ahead);
        let patch = json!({"planned_on": day, "purpose": purpose, "status": "planned"});
        self.put(record, "visit", patch, Vec::new());
    }

    fn past_visit(&mut self, days_ago: u64) {
        let record = self.dice.id();
        let day = (self.at.today - Days::new(days_ago)).to_string();
        let row = self.dice.id();
        let begun = json!({
            "planned_on": day, "purpose": "care", "status": "in_progress",
            "check_in": {"at": format!("{day}T09:30:00+08:00")},
            "present": {row.to_string(): {"name": "邻居（演示）", "role": "neighbour"}},
        });
        self.put(record, "visit", begun, vec![format!("/present/{row}")]);
        let ended = json!({
            "status": "done", "ended_at": format!("{day}T10:10:00+08:00"),
            "findings": "情况平稳，已讲解政策（演示）",
        });
        self.put(record, "visit", ended, Vec::new());
    }

    fn assess(&mut self, person: Uuid) {
        let mut answers = Map::new();
        let is_whole = self.dice.percent(50);
        let answered = if is_whole { SIX_ITEMS.len() } else { 1 + self.dice.below(4) };
        for item in SIX_ITEMS.into_iter().take(answered) {
            let answer = if self.dice.percent(75) { "achieved" } else { "not_achieved" };
            answers.insert(item.to_owned(), answer.into());
        }
        answers.insert("observed_on".to_owned(), self.day(0).into());
        let row = self.dice.id();
        let caregiver = json!({"name": "照护人（演示）", "hours_per_day": 4});
        answers.insert("caregivers".to_owned(), json!({row.to_string(): caregiver}));
        let status = if is_whole { "submitted" } else { "draft" };
        let new_rows = vec![format!("/answers/caregivers/{row}")];
        self.assessment(person, status, Value::Object(answers), new_rows);
    }

    fn assessment(&mut self, person: Uuid, status: &str, answers: Value, new_rows: Vec<String>) {
        let record = self.dice.id();
        let patch = json!({
            "form": "tekun_six", "form_version": 1, "person": person, "status": status,
            "answers": answers,
        });
        self.put(record, "assessment", patch, new_rows);
    }
}

fn employment(age: usize) -> &'static str {
    match age {
        0..=5 => "preschool",
        6..=17 => "in_school",
        18..=59 => "flexible",
        _ => "retired",
    }
}

/// The edit that makes one find of a committee member.
pub(crate) fn find(district: &District, street: usize, at: Occasion) -> Draft {
    let mut dice = Dice::new(at.seed, "find", at.number);
    let record = dice.id();
    let street = &district.streets[street];
    let community = street.community_name(0);
    let patch = json!({
        "found_at": format!("{}T08:40:00+08:00", at.today - Days::new(dice.below(5) as u64)),
        "place": invented::address(&community, &mut dice),
        "community_code": street.community_code(0),
        "about": format!("独居居民{}（虚构）", invented::name(invented::surname(&mut dice), at.number)),
        "category": dice.pick(&["acute_illness", "accident", "unemployment", "unattended"], "other"),
        "urgency": dice.pick(&["normal", "normal", "urgent"], "normal"),
        "can_apply_self": dice.percent(50),
        "description": "楼门长反映，请街道核实（演示）",
        "status": "reported",
    });
    Draft { record, kind: "find", root: record, patch, new_rows: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn households(count: usize) -> Vec<Vec<Draft>> {
        let today = "2026-11-23".parse().expect("day");
        let district = District::plan(7, today).expect("district");
        (0..count).map(|number| drafts(&district, Occasion { seed: 7, number, today })).collect()
    }

    #[test]
    fn a_household_is_the_same_every_time_and_has_one_to_five_members() {
        let made = households(200);
        assert_eq!(made, households(200));
        for drafts in made {
            assert_eq!(drafts[0].kind, "household");
            let persons = drafts.iter().filter(|draft| draft.kind == "person").count();
            assert!((1..=5).contains(&persons), "{persons}");
        }
    }

    #[test]
    fn nobody_has_a_birthday_to_come_and_every_number_agrees_with_its_person() {
        let today: NaiveDate = "2026-11-23".parse().expect("day");
        for draft in households(300).into_iter().flatten().filter(|draft| draft.kind == "person") {
            let text = |name: &str| draft.patch[name].as_str().expect(name).to_owned();
            let read = ruhu_casework::identity::id_number(&text("id_no")).expect("number");
            assert_eq!(read.birth_date.to_string(), text("birth_date"));
            assert_eq!(read.sex, text("sex"));
            assert!(read.birth_date.to_string() <= today.to_string());
        }
    }

    #[test]
    fn the_first_household_of_every_team_awaits_an_assessment() {
        for drafts in households(15) {
            let assessment = drafts.iter().find(|draft| draft.kind == "assessment");
            let patch = &assessment.expect("assessment").patch;
            assert_eq!(patch["status"], "draft");
            assert!(patch["answers"].get("toilet").is_none());
        }
    }
}
