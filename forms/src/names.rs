//! Resolves the names in a form's rules.

use std::collections::BTreeMap;

use crate::error::{FormError, FormFault};
use crate::form::FormText;
use crate::node::Place;
use crate::question::Question;

/// What a name refers to.
#[derive(Debug, Clone, Copy)]
enum Named {
    Question(usize),
    Computed(usize),
    Given(usize),
}

/// The names of a form.
pub(crate) struct Names<'a> {
    form: &'a FormText,
    questions: Vec<&'a Question>,
    named: BTreeMap<&'a str, Named>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(form: &'a FormText) -> Self {
        let questions: Vec<&Question> = form.questions().collect();
        let mut named = BTreeMap::new();
        for (number, question) in questions.iter().enumerate() {
            named.insert(question.id.as_str(), Named::Question(number));
        }
        for (number, computed) in form.computed.iter().enumerate() {
            named.insert(computed.name.as_str(), Named::Computed(number));
        }
        for (number, given) in form.given.iter().enumerate() {
            named.insert(given.name.as_str(), Named::Given(number));
        }
        Self { form, questions, named }
    }

    pub(crate) fn computed(&self, name: &str, at: &str) -> Result<usize, FormError> {
        match self.named.get(name) {
            Some(Named::Computed(number)) => Ok(*number),
            _ => Err(unknown(name, at)),
        }
    }

    pub(crate) fn given(&self, name: &str, at: &str) -> Result<usize, FormError> {
        match self.named.get(name) {
            Some(Named::Given(number)) => Ok(*number),
            _ => Err(unknown(name, at)),
        }
    }

    /// A computed or given value.
    pub(crate) fn explains(&self, name: &str, at: &str) -> Result<(), FormError> {
        match self.named.get(name) {
            Some(Named::Computed(_) | Named::Given(_)) => Ok(()),
            _ => Err(unknown(name, at)),
        }
    }

    pub(crate) fn group(&self, name: &str, at: &str) -> Result<usize, FormError> {
        match self.named.get(name) {
            Some(Named::Question(number)) if !self.questions[*number].fields().is_empty() => {
                Ok(*number)
            }
            _ => Err(unknown(name, at)),
        }
    }

    /// A question, or a field as `group.field`.
    pub(crate) fn place(&self, name: &str, at: &str) -> Result<Place, FormError> {
        let Some((group, field)) = name.split_once('.') else {
            return match self.named.get(name) {
                Some(Named::Question(number)) => Ok(Place::Question(*number)),
                _ => Err(unknown(name, at)),
            };
        };
        match self.named.get(group) {
            Some(Named::Question(number)) => {
                let fields = self.questions[*number].fields();
                let field = fields.iter().position(|known| known.id == field);
                let field = field.ok_or_else(|| unknown(name, at))?;
                Ok(Place::Field { group: *number, field })
            }
            _ => Err(unknown(name, at)),
        }
    }

    pub(crate) fn question(&self, place: Place) -> &'a Question {
        match place {
            Place::Question(number) => self.questions[number],
            Place::Field { group, field } => &self.questions[group].fields()[field],
        }
    }

    pub(crate) fn form(&self) -> &'a FormText {
        self.form
    }
}

pub(crate) fn unknown(name: &str, at: &str) -> FormError {
    FormError::new(at, FormFault::UnknownReference(name.to_owned()))
}
