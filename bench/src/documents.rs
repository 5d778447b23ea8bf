//! Generates documents of the field: a household, two members, a visit and an assessment, each
//! about 2 KB of JSON, valid for the rules, and none like another.

use crate::error::BenchError;
use crate::vocabulary::{FAMILY, GIVEN, MEASURES, PLACES, STATEMENTS, SUBJECTS, TIMES};
use ruhu_device::Random;
use ruhu_sync::edit::{Change, Draft};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::Json;
use ruhu_sync::path::Path;
use ruhu_sync::rev::Base;
use std::fmt::Write as _;
use uuid::Uuid;

/// The size of each document, in bytes of JSON.
const DOCUMENT_BYTES: usize = 2_048;

/// 2026-11-01 in Beijing: names are made from here on, one every few milliseconds.
const FIRST_MS: u64 = 1_793_462_400_000;

/// A record to be made.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// Its name.
    pub(crate) record: Uuid,
    /// Its kind.
    pub(crate) kind: &'static str,
    /// Its root; itself if it is one.
    pub(crate) root: Uuid,
    /// The JSON pointers of its rows.
    pub(crate) rows: Vec<String>,
    /// Its JSON.
    pub(crate) json: String,
}

/// Generates documents, household by household, the same at every run.
#[derive(Debug)]
pub(crate) struct Documents {
    random: Random,
    now_ms: u64,
    waiting: Vec<Document>,
}

impl Iterator for Documents {
    type Item = Document;

    fn next(&mut self) -> Option<Document> {
        if self.waiting.is_empty() {
            self.make_household();
        }
        self.waiting.pop()
    }
}

impl Documents {
    /// Those of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), now_ms: FIRST_MS, waiting: Vec::new() }
    }

    fn make_household(&mut self) {
        let root = self.name();
        let household = self.household(root);
        let persons = [self.name(), self.name()];
        let [first, second] = persons.map(|record| self.person(record, root));
        let visit = self.visit(root, persons[0]);
        let assessment = self.assessment(root, persons[0], visit.record);
        // Taken from the end: the household goes before its records.
        self.waiting = vec![assessment, visit, second, first, household];
    }

    fn name(&mut self) -> Uuid {
        self.now_ms += self.random.between(1, 40);
        self.random.uuid_v7(self.now_ms)
    }

    fn household(&mut self, root: Uuid) -> Document {
        let contact = self.name();
        let r = &mut self.random;
        let head = format!(
            r#""community_code":"110102012{:03}","case_no":"XC-{:08}","head_name":"{}","address":"{}","hukou_address":"{}","phone":"{}","contacts":{{"{contact}":{{"name":"{}","relation":"{}","phone":"{}"}}}},"poverty_cause":{{"{}":true}},"kin_registered":{}"#,
            r.between(1, 40),
            r.below(100_000_000),
            person_name(r),
            address(r),
            address(r),
            phone(r),
            person_name(r),
            r.pick(&["女儿", "儿子", "外甥", "邻居"]),
            phone(r),
            r.pick(&["illness", "disability", "unemployment", "schooling", "other"]),
            r.below(20) == 0,
        );
        Document {
            record: root,
            kind: "household",
            root,
            rows: vec![format!("/contacts/{contact}")],
            json: with_text(r, &head, "notes", ""),
        }
    }

    fn person(&mut self, record: Uuid, root: Uuid) -> Document {
        let r = &mut self.random;
        let (year, month, day) = (r.between(1935, 2015), r.between(1, 12), r.between(1, 28));
        let sex = r.between(1, 2);
        let id_no = id_number(&format!("{year}{month:02}{day:02}"), r.below(50) * 20 + sex);
        let head = format!(
            r#""name":"{}","id_type":"resident_id","id_no":"{id_no}","sex":"{sex}","birth_date":"{year}-{month:02}-{day:02}","ethnicity":"01","relation_code":"{}","counted_as":"shared_living","hukou_code12":"110102012{:03}","live_code12":"110102012{:03}","separated":{},"marital":"{}","education":"{}","health":"{}","labor":"{}","employment":"{}","disease_icd10":"I63.{}","phone":"{}","kin_to_staff":"{}""#,
            person_name(r),
            r.pick(&["02", "10", "20", "30", "22"]),
            r.between(1, 40),
            r.between(1, 40),
            r.below(8) == 0,
            r.pick(&["10", "20", "30", "40", "90"]),
            r.pick(&["college", "senior_secondary", "junior_secondary", "primary", "none"]),
            r.pick(&["healthy", "often_ill", "seriously_ill", "unknown"]),
            r.pick(&["full", "partial", "none", "unknown"]),
            r.pick(&["retired", "no_work", "flexible", "registered_unemployed", "unknown"]),
            r.below(10),
            phone(r),
            r.pick(&["yes", "no", "unknown"]),
        );
        let json = with_text(r, &head, "notes", "");
        Document { record, kind: "person", root, rows: Vec::new(), json }
    }

    fn visit(&mut self, root: Uuid, person: Uuid) -> Document {
        let (record, present) = (self.name(), self.name());
        let r = &mut self.random;
        let day = r.between(1, 28);
        let head = format!(
            r#""planned_on":"2026-11-{day:02}","purpose":"{}","status":"in_progress","check_in":{{"at":"2026-11-{day:02}T{:02}:{:02}:00+08:00","lat_e6":{},"lon_e6":{},"accuracy_m":{}}},"present":{{"{present}":{{"person":"{person}","name":"{}","role":"member"}}}},"remote":false"#,
            r.pick(&["means", "needs", "recheck", "care", "verification"]),
            r.between(9, 17),
            r.between(10, 59),
            r.between(39_900_000, 39_999_999),
            r.between(116_300_000, 116_399_999),
            r.between(3, 60),
            person_name(r),
        );
        let json = with_text(r, &head, "findings", "");
        Document { record, kind: "visit", root, rows: vec![format!("/present/{present}")], json }
    }

    fn assessment(&mut self, root: Uuid, person: Uuid, visit: Uuid) -> Document {
        let record = self.name();
        let r = &mut self.random;
        let mut head = format!(
            r#""form":"tekun_six","form_version":1,"person":"{person}","visit":"{visit}","status":"draft","answers":{{"#
        );
        for item in ["eat", "dress", "bed_transfer", "toilet", "walk_indoor", "bathe"] {
            let _ = write!(head, r#""{item}":"{}","#, r.pick(&["achieved", "not_achieved"]));
        }
        let json = with_text(r, head.trim_end_matches(','), "note", "}");
        Document { record, kind: "assessment", root, rows: Vec::new(), json }
    }
}

