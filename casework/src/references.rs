//! The records that a document names, in its own fields and by the photos and signatures among its
//! answers.

use crate::kind::{FieldRule, Holds, Kind};
use crate::kinds;
use crate::value::Value;
use ruhu_forms::{Form, Kind as Question, Shape};
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use ruhu_sync::rules::Reference;

const ATTACHMENT: &[&str] = &["attachment"];

/// The references of a document of this kind, its answers read by this form.
pub(crate) fn of(kind: &Kind, form: Option<&Form>, document: &Object) -> Vec<Reference> {
    let mut found = Vec::new();
    members(kind.fields, form, document, &Path::whole(), &mut found);
    found
}

/// The position of a kind in a root's deletion: a record is deleted before those it names.
pub fn deletion_rank(kind: &str) -> usize {
    let names = |other: &Kind| {
        let of_a_field = |field: &FieldRule| names_kind(field, kind);
        other.name != kind && other.fields.iter().any(of_a_field)
    };
    let earlier = kinds::ALL.iter().filter(|other| names(other));
    earlier.map(|other| deletion_rank(other.name) + 1).max().unwrap_or(0)
}

/// Whether a field outside the answers names other records.
pub(crate) fn is_named_by(field: &FieldRule) -> bool {
    match field.holds {
        Holds::Leaf(Value::Record(kinds)) => !kinds.is_empty(),
        Holds::Object(inner) | Holds::Rows(inner) => inner.iter().any(is_named_by),
        _ => false,
    }
}

fn names_kind(field: &FieldRule, kind: &str) -> bool {
    match field.holds {
        Holds::Leaf(Value::Record(kinds)) => kinds.contains(&kind),
        Holds::Object(inner) | Holds::Rows(inner) => inner.iter().any(|f| names_kind(f, kind)),
        Holds::Answers => ATTACHMENT.contains(&kind),
        _ => false,
    }
}

fn members(
    fields: &'static [FieldRule],
    form: Option<&Form>,
    document: &Object,
    at: &Path,
    found: &mut Vec<Reference>,
) {
    for field in fields {
        let Some(value) = document.get(field.name) else { continue };
        let path = at.child(field.name);
        match (field.holds, value) {
            (Holds::Leaf(Value::Record(kinds)), value) => named(value, path, kinds, found),
            (Holds::Object(inner), Json::Object(value)) => {
                members(inner, form, value, &path, found)
            }
            (Holds::Rows(inner), Json::Object(rows)) => {
                for (id, row) in rows {
                    if let Json::Object(row) = row {
                        members(inner, form, row, &path.child(id), found);
                    }
                }
            }
            (Holds::Answers, Json::Object(value)) => {
                let is_bytes =
                    |kind: &Question| matches!(kind, Question::Photo {} | Question::Signature {});
                let given = form.map(|form| answers_to(form, value, &path, &is_bytes));
                for (path, value) in given.unwrap_or_default() {
                    named(value, path, ATTACHMENT, found);
                }
            }
            _ => {}
        }
    }
}

/// The answers given to the questions of some kinds, and to those inside rows, with their places.
pub(crate) fn answers_to<'a>(
    form: &Form,
    given: &'a Object,
    at: &Path,
    is_wanted: &dyn Fn(&Question) -> bool,
) -> Vec<(Path, &'a Json)> {
    let mut found = Vec::new();
    for question in form.questions() {
        let Some(value) = given.get(&question.id) else { continue };
        let path = at.child(&question.id);
        match (question.shape(), value) {
            (Shape::Rows(fields), Json::Object(rows)) => {
                for (id, row) in rows {
                    let inside = fields.iter().filter(|field| is_wanted(&field.kind));
                    found.extend(inside.filter_map(|field| {
                        let value = row.as_object()?.get(&field.id)?;
                        Some((path.child(id).child(&field.id), value))
                    }));
                }
            }
            _ if is_wanted(&question.kind) => found.push((path, value)),
            _ => {}
        }
    }
    found
}

fn named(value: &Json, path: Path, kinds: &'static [&'static str], found: &mut Vec<Reference>) {
    // "Unknown" and "refused" are codes, and name nothing.
    let record = value.as_text().and_then(RecordId::parse);
    found.extend(record.map(|record| Reference { path, record, kinds }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::object;

    #[test]
    fn signatures_among_the_answers_and_in_their_rows_name_attachments() {
        let catalogue = ruhu_forms::Catalogue::load().expect("forms");
        let form = catalogue.get("means", 1).expect("means").form();
        let id = "0192a000-0000-7000-8000-000000000001";
        let document = object(&format!(
            r#"{{"answers":{{"present_signature":"{id}","members":{{"r1":{{
                "consent_signature":"{id}","live_code12":"110102001001"}}}}}}}}"#
        ));
        let kind = kinds::get("assessment").expect("kind");
        let found = of(kind, Some(form), &document);
        let places: Vec<_> = found.iter().map(|named| named.path.to_string()).collect();
        assert_eq!(places, ["/answers/members/r1/consent_signature", "/answers/present_signature"]);
        assert!(found.iter().all(|named| named.kinds == ATTACHMENT));
    }

    #[test]
    fn what_names_another_is_deleted_before_it() {
        let order = |first: &str, then: &str| deletion_rank(first) < deletion_rank(then);
        for (first, then) in [
            ("service", "assessment"),
            ("referral", "assessment"),
            ("assessment", "visit"),
            ("assessment", "attachment"),
            ("assessment", "person"),
            ("visit", "person"),
        ] {
            assert!(order(first, then), "{first} {then}");
        }
    }
}
