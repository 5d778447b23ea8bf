//! The form engine of Ruhu: what a form asks, whether a set of answers is well typed or whole, and what follows
//! from it. Pure: no clock, no randomness, no I/O; the real forms are compiled in.
//!
//! - [`Form`] is a form definition that has passed the strict check of [`Form::parse`].
//! - [`Form::check_draft`] and [`Form::check_submission`] find every [`Problem`] of a set of [`Answers`] at once.
//! - [`Form::compute`] works out the form's computed values, by the rules specified below.
//! - [`Question::shape`] tells a merge what an answer's patches may look like.
//! - [`Catalogue`] holds the real forms.
//!
#![doc = include_str!("../../docs/rules.md")]

mod answer;
mod catalogue;
mod check;
mod computed;
mod date;
mod error;
mod eval;
mod form;
mod order;
mod parse;
mod problem;
mod rule;
mod typing;

pub use catalogue::{Catalogue, CatalogueForm};
pub use computed::{Computed, Outcome, RuleError, Scalar};
pub use error::{FormError, FormFault};
pub use form::{ChoiceOption, ComputedValue, Form, Kind, Question, Section, Shape, Source};
pub use problem::{Problem, ProblemCode};

/// The answers to a form: question id → answer. A JSON object without nulls; ids that the form does not know are
/// kept by whoever stores it and ignored here.
pub type Answers = serde_json::Map<String, serde_json::Value>;

/// The largest magnitude of any number in a form, an answer or a rule: 2^53 − 1, what every JSON reader holds exactly.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;
