//! What people read for a place in a document and for a value there: from the kinds and the forms,
//! so that nothing is named twice.

use ruhu_casework::kind::{FieldRule, Holds};
use ruhu_casework::kinds;
use ruhu_casework::value::{Code, Value};
use ruhu_forms::{Form, Given, Kind as Asked, Question, Scalar};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;

/// Words for what stands at one place.
#[derive(Clone, Debug)]
struct Place {
    label: String,
    holds: Inside,
}

#[derive(Clone, Debug)]
enum Inside {
    Leaf(Options),
    Object(Vec<(String, Place)>),
    Rows(Vec<(String, Place)>),
    Choices(Options),
}

type Options = Vec<(String, String)>;

/// Words for the documents of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    fields: Vec<(String, Place)>,
}

impl Words {
    /// For a kind; its answers are those of this form.
    pub(crate) fn of(kind: &str, form: Option<&Form>) -> Self {
        let fields = kinds::get(kind).map(|kind| kind.fields).unwrap_or_default();
        Self { fields: fields.iter().map(|rule| field(rule, form)).collect() }
    }

    /// The places of a document that hold something, in the order in which people read them: as
    /// the kind and the form have them, then what neither knows. Answers stand one by one.
    pub(crate) fn places(&self, document: &Object) -> Vec<Path> {
        let mut places = Vec::new();
        for name in in_order(&self.fields, document) {
            let at = Path::of(&[name]);
            match (name, self.inside(name), document.get(name)) {
                ("answers", Some(Inside::Object(questions)), Some(Json::Object(answers))) => {
                    let asked = in_order(questions, answers).into_iter();
                    places.extend(asked.map(|question| at.child(question)));
                }
                _ => places.push(at),
            }
        }
        places
    }

    fn inside(&self, name: &str) -> Option<&Inside> {
        let known = self.fields.iter().find(|(known, _)| known == name);
        known.map(|(_, place)| &place.holds)
    }

    /// What a place is called.
    pub(crate) fn label(&self, path: &Path) -> String {
        let (mut labels, mut members, mut options) = (Vec::new(), Some(&self.fields), None);
        let mut steps = path.steps().iter();
        while let Some(step) = steps.next() {
            let known = members.and_then(|all| all.iter().find(|(name, _)| name == step));
            let Some((_, place)) = known else {
                labels.push(said(options.unwrap_or(&Vec::new()), step));
                continue;
            };
            // The answers as a whole have no name of their own beside their questions'.
            if step != "answers" || path.steps().len() == 1 {
                labels.push(place.label.clone());
            }
            (members, options) = match &place.holds {
                Inside::Leaf(_) => (None, None),
                Inside::Object(inner) => (Some(inner), None),
                Inside::Choices(all) => (None, Some(all)),
                Inside::Rows(inner) => {
                    // A row's id says nothing to people.
                    steps.next();
                    (Some(inner), None)
                }
            };
        }
        labels.join(" · ")
    }

    /// What a value at a place is to people; nothing there is said, too.
    pub(crate) fn value(&self, path: &Path, value: Option<&Json>) -> String {
        let Some(value) = value else {
            return "（空）".to_owned();
        };
        let mut holds = None;
        let mut members = Some(&self.fields);
        let mut steps = path.steps().iter();
        while let Some(step) = steps.next() {
            let place = members.and_then(|all| all.iter().find(|(name, _)| name == step));
            holds = place.map(|(_, place)| &place.holds);
            members = match holds {
                Some(Inside::Object(inner)) => Some(inner),
                Some(Inside::Rows(inner)) => match steps.next() {
                    Some(_) => {
                        // The row itself shows as its fields do.
                        if steps.len() == 0 {
                            return row(inner, value);
                        }
                        Some(inner)
                    }
                    None => None,
                },
                _ => None,
            };
        }
        shown(holds, value)
    }
}

/// The names in an object: those that are known in their order, then the others.
fn in_order<'a>(known: &'a [(String, Place)], object: &'a Object) -> Vec<&'a str> {
    let is_known = |name: &str| known.iter().any(|(known, _)| known == name);
    let known =
        known.iter().map(|(name, _)| name.as_str()).filter(|name| object.contains_key(*name));
    let others = object.keys().map(String::as_str).filter(|name| !is_known(name));
    known.chain(others).collect()
}

/// What a form makes of a document's answers: each value that can be worked out, with its name, in
/// the form's order.
pub(crate) fn computed(form: &Form, document: &Object) -> Vec<(String, String)> {
    let answers = document.get("answers").map(ruhu_sync::canonical::to_text).unwrap_or_default();
    let computed =
        form.compute(&serde_json::from_str(&answers).unwrap_or_default(), &Given::default());
    let values = form.computed_values().iter().filter_map(|value| {
        let said = match computed.outcome(&value.name)?.value()? {
            Scalar::Int(number) => number.to_string(),
            Scalar::Text(code) => value.code_label_zh(code).unwrap_or(code).to_owned(),
            Scalar::Bool(truth) => if *truth { "是" } else { "否" }.to_owned(),
        };
        Some((value.label_zh.clone(), said))
    });
    values.collect()
}

fn field(rule: &FieldRule, form: Option<&Form>) -> (String, Place) {
    let all = |rules: &[FieldRule]| rules.iter().map(|rule| field(rule, form)).collect();
    let holds = match rule.holds {
        Holds::Leaf(Value::Code(codes)) => Inside::Leaf(options(codes)),
        Holds::Leaf(_) => Inside::Leaf(Vec::new()),
        Holds::Object(inner) => Inside::Object(all(inner)),
        Holds::Rows(inner) => Inside::Rows(all(inner)),
        Holds::Choices(codes) => Inside::Choices(options(codes)),
        Holds::ByPerson(_) => Inside::Choices(Vec::new()),
        Holds::Answers => {
            let questions = form.into_iter().flat_map(Form::questions);
            Inside::Object(questions.map(question).collect())
        }
    };
    (rule.name.to_owned(), Place { label: rule.label_zh.to_owned(), holds })
}

