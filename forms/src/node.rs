//! A rule with its names resolved and its types checked, ready to be evaluated.

use crate::date::Day;
use crate::rule::{Comparison, Rounding};

/// The place of an answer: a question of the form, by its index; or a field of a group's row at
/// hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Question(usize),
    Field { group: usize, field: usize },
}

/// A rule, ready to be evaluated.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Int(i64),
    Bool(bool),
    Code(String),
    Date(Day),
    Answer(Place),
    Answered(Place),
    Said(Place, String),
    Chosen(Place, String),
    Score(Place),
    IdBirthDate(Place),
    IdSex(Place),
    Row(usize),
    Computed(usize),
    Given(usize),
    Count { of: Vec<Place>, equals: String },
    Sum(Vec<Node>),
    Arithmetic { operation: Operation, left: Box<Node>, right: Box<Node> },
    Least(Vec<Node>),
    Greatest(Vec<Node>),
    Compare { is: Comparison, left: Box<Node>, right: Box<Node> },
    OneOf(Box<Node>, Vec<String>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    First { cases: Vec<(Node, Node)>, otherwise: Box<Node> },
    Default { of: Box<Node>, otherwise: Box<Node> },
    Known(Box<Node>),
    Grade { of: Box<Node>, bands: Vec<(i64, i64, String)> },
    RowsCount { group: usize, filter: Option<Box<Node>> },
    RowsSum { group: usize, filter: Option<Box<Node>>, of: Box<Node> },
    RowsAny { group: usize, of: Box<Node> },
    RowsAll { group: usize, of: Box<Node> },
}

/// An operation on a left and a right value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operation {
    Minus,
    Multiply,
    Divide(Rounding),
    YearsBetween,
    DaysBetween,
}

/// The rules of a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compiled {
    /// The rules of questions, by the questions' numbers.
    pub(crate) questions: Vec<QuestionRules>,
    pub(crate) computed: Vec<ComputedRule>,
    pub(crate) checks: Vec<CheckRule>,
    /// `asked_when` and computed values, each after those it needs.
    pub(crate) order: Vec<Step>,
}

/// The rules of a question; and, of a group, of its fields.
#[derive(Debug, Clone, Default)]
pub(crate) struct QuestionRules {
    pub(crate) asked_when: Option<Node>,
    pub(crate) prefill: Option<Node>,
    pub(crate) fields: Vec<Option<Node>>,
    /// The group whose rows the answer names; by field in a group.
    pub(crate) row_of: Option<usize>,
    pub(crate) fields_row_of: Vec<Option<usize>>,
}

#[derive(Debug, Clone)]
pub(crate) struct ComputedRule {
    pub(crate) each: Option<usize>,
    pub(crate) node: Node,
    /// Whether an `asked_when` or a check depends on it.
    pub(crate) decides_wholeness: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct CheckRule {
    pub(crate) at: Place,
    pub(crate) node: Node,
}

/// One rule of a form, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    AskedWhen(Place),
    Computed(usize),
}
