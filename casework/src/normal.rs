//! The normal form of fields and answers: different spellings of what people type every day are one
//! value. The value's type determines it; what cannot be normalised is left as it is, for the check
//! to report.

use crate::kind::{FieldRule, Holds, find};
use crate::value::Value;
use chrono::{DateTime, Datelike as _, FixedOffset, SecondsFormat};
use ruhu_forms::{Form, Question};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::normal;

/// Beijing time, the one legal time of China.
const OFFSET_SECONDS: i32 = 8 * 3600;

/// Normalises the values of these fields, and the answers by this form.
pub(crate) fn members(fields: &'static [FieldRule], said: &mut Object, form: Option<&Form>) {
    for (name, value) in said {
        match (find(fields, name).map(|field| field.holds), value) {
            (Some(Holds::Leaf(known)), value) => leaf(&known, value),
            (Some(Holds::Object(inner)), Json::Object(said)) => members(inner, said, form),
            (Some(Holds::Rows(inner)), Json::Object(rows)) => {
                for row in rows.values_mut().filter_map(members_of) {
                    members(inner, row, form);
                }
            }
            (Some(Holds::ByPerson(known)), Json::Object(people)) => {
                people.values_mut().for_each(|value| leaf(&known, value));
            }
            (Some(Holds::Answers), Json::Object(said)) => answers(form, said),
            (_, value) => normal::texts(value),
        }
    }
}

fn members_of(value: &mut Json) -> Option<&mut Object> {
    match value {
        Json::Object(members) => Some(members),
        _ => None,
    }
}

fn answers(form: Option<&Form>, said: &mut Object) {
    for (id, value) in said {
        match form.and_then(|form| form.question(id)) {
            Some(question) => answer(question, value),
            None => normal::texts(value),
        }
    }
}

fn answer(question: &Question, value: &mut Json) {
    use ruhu_forms::Kind;
    if let (Kind::Rows { questions, .. }, Json::Object(rows)) = (&question.kind, &mut *value) {
        for row in rows.values_mut().filter_map(members_of) {
            for (id, value) in row {
                match questions.iter().find(|field| field.id == *id) {
                    Some(field) => answer(field, value),
                    None => normal::texts(value),
                }
            }
        }
        return;
    }
    let write: fn(&str) -> String = match question.kind {
        Kind::IdNumber {} => id_number,
        Kind::AreaCode { .. } | Kind::Date {} | Kind::Decimal { .. } => compact,
        Kind::Choice { .. } => half_width,
        Kind::Photo {} | Kind::Signature {} => name,
        // A row's id is whatever the client made it.
        Kind::RowOf { .. } => return,
        _ => return normal::texts(value),
    };
    rewrite(value, write);
    if let (Kind::Decimal { scale, .. }, Json::Text(said)) = (&question.kind, value)
        && let Some(normal) = ruhu_forms::normal_decimal(said, *scale)
    {
        *said = normal;
    }
}

fn leaf(known: &Value, value: &mut Json) {
    match known {
        Value::Figures { .. } => rewrite(value, figures),
        Value::IdNumber { .. } => rewrite(value, id_number),
        Value::AreaCode | Value::Day | Value::PastDay => rewrite(value, compact),
        Value::Code(_) => rewrite(value, half_width),
        Value::Uuid | Value::Record(_) | Value::Sha256 | Value::Proof => rewrite(value, name),
        Value::Instant | Value::PastInstant => rewrite(value, instant),
        Value::Text { .. } | Value::Integer { .. } | Value::Fen | Value::YesNo | Value::Paths => {
            normal::texts(value)
        }
    }
}

fn rewrite(value: &mut Json, write: fn(&str) -> String) {
    match value {
        Json::Text(said) => {
            let written = write(said);
            if written != *said {
                *said = written;
            }
        }
        other => normal::texts(other),
    }
}

/// Full-width letters, digits and signs become ASCII, and the text is trimmed.
fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c if normal::is_blank(c) => ' ',
        c => c,
    };
    text.chars().map(narrow).collect::<String>().trim().to_owned()
}

/// Half width without any blank: numbers are often read out, and typed, in groups.
fn compact(text: &str) -> String {
    half_width(text).split(' ').collect()
}

fn id_number(text: &str) -> String {
    let mut number = compact(text);
    if number.len() == 18 && number.ends_with('x') {
        number.pop();
        number.push('X');
    }
    number
}