/// The members, then a text that fills up the document, then the closing part.
fn with_text(r: &mut Random, members: &str, name: &str, closing: &str) -> String {
    let mut json = format!(r#"{{{members},"{name}":""#);
    while json.len() < DOCUMENT_BYTES - 60 {
        let _ = match r.below(4) {
            0 => write!(json, "{}；", r.pick(MEASURES)),
            1 => write!(
                json,
                "{}{}元，",
                r.pick(&["月收入", "房租", "自付药费", "护理费"]),
                r.between(80, 6_000)
            ),
            _ => write!(json, "{}{}{}，", r.pick(SUBJECTS), r.pick(TIMES), r.pick(STATEMENTS)),
        };
    }
    let _ = write!(json, r#"第{}次走访。"{closing}}}"#, r.between(1, 30));
    json
}

fn flag(r: &mut Random) -> bool {
    r.below(2) == 0
}

fn person_name(r: &mut Random) -> String {
    let second = if flag(r) { r.pick(GIVEN) } else { "" };
    format!("{}{}{second}", r.pick(FAMILY), r.pick(GIVEN))
}

fn phone(r: &mut Random) -> String {
    format!("1{}{:08}", r.pick(&["38", "39", "50", "86"]), r.below(100_000_000))
}

fn address(r: &mut Random) -> String {
    let (number, building, unit) = (r.between(1, 88), r.between(1, 20), r.between(1, 6));
    let room = r.between(101, 1_804);
    format!("北京市西城区{}{number}号院{building}号楼{unit}单元{room}室", r.pick(PLACES))
}

/// A citizen's number in a division that does not exist, with its check digit (GB 11643). The last
/// digit of the sequence gives the sex: odd for men.
fn id_number(birth: &str, order: u64) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let mut number = format!("999999{birth}{:03}", order % 1_000);
    let sum: u32 = number.bytes().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    number.push(char::from(CHECKS[(sum % 11) as usize]));
    number
}

impl Document {
    /// An edit of this record by the device that made it.
    pub(crate) fn put(&self, patch: &str) -> Result<Change, BenchError> {
        let unfit = || BenchError::NotPrepared(format!("a {} is no strict JSON", self.kind));
        let Ok(Json::Object(patch)) = Json::parse(patch) else { return Err(unfit()) };
        let put = Change::put(RecordId(self.record), self.kind, Base::Nothing, patch);
        let root = (self.root != self.record).then_some(RecordId(self.root));
        Ok(Change { root, ..put })
    }
}

/// A document as an edit that makes it.
pub(crate) fn edit_of(document: &Document) -> Result<Draft, BenchError> {
    let new_rows: Option<_> = document.rows.iter().map(|row| Path::parse(row)).collect();
    let unfit = || BenchError::NotPrepared("a row's path cannot be read".to_owned());
    let new_rows = new_rows.ok_or_else(unfit)?;
    Ok(Change { new_rows, ..document.put(&document.json)? }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruhu_casework::rules::CaseRules;
    use ruhu_forms::Catalogue;
    use ruhu_sync::edit::{Numbering, Received};
    use ruhu_sync::id::{DeviceSeq, Instant};
    use ruhu_sync::patch::asks;
    use ruhu_sync::rules::Rules as _;
    use ruhu_sync::version::Version;

    /// 2026-12-23 in Beijing.
    const NOW: Instant = Instant(1_798_000_000_000_000);

    #[test]
    fn every_document_is_valid_and_about_two_kilobytes_long() {
        let rules = CaseRules::new(Catalogue::load().expect("catalogue"));
        for (document, device_seq) in Documents::new(7).take(500).zip(1..) {
            let device_seq = DeviceSeq(device_seq);
            let at = Numbering { device_seq, made_at: None, group: None };
            let text = edit_of(&document).expect("a draft").write(at, Version::One);
            let received = Received::read(&text).expect("numbered");
            let edit = received.asked().expect("an edit");
            let shape = rules.shape(&edit.kind, None, &edit.patch).expect("shape");
            let asks = asks(&shape, &edit.patch, &edit.new_rows).expect("in shape");
            assert_eq!(rules.invalid_values(&edit.kind, None, &asks, NOW), [], "{text}");
            assert_eq!(rules.broken(&edit.kind, &edit.patch, NOW), [], "{text}");
            assert!((1_950..2_250).contains(&document.json.len()), "{}", document.json.len());
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_documents_and_another_seed_others() {
        let made = |seed| Documents::new(seed).nth(3).map(|document| document.json);
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
    }
}
