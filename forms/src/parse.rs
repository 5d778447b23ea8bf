//! From text to a [`Form`], strictly: a form that is accepted can be checked and computed for any answers.

use std::collections::BTreeSet;

use crate::date::is_date;
use crate::error::{FormError, FormFault};
use crate::form::{ChoiceOption, Form, FormText, Kind, Question};
use crate::order::{named_rules, order};
use crate::typing::{check_types, in_range};

/// The longest id or code.
const ID_CHARS_MAX: usize = 64;

impl Form {
    /// Reads a form definition. Refused, with the place: unknown members, question types and operators; ids that are
    /// malformed or there twice; rules with unknown names, wrong types or cycles.
    pub fn parse(text: &str) -> Result<Self, FormError> {
        let text: FormText = serde_json::from_str(text).map_err(|error| {
            FormError::new(
                format!("line {} column {}", error.line(), error.column()),
                FormFault::Malformed(error.to_string()),
            )
        })?;
        check_heading(&text)?;
        check_questions(&text)?;
        let ordered = order(&named_rules(&text))?;
        check_types(&text, &ordered)?;
        let order = ordered.into_iter().map(|named| named.step).collect();
        Ok(Self { text, order })
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
            && !is_date(day)
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

fn check_questions(form: &FormText) -> Result<(), FormError> {
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
    }
    Ok(())
}

fn check_question(question: &Question, at: &str) -> Result<(), FormError> {
    id(&question.id, &format!("{at}/id"))?;
    label(&question.label_zh, at)?;
    let at = format!("{at}/kind");
    match &question.kind {
        Kind::Choice { options } | Kind::Choices { options } => {
            check_options(options, &format!("{at}/options"))
        }
        Kind::Integer { min, max } => {
            in_range(*min, &format!("{at}/min"))?;
            in_range(*max, &format!("{at}/max"))?;
            if min > max {
                return Err(FormError::new(at, FormFault::BadRange));
            }
            Ok(())
        }
        Kind::Text { max_chars: 0 } => {
            Err(FormError::new(format!("{at}/max_chars"), FormFault::BadRange))
        }
        Kind::Rows { questions } => check_fields(questions, &format!("{at}/questions")),
        Kind::Text { .. } | Kind::Date {} | Kind::YesNo {} | Kind::Fen {} => Ok(()),
    }
}

fn check_options(options: &[ChoiceOption], at: &str) -> Result<(), FormError> {
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
    }
    Ok(())
}

/// The fields of rows are leaves, because a merge knows rows of leaves, and are asked in every row.
fn check_fields(fields: &[Question], at: &str) -> Result<(), FormError> {
    if fields.is_empty() {
        return Err(FormError::new(at, FormFault::Empty));
    }
    let mut ids = BTreeSet::new();
    for (index, field) in fields.iter().enumerate() {
        let at = format!("{at}/{index}");
        let unfit = match &field.kind {
            Kind::Rows { .. } => Some("rows"),
            Kind::Choices { .. } => Some("several choices"),
            _ if field.asked_when.is_some() => Some("a field with asked_when"),
            _ => None,
        };
        if let Some(unfit) = unfit {
            return Err(FormError::new(at, FormFault::NotInRows(unfit)));
        }
        check_question(field, &at)?;
        once(&mut ids, &field.id, &format!("{at}/id"))?;
    }
    Ok(())
}

/// Refuses what is not an id.
pub(crate) fn id(id: &str, at: &str) -> Result<(), FormError> {
    if is_code(id) && id.starts_with(|first: char| first.is_ascii_lowercase()) {
        Ok(())
    } else {
        Err(FormError::new(at, FormFault::BadId(id.to_owned())))
    }
}

fn is_code(code: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !code.is_empty() && code.len() <= ID_CHARS_MAX && code.bytes().all(fits)
}

fn once<'a>(seen: &mut BTreeSet<&'a str>, name: &'a str, at: &str) -> Result<(), FormError> {
    if seen.insert(name) {
        Ok(())
    } else {
        Err(FormError::new(at, FormFault::Duplicate(name.to_owned())))
    }
}

/// Refuses a label that nobody could read.
pub(crate) fn label(label: &str, at: &str) -> Result<(), FormError> {
    if label.trim().is_empty() {
        return Err(FormError::new(format!("{at}/label_zh"), FormFault::Empty));
    }
    Ok(())
}
