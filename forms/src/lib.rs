//! The form engine of Ruhu: what a form asks, whether a set of answers is well typed or whole, and what follows
//! from it. Pure: no clock, no randomness, no I/O; the real forms are compiled in.
//!
//! - [`Form`] is a form definition that has passed the strict check of [`Form::parse`].
//! - [`Form::check_draft`] and [`Form::check_submission`] find every [`Problem`] of a set of [`Answers`] at once.
//! - [`Form::compute`] works out the form's computed values, by the rules specified below; [`Form::suggestions`] are
//!   those on which a person decides, with their reasons.
//! - [`Form::prefill`] offers answers from what is known already.
//! - [`Form::answer_schema`] and [`Form::outline_html`] show the form to programs and on paper.
//! - [`Question::shape`] tells a merge what an answer's patches may look like.
//! - [`Catalogue`] holds the real forms.
//!
#![doc = include_str!("../../docs/rules.md")]

mod answer;
mod catalogue;
mod check;
mod compile;
mod computed;
mod date;
mod decimal;
mod error;
mod eval;
mod form;
mod given;
mod id_number;
mod names;
mod node;
mod number;
mod order;
mod outline;
mod parse;
mod prefill;
mod problem;
mod question;
mod reading;
mod rule;
mod rules_of;
mod schema;
mod spelling;
mod suggestion;
mod types;
mod value;
mod work;

pub use catalogue::{Catalogue, CatalogueForm};
pub use computed::{Computed, Outcome, Worked};
pub use date::Day;
pub use decimal::normal as normal_decimal;
pub use error::{FormError, FormFault};
pub use form::{ComputedValue, Form, Section, Source};
pub use given::{DayName, Given, GivenHolds, GivenValue, Origin};
pub use id_number::{IdNumber, IdNumberFault, id_number};
pub use prefill::PrefillRecord;
pub use problem::{Problem, ProblemCode};
pub use question::{ChoiceOption, Kind, Question, Shape, Unsaid};
pub use schema::Strength;
pub use suggestion::{Reason, Suggestion};
pub use value::{RuleError, Scalar};

/// The answers to a form: question id → answer. A JSON object without nulls; ids that the form does not know are
/// kept by whoever stores it and ignored here.
pub type Answers = serde_json::Map<String, serde_json::Value>;

/// The largest magnitude of any number in a form, an answer or a rule: 2^53 − 1, what every JSON reader holds exactly.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;