/// Half width and capitals; of several blanks one is left, as it may separate two numbers.
fn figures(text: &str) -> String {
    let narrow = half_width(&normal::text(text)).to_ascii_uppercase();
    narrow.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The name of a record, a person or some bytes, which a machine gave.
fn name(text: &str) -> String {
    half_width(text).to_ascii_lowercase()
}

/// An instant in Beijing time, its fraction of a second in 0, 3, 6 or 9 digits.
fn instant(text: &str) -> String {
    let narrow = half_width(text);
    let read = DateTime::parse_from_rfc3339(&narrow).ok();
    let here = read.zip(FixedOffset::east_opt(OFFSET_SECONDS));
    let here = here.map(|(instant, offset)| instant.with_timezone(&offset));
    match here.filter(|here| (0..=9999).contains(&here.year())) {
        Some(here) => here.to_rfc3339_opts(SecondsFormat::AutoSi, false),
        None => narrow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(known: Value, written: &str, wanted: &str) {
        let mut value = Json::from(written);
        leaf(&known, &mut value);
        assert_eq!(value, Json::from(wanted), "{written:?}");
        leaf(&known, &mut value);
        assert_eq!(value, Json::from(wanted), "once is enough");
    }

    #[test]
    fn a_citizens_number_is_one_number_however_it_is_typed() {
        let number = Value::IdNumber { birth_date: "birth_date", sex: "sex" };
        for written in [
            "99999919900101001x",
            "９９９９９９１９９００１０１００１Ｘ",
            "９９９９９９１９９００１０１００１ｘ",
            "\u{3000}999999 19900101 001X\u{200b}\r\n",
        ] {
            becomes(number, written, "99999919900101001X");
        }
        becomes(number, "不详", "不详");
    }

    #[test]
    fn phones_and_the_numbers_of_papers_are_in_half_width_and_capitals() {
        let figures = Value::Figures { max_chars: 50 };
        becomes(figures, "　０１０－１２３４５６７８　转　９ ", "010-12345678 转 9");
        becomes(figures, "138 0000  0000", "138 0000 0000");
        becomes(figures, "ｅ1234567x", "E1234567X");
    }

    #[test]
    fn one_instant_in_two_zones_is_one_value() {
        for written in
            ["2026-11-23T01:30:00Z", "2026-11-23T09:30:00+08:00", "2026-11-22T20:30:00.000-05:00"]
        {
            becomes(Value::Instant, written, "2026-11-23T09:30:00+08:00");
        }
        becomes(Value::Instant, "2026-11-23T01:30:00.5Z", "2026-11-23T09:30:00.500+08:00");
        becomes(Value::Instant, "昨天", "昨天");
        becomes(Value::Instant, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z");
    }

    #[test]
    fn codes_days_and_names_lose_their_blanks_and_their_width() {
        becomes(Value::AreaCode, " １１０１０２００１００１", "110102001001");
        becomes(Value::Day, "２０２６－１１－２３ ", "2026-11-23");
        becomes(Value::Code(&[]), "\u{3000}yes", "yes");
        becomes(Value::Sha256, "AB", "ab");
        becomes(Value::Text { max_chars: 9 }, " 全角１ e\u{301}\r\n", "全角１ é");
    }

    #[test]
    fn answers_are_brought_to_the_normal_form_of_their_questions() {
        let form = Form::parse(
            r#"{"id":"means","version":1,"label_zh":"家计",
            "source":{"law":"某法","document":"某号","article":"第1条"},
            "valid_from":null,"valid_to":null,"computed":[],
            "sections":[{"id":"a","label_zh":"甲","questions":[
                {"id":"size","label_zh":"面积","may_be":["unknown"],
                    "kind":{"type":"decimal","scale":2,"min":0,"max":99999}},
                {"id":"people","label_zh":"家人","kind":{"type":"rows","max_rows":9,"questions":[
                    {"id":"number","label_zh":"号码","kind":{"type":"id_number"}},
                    {"id":"note","label_zh":"说明","kind":{"type":"text","max_chars":9}}
                ]}}
            ]}]}"#,
        );
        let form = form.expect("form");
        let mut said = crate::testing::object(
            r#"{"size":"４５.5","people":{"r":{"number":"99999919900101001x","note":" a "}},
                "later":" b "}"#,
        );
        answers(Some(&form), &mut said);
        let wanted = r#"{"size":"45.50","people":{"r":{"number":"99999919900101001X","note":"a"}},
            "later":"b"}"#;
        assert_eq!(said, crate::testing::object(wanted));
        let mut unsaid = crate::testing::object(r#"{"size":"unknown"}"#);
        answers(Some(&form), &mut unsaid);
        assert_eq!(unsaid, crate::testing::object(r#"{"size":"unknown"}"#));
    }
}
