//! Checks an edit's values, reporting all problems at once, and a document against the rules of its
//! kind. It looks only at the edit, the document and the day.

use crate::areas::{AreaFault, Areas};
use crate::identity;
use crate::kind::{FieldRule, Holds, Kind, NOTE_CHARS_MAX, Required, find};
use crate::references::answers_to;
use crate::text::is_blank;
use crate::value::{Code, Value, has_code};
use chrono::NaiveDate;
use ruhu_forms::{Answers, Day, Form, Kind as Question, ProblemCode};
use ruhu_sync::id::UserId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::Problem;
use ruhu_sync::patch::{Ask, Wish};
use ruhu_sync::path::Path;

/// The context for checking values.
#[derive(Clone, Copy)]
pub(crate) struct Knowing<'a> {
    pub(crate) today: NaiveDate,
    pub(crate) areas: &'a Areas,
}

impl Knowing<'_> {
    /// The problem of a well-formed code, if it has one.
    fn area(self, code: &Json) -> Option<&'static str> {
        let code = code.as_text()?;
        self.areas.admits(code, self.today).err().map(AreaFault::code)
    }
}

/// The asks whose values their known fields do not allow, apart from the answers.
pub(crate) fn fields(kind: &Kind, asks: &[Ask], knowing: Knowing<'_>) -> Vec<Problem> {
    let mut check = Check { found: Vec::new(), knowing };
    for ask in asks {
        let steps: Vec<_> = ask.path.steps().iter().map(String::as_str).collect();
        check.ask(kind.fields, &steps, ask);
    }
    check.found
}

/// The id, common to all forms, of the question for a birth date.
const BIRTH_DATE: &str = "birth_date";

struct Check<'a> {
    found: Vec<Problem>,
    knowing: Knowing<'a>,
}

impl Check<'_> {
    fn push(&mut self, path: &Path, code: &str) {
        self.found.push(Problem::new(path.clone(), code));
    }

    fn ask(&mut self, fields: &'static [FieldRule], steps: &[&str], ask: &Ask) {
        let Some((first, rest)) = steps.split_first() else {
            return;
        };
        let Some(field) = find(fields, first) else {
            return;
        };
        match (field.holds, rest, &ask.wish) {
            (Holds::Leaf(value), [], Wish::Set(asked)) => self.leaf(value, asked, &ask.path),
            (Holds::Object(inner), [_, ..], _) => self.ask(inner, rest, ask),
            (Holds::Rows(inner), [_], Wish::AddRow(row)) => self.members(inner, row, &ask.path),
            (Holds::Rows(inner), [_, inside @ ..], _) => self.ask(inner, inside, ask),
            (Holds::Choices(codes), [option], Wish::Set(asked)) => {
                self.option(codes, option, asked, &ask.path);
            }
            (Holds::ByPerson(value), [user], Wish::Set(asked)) => {
                self.of_person(value, user, asked, &ask.path);
            }
            _ => {}
        }
    }

    fn of_person(&mut self, value: Value, user: &str, asked: &Json, path: &Path) {
        // In one spelling, so that nobody is named twice.
        if UserId::parse(user).is_none_or(|read| read.to_string() != user) {
            self.push(path, "person_expected");
        } else {
            self.leaf(value, asked, path);
        }
    }

    fn leaf(&mut self, value: Value, asked: &Json, path: &Path) {
        let fault = value.fault(asked, self.knowing.today).or_else(|| match value {
            Value::AreaCode => self.knowing.area(asked),
            _ => None,
        });
        let possible = value.possible().iter().map(|code| code.code);
        self.found.extend(fault.map(|code| Problem::new(path.clone(), code).possible(possible)));
    }

    fn option(&mut self, codes: &[Code], option: &str, asked: &Json, path: &Path) {
        if !has_code(codes, option) {
            let possible = codes.iter().map(|code| code.code);
            self.found.push(Problem::new(path.clone(), "unknown_option").possible(possible));
        } else if *asked != Json::Bool(true) {
            self.push(path, "true_expected");
        }
    }

    fn members(&mut self, fields: &'static [FieldRule], members: &Object, at: &Path) {
        for (name, value) in members {
            let path = at.child(name);
            match (find(fields, name).map(|field| field.holds), value) {
                (Some(Holds::Leaf(known)), value) => self.leaf(known, value, &path),
                (Some(Holds::Object(inner)), Json::Object(value)) => {
                    self.members(inner, value, &path);
                }
                (Some(Holds::Rows(inner)), Json::Object(rows)) => {
                    for (id, row) in rows {
                        if let Json::Object(row) = row {
                            self.members(inner, row, &path.child(id));
                        }
                    }
                }
                (Some(Holds::Choices(codes)), Json::Object(options)) => {
                    for (option, value) in options {
                        self.option(codes, option, value, &path.child(option));
                    }
                }
                (Some(Holds::ByPerson(known)), Json::Object(people)) => {
                    for (user, value) in people {
                        self.of_person(known, user, value, &path.child(user));
                    }
                }
                _ => {}
            }
        }
    }
}

