//! The syntax tree of the rule language; `docs/rules.md` says what each operator means.

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
    Answer {
        of: String,
    },
    Answered {
        of: String,
    },
    Chosen {
        of: String,
        option: String,
    },
    Computed {
        name: String,
    },
    Count {
        of: Vec<String>,
        equals: String,
    },
    Sum {
        of: Vec<Rule>,
    },
    Compare {
        is: Comparison,
        left: Box<Rule>,
        right: Box<Rule>,
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
    Grade {
        of: Box<Rule>,
        bands: Vec<Band>,
    },
}

/// How two values are compared; the last four only numbers.
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
    pub(crate) fn parts(&self) -> Vec<&Rule> {
        match self {
            Self::Int { .. }
            | Self::Bool { .. }
            | Self::Code { .. }
            | Self::Answer { .. }
            | Self::Answered { .. }
            | Self::Chosen { .. }
            | Self::Computed { .. }
            | Self::Count { .. } => Vec::new(),
            Self::Sum { of } | Self::And { of } | Self::Or { of } => of.iter().collect(),
            Self::Not { of } | Self::Grade { of, .. } => vec![of],
            Self::Compare { left, right, .. } => vec![left, right],
            Self::If { cond, then, otherwise } => vec![cond, then, otherwise],
        }
    }

    /// The questions and computed values that this very node names.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Answer { of } | Self::Answered { of } | Self::Chosen { of, .. } => vec![of],
            Self::Computed { name } => vec![name],
            Self::Count { of, .. } => of.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Every name in the rule, at any depth.
    pub(crate) fn all_names(&self) -> Vec<&str> {
        let mut names = self.names();
        for part in self.parts() {
            names.extend(part.all_names());
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
