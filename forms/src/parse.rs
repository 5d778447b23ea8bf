//! Parses a [`Form`] strictly: an accepted form can be checked and computed for any answers.

use std::collections::BTreeSet;

use crate::date::Day;
use crate::error::{FormError, FormFault};
use crate::form::{Form, FormText};
use crate::given::GivenHolds;
use crate::question::{ChoiceOption, Kind, Question};
use crate::rules_of::compile_rules;
use crate::spelling::{id, in_range, is_code, label};

/// The maximum number of rows of a group.
const ROWS_MAX: usize = 1000;

impl Form {
    /// Parses a form definition. Refused, with the place: unknown members, question types and
    /// operators; ids that are malformed or duplicated; rules with unknown names, wrong types or
    /// cycles.
    pub fn parse(text: &str) -> Result<Self, FormError> {
        let text: FormText = serde_json::from_str(text).map_err(|error| {
            FormError::new(
                format!("line {} column {}", error.line(), error.column()),
                FormFault::Malformed(error.to_string()),
            )
        })?;
        check_heading(&text)?;
        check_names(&text)?;
        let compiled = compile_rules(&text)?;
        Ok(Self { text, compiled })
    }
}

fn check_heading(form: &FormText) -> Result<(), FormError> {
    id(&form.id, "/id")?;
    if form.version == 0 {
        return Err(FormError::new("/version", FormFault::BadRange));
    }
    if form.investigators == Some(0) {
        return Err(FormError::new("/investigators", FormFault::BadRange));
    }
    label(&form.label_zh, "")?;
    for (day, at) in [(&form.valid_from, "/valid_from"), (&form.valid_to, "/valid_to")] {
        if let Some(day) = day
            && Day::read(day).is_none()
        {
            return Err(FormError::new(at, FormFault::BadDate(day.clone())));
        }
    }
    // As texts of one width, days compare like days.
    match (&form.valid_from, &form.valid_to) {
        (Some(from), Some(to)) if from > to => {
            Err(FormError::new("/valid_to", FormFault::BadRange))
        }
        _ => Ok(()),
    }
}

/// Questions, computed and given values share one set of names.
fn check_names(form: &FormText) -> Result<(), FormError> {
    let mut sections = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (index, section) in form.sections.iter().enumerate() {
        let at = format!("/sections/{index}");
        id(&section.id, &format!("{at}/id"))?;
        once(&mut sections, &section.id, &format!("{at}/id"))?;
        label(&section.label_zh, &at)?;
        for (index, question) in section.questions.iter().enumerate() {
            let at = format!("{at}/questions/{index}");
            check_question(question, &at)?;
            once(&mut names, &question.id, &format!("{at}/id"))?;
        }
    }
    if names.is_empty() {
        return Err(FormError::new("/sections", FormFault::Empty));
    }
    for (index, computed) in form.computed.iter().enumerate() {
        let at = format!("/computed/{index}");
        id(&computed.name, &format!("{at}/name"))?;
        once(&mut names, &computed.name, &format!("{at}/name"))?;
        label(&computed.label_zh, &at)?;
        for (code, label_zh) in &computed.labels {
            label(label_zh, &format!("{at}/labels/{code}"))?;
        }
    }
    for (index, given) in form.given.iter().enumerate() {
        let at = format!("/given/{index}");
        id(&given.name, &format!("{at}/name"))?;
        once(&mut names, &given.name, &format!("{at}/name"))?;
        label(&given.label_zh, &at)?;
        if let GivenHolds::Code { codes } = &given.holds {
            check_codes(codes, &format!("{at}/holds/codes"))?;
        }
    }
    for (index, check) in form.checks.iter().enumerate() {
        let blank = |message: &str| message.trim().is_empty();
        if blank(&check.message_zh) {
            return Err(FormError::new(format!("/checks/{index}/message_zh"), FormFault::Empty));
        }
        if blank(&check.message_en) {
            return Err(FormError::new(format!("/checks/{index}/message_en"), FormFault::Empty));
        }
    }
    Ok(())
}

