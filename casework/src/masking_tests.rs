use super::*;
use crate::rules::CaseRules;
use ruhu_forms::Catalogue;
use ruhu_sync::id::{DeviceId, DeviceSeq, UserId};
use ruhu_sync::record::ConflictId;
use serde_json::json;
use uuid::Uuid;

const NUMBER: &str = "99999919491231002X";
const PHONE: &str = "13800001234";
const NAME: &str = "测试戊";

fn rules() -> CaseRules {
    CaseRules::new(Catalogue::load().expect("the shipped forms"))
}

fn read(value: serde_json::Value) -> Object {
    match serde_json::from_value(value).expect("json") {
        Json::Object(members) => members,
        _ => panic!("an object"),
    }
}

fn masked(kind: &str, document: serde_json::Value) -> serde_json::Value {
    let (rules, document) = (rules(), read(document));
    json!(rules.masking(kind, &document).document(&document))
}

fn is_sensitive(field: &FieldRule) -> bool {
    !matches!(field.shown, Shown::Plain | Shown::Words)
}

/// A document in which every sensitive field, however deep, holds a value of its own.
fn filled(fields: &[FieldRule], secrets: &mut Vec<String>) -> Object {
    let member = |field: &FieldRule| {
        let value = match field.holds {
            Holds::Object(inner) => Json::Object(filled(inner, secrets)),
            Holds::Rows(inner) => {
                let id = "0192e4a0-0000-7000-8000-0000000000aa".to_owned();
                Json::Object(Object::from([(id, Json::Object(filled(inner, secrets)))]))
            }
            Holds::Leaf(_) if is_sensitive(field) => {
                let text = match field.shown {
                    Shown::BirthDate => format!("1949-12-{:02}", 10 + secrets.len() % 20),
                    Shown::Phone => format!("138{:08}", 70_000 + secrets.len()),
                    Shown::IdNumber => format!("9999991949{:06}2X", 120_000 + secrets.len()),
                    Shown::Certificate => format!("9999991949{:06}2X44", 130_000 + secrets.len()),
                    _ => format!("密{:02}第{}号", secrets.len(), secrets.len()),
                };
                secrets.push(text.clone());
                Json::Text(text)
            }
            _ => return None,
        };
        Some((field.name.to_owned(), value))
    };
    fields.iter().filter_map(member).collect()
}

#[test]
fn no_sensitive_field_of_any_kind_shows_its_value() {
    let rules = rules();
    let mut walked = 0;
    for kind in kinds::ALL {
        let mut secrets = Vec::new();
        let document = filled(kind.fields, &mut secrets);
        let shown = json!(rules.masking(kind.name, &document).document(&document)).to_string();
        for secret in &secrets {
            assert!(!shown.contains(secret.as_str()), "{}: {secret} in {shown}", kind.name);
        }
        walked += secrets.len();
    }
    assert!(walked >= 20, "{walked}");
}

/// A field is declared where it is written. Whoever adds one that names or reaches somebody, and says
/// nothing of how it is shown, is told here.
#[test]
fn a_field_whose_label_tells_of_a_person_is_not_shown_plainly() {
    fn walk(kind: &str, fields: &'static [FieldRule]) {
        for field in fields {
            if let Holds::Object(inner) | Holds::Rows(inner) = field.holds {
                walk(kind, inner);
            }
            let tells =
                ["姓名", "电话", "号码", "证号", "地址", "纬度", "经度", "出生日期", "账号"];
            let is_text = matches!(
                field.holds,
                Holds::Leaf(
                    Value::Text { .. }
                        | Value::Figures { .. }
                        | Value::Integer { .. }
                        | Value::PastDay
                        | Value::IdNumber { .. }
                )
            );
            let tells = tells.iter().any(|word| field.label_zh.contains(word));
            assert!(!(tells && is_text) || is_sensitive(field), "{kind}.{}", field.name);
        }
    }
    for kind in kinds::ALL {
        walk(kind.name, kind.fields);
    }
}

#[test]
fn a_number_of_nobody_knows_what_is_hidden_until_it_is_declared() {
    assert_eq!(crate::kind::figures("x", "某号", 9).shown, Shown::Hidden);
    assert_eq!(crate::kind::text("x", "某文", 9).shown, Shown::Words);
}

#[test]
fn a_person_is_shown_by_what_does_not_lead_to_her() {
    let person = json!({"name": NAME, "id_no": NUMBER, "birth_date": "1949-12-31", "sex": "2",
        "phone": PHONE, "disability_cert_no": format!("{NUMBER}44"), "relation_code": "01",
        "notes": format!("电话{PHONE}，独居"), "disease_icd10": "I10", "kin_to_staff": "no"});
    let shown = masked("person", person);
    let expected = json!({"name": "测**", "id_no": "999999********002X",
        "birth_date": "1949-**-**", "sex": "2", "phone": "138****1234",
        "disability_cert_no": "999999********002X**", "relation_code": "01",
        "notes": "电话****，独居", "disease_icd10": "****", "kin_to_staff": "no"});
    assert_eq!(shown, expected);
}