/// The problems of the answers, by the last of these versions of a form. Questions that the edit
/// does not touch do not matter.
///
/// Several people write a draft over weeks, and it may move to a later version meanwhile: an answer
/// that an earlier version accepts is kept, and so is a text that is longer than its question
/// allows. Submission names both.
pub(crate) fn answers(
    versions: &[&Form],
    field: &str,
    asks: &[Ask],
    knowing: Knowing<'_>,
) -> Vec<Problem> {
    let Some((form, earlier)) = versions.split_last() else {
        return Vec::new();
    };
    let at = Path::of(&[field]);
    let mut partial = Object::new();
    for ask in asks.iter().filter(|ask| ask.path.is_within(&at)) {
        let place = match ask.path.steps() {
            [_, inside @ ..] if !inside.is_empty() => inside,
            _ => continue,
        };
        let place = Path::of(&place.iter().map(String::as_str).collect::<Vec<_>>());
        match &ask.wish {
            Wish::Set(value) => place.put(&mut partial, value.clone()),
            Wish::AddRow(row) => place.put(&mut partial, Json::Object(row.clone())),
            Wish::Ensure | Wish::Remove => {}
        }
    }
    let said = to_answers(&partial);
    let mut found = form.check_draft(&said);
    if !found.is_empty() {
        let earlier: Vec<_> = earlier.iter().map(|form| (form, form.check_draft(&said))).collect();
        found.retain(|problem| {
            let place = Path::parse(&problem.path).unwrap_or_default();
            let question = place.steps().first();
            let was_taken = earlier.iter().any(|(form, found)| {
                question.is_some_and(|id| form.question(id).is_some())
                    && found.iter().all(|other| other.path != problem.path)
            });
            let is_long = problem.code == ProblemCode::TooLong
                && place.find(&partial).and_then(Json::as_text).is_some_and(is_a_note);
            !was_taken && !is_long
        });
    }
    let mut found = translate(form, field, found);
    unborn(&partial, &at, knowing.today, &mut found);
    let is_area = |kind: &Question| matches!(kind, Question::AreaCode { .. });
    for (path, code) in answers_to(form, &partial, &at, &is_area) {
        let fault = knowing.area(code).filter(|_| !found.iter().any(|known| known.path == path));
        found.extend(fault.map(|fault| Problem::new(path, fault)));
    }
    found
}

/// Whether a text is one that somebody may have typed.
fn is_a_note(text: &str) -> bool {
    text.chars().nth(NOTE_CHARS_MAX).is_none()
}

/// Members who are not born yet, in any form that asks for a birth date.
fn unborn(members: &Object, at: &Path, today: NaiveDate, found: &mut Vec<Problem>) {
    for (name, value) in members {
        let path = at.child(name);
        match value {
            Json::Object(inner) => unborn(inner, &path, today, found),
            value
                if name == BIRTH_DATE
                    && Value::PastDay.fault(value, today) == Some("in_future") =>
            {
                found.push(Problem::new(path, "in_future"));
            }
            _ => {}
        }
    }
}

/// What answers still lack for submission, and their problems.
pub(crate) fn whole_answers(form: &Form, field: &str, document: &Object) -> Vec<Problem> {
    let given = document.get(field).and_then(Json::as_object);
    let given = given.map(to_answers).unwrap_or_default();
    translate(form, field, form.check_submission(&given))
}

fn translate(form: &Form, field: &str, problems: Vec<ruhu_forms::Problem>) -> Vec<Problem> {
    problems
        .into_iter()
        .map(|problem| {
            let inside = Path::parse(&problem.path).unwrap_or_default();
            let question = question_at(form, &inside).map(|question| &question.kind);
            let (code, possible) = match (problem.code, question) {
                (ProblemCode::WrongType, Some(Question::Fen {})) => ("fen_expected", &[][..]),
                (
                    code @ ProblemCode::UnknownOption,
                    Some(Question::Choice { options } | Question::Choices { options }),
                ) => (code.as_str(), options.as_slice()),
                (code, _) => (code.as_str(), &[][..]),
            };
            let path =
                inside.steps().iter().fold(Path::of(&[field]), |path, step| path.child(step));
            Problem::new(path, code).possible(possible.iter().map(|option| &option.code))
        })
        .collect()
}

