//! The syntax tree of the rule language; `docs/rules.md` defines each operator.

use serde::Deserialize;

/// One node of a rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Rule {
    Int {
        value: i64,
    },
    Bool {
        value: bool,
    },
    Code {
        value: String,
    },
    Date {
        value: String,
    },
    Answer {
        of: String,
    },
    Answered {
        of: String,
    },
    Said {
        of: String,
        code: String,
    },
    Chosen {
        of: String,
        option: String,
    },
    Score {
        of: String,
    },
    Scores {
        of: Vec<String>,
    },
    IdBirthDate {
        of: String,
    },
    IdSex {
        of: String,
    },
    Row {
        of: String,
    },
    Computed {
        name: String,
    },
    Given {
        name: String,
    },
    Count {
        of: Vec<String>,
        equals: String,
    },
    Sum {
        of: Vec<Rule>,
    },
    Minus {
        left: Box<Rule>,
        right: Box<Rule>,
    },
    Multiply {
        left: Box<Rule>,
        right: Box<Rule>,
    },
    Divide {
        left: Box<Rule>,
        right: Box<Rule>,
        round: Rounding,
    },
    Least {
        of: Vec<Rule>,
    },
    Greatest {
        of: Vec<Rule>,
    },
    YearsBetween {
        from: Box<Rule>,
        to: Box<Rule>,
    },
    DaysBetween {
        from: Box<Rule>,
        to: Box<Rule>,
    },
    Compare {
        is: Comparison,
        left: Box<Rule>,
        right: Box<Rule>,
    },
    OneOf {
        of: Box<Rule>,
        codes: Vec<String>,
    },
    And {
        of: Vec<Rule>,
    },
    Or {
        of: Vec<Rule>,
    },
    Not {
        of: Box<Rule>,
    },
    If {
        cond: Box<Rule>,
        then: Box<Rule>,
        #[serde(rename = "else")]
        otherwise: Box<Rule>,
    },
    First {
        cases: Vec<Case>,
        #[serde(rename = "else")]
        otherwise: Box<Rule>,
    },
    Default {
        of: Box<Rule>,
        #[serde(rename = "else")]
        otherwise: Box<Rule>,
    },
    Known {
        of: Box<Rule>,
    },
    Grade {
        of: Box<Rule>,
        bands: Vec<Band>,
    },
    RowsCount {
        over: String,
        #[serde(default, rename = "where")]
        filter: Option<Box<Rule>>,
    },
    RowsSum {
        over: String,
        #[serde(default, rename = "where")]
        filter: Option<Box<Rule>>,
        of: Box<Rule>,
    },
    RowsAny {
        over: String,
        of: Box<Rule>,
    },
    RowsAll {
        over: String,
        of: Box<Rule>,
    },
}

/// One case of several; the first that is true counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) when: Rule,
    pub(crate) then: Rule,
}

/// How two values are compared; the last four only numbers and dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Comparison {
    pub(crate) fn orders(self) -> bool {
        !matches!(self, Self::Eq | Self::Ne)
    }
}

/// How a quotient is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rounding {
    /// Towards 0.
    Down,
    /// Away from 0.
    Up,
    /// To the nearest, halves away from 0.
    HalfUp,
}

/// A grade and the values it stands for, both bounds included.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Band {
    pub(crate) id: String,
    pub(crate) label_zh: String,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl Rule {
    /// The rules directly inside this one.
    fn parts(&self) -> Vec<&Rule> {
        match self {
            Self::Sum { of }
            | Self::And { of }
            | Self::Or { of }
            | Self::Least { of }
            | Self::Greatest { of } => of.iter().collect(),
            Self::Not { of }
            | Self::Known { of }
            | Self::OneOf { of, .. }
            | Self::Grade { of, .. }
            | Self::RowsAny { of, .. }
            | Self::RowsAll { of, .. } => vec![of],
            Self::Compare { left, right, .. }
            | Self::Minus { left, right }
            | Self::Multiply { left, right }
            | Self::Divide { left, right, .. } => vec![left, right],
            Self::YearsBetween { from, to } | Self::DaysBetween { from, to } => vec![from, to],
            Self::If { cond, then, otherwise } => vec![cond, then, otherwise],
            Self::First { cases, otherwise } => {
                let inside = cases.iter().flat_map(|case| [&case.when, &case.then]);
                inside.chain([&**otherwise]).collect()
            }
            Self::Default { of, otherwise } => vec![of, otherwise],
            Self::RowsCount { filter, .. } => filter.iter().map(|filter| &**filter).collect(),
            Self::RowsSum { filter, of, .. } => {
                filter.iter().chain([of]).map(|rule| &**rule).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The questions, groups and computed values that this very node names.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Answer { of }
            | Self::Answered { of }
            | Self::Said { of, .. }
            | Self::Chosen { of, .. }
            | Self::Score { of }
            | Self::IdBirthDate { of }
            | Self::IdSex { of } => vec![of],
            Self::Computed { name } => vec![name],
            Self::Count { of, .. } | Self::Scores { of } => of.iter().map(String::as_str).collect(),
            Self::Row { of: over }
            | Self::RowsCount { over, .. }
            | Self::RowsSum { over, .. }
            | Self::RowsAny { over, .. }
            | Self::RowsAll { over, .. } => vec![over],
            _ => Vec::new(),
        }
    }

    /// One for the node, one for each question that it names.
    pub(crate) fn cost(&self) -> u64 {
        match self {
            Self::Computed { .. } => 1,
            _ => 1 + self.names().len() as u64,
        }
    }

    /// Every name in the rule, at any depth.
    pub(crate) fn all_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut left = vec![self];
        while let Some(rule) = left.pop() {
            names.extend(rule.names());
            left.extend(rule.parts());
        }
        names
    }

    pub(crate) fn band_label_zh(&self, id: &str) -> Option<&str> {
        let own = match self {
            Self::Grade { bands, .. } => bands.iter().find(|band| band.id == id),
            _ => None,
        };
        own.map(|band| band.label_zh.as_str())
            .or_else(|| self.parts().into_iter().find_map(|part| part.band_label_zh(id)))
    }
}