fn question(of: &Question) -> (String, Place) {
    let options = |all: &[ruhu_forms::ChoiceOption]| {
        all.iter().map(|option| (option.code.clone(), option.label_zh.clone())).collect()
    };
    let holds = match &of.kind {
        Asked::Choice { options: all } => Inside::Leaf(options(all)),
        Asked::Choices { options: all } => Inside::Choices(options(all)),
        Asked::Rows { questions, .. } => Inside::Rows(questions.iter().map(question).collect()),
        _ => Inside::Leaf(Vec::new()),
    };
    (of.id.clone(), Place { label: of.label_zh.clone(), holds })
}

fn options(codes: &[Code]) -> Options {
    codes.iter().map(|code| (code.code.to_owned(), code.label_zh.to_owned())).collect()
}

fn said(options: &Options, code: &str) -> String {
    let known = options.iter().find(|(known, _)| known == code);
    known.map_or_else(|| code.to_owned(), |(_, label)| label.clone())
}

fn shown(holds: Option<&Inside>, value: &Json) -> String {
    match (holds, value) {
        (Some(Inside::Leaf(options)), Json::Text(code)) => said(options, code),
        (Some(Inside::Choices(options)), Json::Object(chosen)) => {
            let chosen: Vec<_> = chosen.keys().map(|code| said(options, code)).collect();
            chosen.join("、")
        }
        (Some(Inside::Rows(fields)), Json::Object(rows)) => {
            let rows: Vec<_> = rows.values().map(|value| row(fields, value)).collect();
            rows.join("；")
        }
        (Some(Inside::Object(fields)), value @ Json::Object(_)) => row(fields, value),
        (_, Json::Text(text)) => text.clone(),
        (_, Json::Bool(true)) => "是".to_owned(),
        (_, Json::Bool(false)) => "否".to_owned(),
        (_, other) => ruhu_sync::canonical::to_text(other),
    }
}

fn row(fields: &[(String, Place)], value: &Json) -> String {
    let Json::Object(members) = value else {
        return shown(None, value);
    };
    let told = fields.iter().filter_map(|(name, place)| {
        let value = shown(Some(&place.holds), members.get(name)?);
        Some(format!("{} {value}", place.label))
    });
    told.collect::<Vec<_>>().join("，")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruhu_forms::Catalogue;

    fn assessment() -> Words {
        let catalogue = Catalogue::load().expect("catalogue");
        Words::of("assessment", catalogue.get("tekun_six", 1).map(|entry| entry.form()))
    }

    fn path(text: &str) -> Path {
        Path::parse(text).expect("path")
    }

    fn json(text: &str) -> Json {
        Json::parse(text).expect("json")
    }

    #[test]
    fn places_are_called_what_forms_and_kinds_call_them() {
        let words = assessment();
        for (at, label) in [
            ("/status", "状态"),
            ("/answers/toilet", "自主如厕"),
            ("/answers/caregivers/r1", "照护人"),
            ("/answers/caregivers/r1/name", "照护人 · 姓名"),
            ("/answers/aids/cane", "正在使用的辅助器具 · 拐杖"),
            ("/own_words", "own_words"),
        ] {
            assert_eq!(words.label(&path(at)), label);
        }
        assert_eq!(Words::of("household", None).label(&path("/phone")), "联系电话");
    }

    #[test]
    fn a_document_is_read_in_the_order_of_its_kind_and_form() {
        let Json::Object(document) = json(
            r#"{"answers":{"bathe":"achieved","eat":"achieved"},"form":"tekun_six","own_words":"x"}"#,
        ) else {
            panic!("an object");
        };
        let places: Vec<_> =
            assessment().places(&document).iter().map(ToString::to_string).collect();
        assert_eq!(places, ["/form", "/answers/eat", "/answers/bathe", "/own_words"]);
    }

    #[test]
    fn what_a_form_makes_of_its_answers_is_said_with_its_name() {
        let catalogue = Catalogue::load().expect("catalogue");
        let form = catalogue.get("tekun_six", 1).expect("form").form();
        let items = ["eat", "dress", "bed_transfer", "toilet", "walk_indoor", "bathe"];
        let answers = items.map(|item| (item.to_owned(), Json::from("not_achieved")));
        let answers = Json::Object(Object::from(answers));
        let said = computed(form, &Object::from([("answers".to_owned(), answers)]));
        assert_eq!(said[0], ("不能达到的项数".to_owned(), "6".to_owned()));
        assert_eq!(said[1].1, "完全丧失生活自理能力");
        assert!(computed(form, &Object::new()).iter().all(|(_, said)| said.is_empty()));
    }

    #[test]
    fn values_are_said_in_words() {
        let words = assessment();
        for (at, value, said) in [
            ("/status", "\"draft\"", "草稿"),
            ("/answers/toilet", "\"not_achieved\"", "不能达到"),
            ("/answers/aids", r#"{"cane":true,"walker":true}"#, "拐杖、助行器"),
            (
                "/answers/caregivers/r1",
                r#"{"name":"甲","hours_per_day":6}"#,
                "姓名 甲，每天照护小时数 6",
            ),
            ("/answers/caregivers/r1/hours_per_day", "6", "6"),
            ("/own_words", "true", "是"),
        ] {
            assert_eq!(words.value(&path(at), Some(&json(value))), said, "{at}");
        }
        assert_eq!(words.value(&path("/answers/toilet"), None), "（空）");
    }
}