/// The question of a place among the answers: its own, a row's, or one of its options.
fn question_at<'a>(form: &'a Form, answer: &Path) -> Option<&'a ruhu_forms::Question> {
    let mut steps = answer.steps().iter();
    let question = form.question(steps.next()?)?;
    match (question.shape(), steps.nth(1)) {
        (ruhu_forms::Shape::Rows(fields), Some(name)) => {
            fields.iter().find(|known| known.id == *name)
        }
        _ => Some(question),
    }
}

fn to_answers(members: &Object) -> Answers {
    members.iter().map(|(name, value)| (name.clone(), to_value(value))).collect()
}

fn to_value(json: &Json) -> serde_json::Value {
    match json {
        Json::Null => serde_json::Value::Null,
        Json::Bool(value) => (*value).into(),
        Json::Integer(value) => (*value).into(),
        Json::Real(value) => (*value).into(),
        Json::Text(value) => value.as_str().into(),
        Json::List(items) => items.iter().map(to_value).collect(),
        Json::Object(members) => to_answers(members).into(),
    }
}

/// Every rule of the kind that a document breaks, apart from its answers.
pub(crate) fn broken(kind: &Kind, document: &Object, today: NaiveDate) -> Vec<Problem> {
    let holds = |name: &str| document.get(name).is_some_and(holds_something);
    let is_in = |field: &str, code: &str| document.get(field).and_then(Json::as_text) == Some(code);
    let (mut found, mut one_of) = (Vec::new(), Vec::new());
    let mut problem = |name: &str, code: &str| found.push(Problem::new(place_of(name), code));
    for required in kind.required {
        match *required {
            Required::Field(name) if !holds(name) => problem(name, "required"),
            Required::OneOf(names) if !names.iter().any(|name| holds(name)) => {
                one_of.extend(names.first().map(|first| {
                    Problem::new(place_of(first), "required").possible(names.iter().copied())
                }));
            }
            Required::When { field, is, needs } if is_in(field, is) && !holds(needs) => {
                problem(needs, "required");
            }
            Required::Yes { field, is, needs }
                if is_in(field, is) && document.get(needs) != Some(&Json::Bool(true)) =>
            {
                problem(needs, "yes_required");
            }
            Required::Come { field, is, on } if is_in(field, is) => {
                let said = on.iter().find_map(|name| {
                    let place = place_of(name);
                    place.find(document).filter(|value| holds_something(value)).map(|v| (name, v))
                });
                let to_come = said.filter(|(_, value)| {
                    let faults =
                        [Value::PastDay, Value::PastInstant].map(|v| v.fault(value, today));
                    faults.contains(&Some("in_future"))
                });
                to_come.into_iter().for_each(|(name, _)| problem(name, "in_future"));
            }
            _ => {}
        }
    }
    found.extend(one_of);
    found.extend(contradictions(kind, document));
    found
}

/// The place that a declaration names.
fn place_of(name: &str) -> Path {
    Path::of(&name.split('/').collect::<Vec<_>>())
}

/// Contradictions between an identity number and the fields about its holder.
fn contradictions(kind: &Kind, document: &Object) -> Vec<Problem> {
    let text = |name: &str| document.get(name).and_then(Json::as_text);
    let mut found = Vec::new();
    for field in kind.fields {
        let Holds::Leaf(Value::IdNumber { birth_date, sex }) = field.holds else { continue };
        let Some(Ok(number)) = text(field.name).map(identity::id_number) else { continue };
        let born = text(birth_date).and_then(Day::read);
        if born.is_some_and(|born| born != number.birth_date) {
            found.push(Problem::new(Path::of(&[birth_date]), "birth_date_disagrees"));
        }
        // `0` and `9` mean unknown, so they contradict nothing.
        let stated = text(sex).filter(|stated| matches!(*stated, "1" | "2"));
        if stated.is_some_and(|stated| stated != number.sex) {
            found.push(Problem::new(Path::of(&[sex]), "sex_disagrees"));
        }
    }
    found
}

/// Whether a value is there: blank text is not.
pub(crate) fn holds_something(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Text(text) => !is_blank(text),
        Json::List(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Bool(_) | Json::Integer(_) | Json::Real(_) => true,
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