fn check_question(question: &Question, at: &str) -> Result<(), FormError> {
    id(&question.id, &format!("{at}/id"))?;
    label(&question.label_zh, at)?;
    let mut unsaid = BTreeSet::new();
    for (index, code) in question.may_be.iter().enumerate() {
        let at = format!("{at}/may_be/{index}");
        if !question.kind.can_be_unsaid() {
            return Err(FormError::new(at, FormFault::NotHere("may_be")));
        }
        once(&mut unsaid, code.as_str(), &at)?;
    }
    let is_rows = matches!(question.kind, Kind::Rows { .. });
    if question.prefill_rows.is_some() && !is_rows {
        let at = format!("{at}/prefill_rows");
        return Err(FormError::new(at, FormFault::NotHere("prefill_rows")));
    }
    let at = format!("{at}/kind");
    match &question.kind {
        Kind::Choice { options } | Kind::Choices { options } => {
            let scored = matches!(question.kind, Kind::Choice { .. });
            check_options(options, scored, &format!("{at}/options"))
        }
        Kind::Integer { min, max } => check_bounds(*min, *max, &at),
        Kind::Decimal { scale, min, max } => {
            if !(1..=6).contains(scale) {
                return Err(FormError::new(format!("{at}/scale"), FormFault::BadRange));
            }
            check_bounds(*min, *max, &at)
        }
        Kind::Text { max_chars: 0 } => {
            Err(FormError::new(format!("{at}/max_chars"), FormFault::BadRange))
        }
        Kind::AreaCode { digits } if !matches!(digits, 6 | 9 | 12) => {
            Err(FormError::new(format!("{at}/digits"), FormFault::BadRange))
        }
        Kind::Rows { max_rows, questions } => {
            if !(1..=ROWS_MAX).contains(max_rows) {
                return Err(FormError::new(format!("{at}/max_rows"), FormFault::BadRange));
            }
            check_fields(questions, &format!("{at}/questions"))
        }
        _ => Ok(()),
    }
}

fn check_bounds(min: i64, max: i64, at: &str) -> Result<(), FormError> {
    in_range(min, &format!("{at}/min"))?;
    in_range(max, &format!("{at}/max"))?;
    if min > max {
        return Err(FormError::new(at, FormFault::BadRange));
    }
    Ok(())
}

fn check_options(options: &[ChoiceOption], scored: bool, at: &str) -> Result<(), FormError> {
    if options.is_empty() {
        return Err(FormError::new(at, FormFault::Empty));
    }
    let mut codes = BTreeSet::new();
    for (index, option) in options.iter().enumerate() {
        let at = format!("{at}/{index}");
        if !is_code(&option.code) {
            return Err(FormError::new(at, FormFault::BadId(option.code.clone())));
        }
        once(&mut codes, &option.code, &at)?;
        label(&option.label_zh, &at)?;
        if option.alone && scored {
            return Err(FormError::new(at, FormFault::NotHere("alone")));
        }
        if let Some(score) = option.score {
            if !scored {
                return Err(FormError::new(at, FormFault::NotHere("score")));
            }
            in_range(score, &format!("{at}/score"))?;
        }
    }
    Ok(())
}

fn check_codes(codes: &[String], at: &str) -> Result<(), FormError> {
    if codes.is_empty() {
        return Err(FormError::new(at, FormFault::Empty));
    }
    let mut seen = BTreeSet::new();
    for (index, code) in codes.iter().enumerate() {
        let at = format!("{at}/{index}");
        if !is_code(code) {
            return Err(FormError::new(at, FormFault::BadId(code.clone())));
        }
        once(&mut seen, code, &at)?;
    }
    Ok(())
}

/// The fields of rows are leaves or several choices, because a merge knows no rows inside rows.
fn check_fields(fields: &[Question], at: &str) -> Result<(), FormError> {
    if fields.is_empty() {
        return Err(FormError::new(at, FormFault::Empty));
    }
    let mut ids = BTreeSet::new();
    for (index, field) in fields.iter().enumerate() {
        let at = format!("{at}/{index}");
        let unfit = match &field.kind {
            Kind::Rows { .. } => Some("rows"),
            _ if field.prefill.is_some() => Some("prefill"),
            _ => None,
        };
        if let Some(unfit) = unfit {
            return Err(FormError::new(at, FormFault::NotHere(unfit)));
        }
        check_question(field, &at)?;
        once(&mut ids, &field.id, &format!("{at}/id"))?;
    }
    Ok(())
}

fn once<'a>(seen: &mut BTreeSet<&'a str>, name: &'a str, at: &str) -> Result<(), FormError> {
    if seen.insert(name) {
        Ok(())
    } else {
        Err(FormError::new(at, FormFault::Duplicate(name.to_owned())))
    }
}