#[test]
fn what_nobody_declared_is_hidden() {
    let home = json!({"head_name": 7, "of_no_field": NAME, "deep": {"in": [PHONE]},
        "contacts": {"a": {"name": NAME, "phone": PHONE, "other": NAME}, "b": PHONE}});
    let expected = json!({"head_name": "****", "of_no_field": "****", "deep": "****",
        "contacts": {"a": {"name": "测**", "phone": "138****1234", "other": "****"}, "b": "****"}});
    assert_eq!(masked("household", home), expected);
    assert_eq!(masked("hut", json!({"notes": NAME})), json!({"notes": "****"}));
    // In a field of codes stands a code, or nothing is shown.
    assert_eq!(masked("person", json!({"sex": NUMBER})), json!({"sex": "****"}));
}

#[test]
fn answers_are_shown_by_what_their_questions_ask() {
    let means = json!({"form": "means", "form_version": 1, "status": "draft", "answers": {
        "visited_on": "2026-11-20",
        "present_names": NAME,
        "findings": format!("独居。电话{PHONE}"),
        "members": {"m1": {"name": NAME, "id_no": NUMBER, "birth_date": "1949-12-31"}},
        "of_no_question": NAME}});
    let shown = masked("assessment", means);
    let answers = &shown["answers"];
    assert_eq!(answers["visited_on"], "2026-11-20");
    assert_eq!(answers["findings"], "独居。电话****");
    let member = json!({"name": "测**", "id_no": "999999********002X", "birth_date": "1949-**-**"});
    assert_eq!(answers["members"]["m1"], member);
    assert_eq!(answers["of_no_question"], "****");
    let text = shown.to_string();
    assert!(!text.contains(NAME) && !text.contains(PHONE) && !text.contains(NUMBER), "{text}");
}

/// In every form that is shipped: a text that could hold a name, and a citizen's number.
#[test]
fn no_answer_of_any_form_shows_a_name_or_a_citizens_number() {
    use ruhu_forms::Kind;
    let rules = rules();
    let said = |question: &Question| match &question.kind {
        Kind::Text { max_chars } if *max_chars <= SHORT_ANSWER_CHARS => Some(NAME),
        Kind::Text { .. } | Kind::IdNumber {} => Some(NUMBER),
        _ => None,
    };
    let mut asked = 0;
    for known in rules.catalogue().list() {
        let (form, mut answers) = (known.form(), serde_json::Map::new());
        for question in form.questions() {
            if let Kind::Rows { questions, .. } = &question.kind {
                let row = questions.iter().filter_map(|q| Some((q.id.clone(), json!(said(q)?))));
                let row: serde_json::Map<_, _> = row.collect();
                asked += row.len();
                answers.insert(question.id.clone(), json!({"r": row}));
            } else if let Some(said) = said(question) {
                asked += 1;
                answers.insert(question.id.clone(), json!(said));
            }
        }
        let document = json!({"form": form.id(), "form_version": form.version(),
            "answers": answers});
        let shown = masked("assessment", document).to_string();
        assert!(!shown.contains(NAME) && !shown.contains(NUMBER), "{}: {shown}", form.id());
    }
    assert!(asked >= 30, "{asked}");
}

#[test]
fn both_sides_of_a_conflict_and_what_an_edit_did_are_masked_by_their_place() {
    let rules = rules();
    let document = read(json!({"name": NAME, "id_no": NUMBER}));
    let path = Path::of(&["id_no"]);
    let value = |text: &str| Some(Json::Text(text.to_owned()));
    let open = Conflict {
        id: ConflictId {
            device: DeviceId(Uuid::nil()),
            device_seq: DeviceSeq(1),
            path: path.clone(),
        },
        user: UserId(Uuid::nil()),
        made_at: "2026-11-23T09:30:00+08:00".to_owned(),
        value: value("99999919491231001X"),
        base: value(NUMBER),
        restored: false,
    };
    let masking = rules.masking("person", &document);
    let content =
        Content { document: document.clone(), conflicts: vec![open], ..Content::default() };
    let shown = masking.content(&content);
    assert_eq!(shown.conflicts[0].value, value("999999********001X"));
    assert_eq!(shown.conflicts[0].base, value("999999********002X"));
    let whole = Touch { path: Path::whole(), before: Some(Json::Object(document)), after: None };
    let id_no = Touch { path, before: None, after: value(NUMBER) };
    let shown = masking.effect(&Effect(vec![whole, id_no]));
    let text = serde_json::to_string(&shown).expect("json");
    assert!(!text.contains(NAME) && !text.contains(NUMBER), "{text}");
}

#[test]
fn a_day_that_a_form_computes_keeps_its_year() {
    let mut told = json!({"born": {"state": "value", "value": "1949-12-31"},
        "age": {"state": "value", "value": 76}, "grade": {"state": "value", "value": "able"}});
    computed(&mut told);
    assert_eq!(told["born"]["value"], "1949-**-**");
    assert_eq!((&told["age"]["value"], &told["grade"]["value"]), (&json!(76), &json!("able")));
}
