//! What a form suggests, with its reasons: a person decides (个人信息保护法 §24).

use serde::Serialize;

use crate::computed::{Computed, Outcome, Worked};
use crate::form::{Form, Source};
use crate::given::Given;

/// A computed truth on which a person decides.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The computed value's name.
    pub name: String,
    /// What people read.
    pub label_zh: String,
    /// Where the rule comes from.
    pub source: Source,
    /// Yes, no, or what it needs to be worked out; for the form or for each row of its group.
    pub worked: Worked,
    /// What explains it, in the form's order.
    pub because: Vec<Reason>,
}

/// A value that explains a suggestion.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = SuggestionReason))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The name of a computed or given value.
    pub name: String,
    /// What people read.
    pub label_zh: String,
    /// Where the rule comes from; none for a given value, whose source is known to the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// What it came to.
    pub worked: Worked,
}

impl Form {
    /// The form's suggestions, from what its values came to and what they were given.
    pub fn suggestions(&self, computed: &Computed, given: &Given) -> Vec<Suggestion> {
        let suggesting = self.computed_values().iter().filter(|value| value.suggests);
        suggesting
            .filter_map(|value| {
                let because = value.because.iter();
                Some(Suggestion {
                    name: value.name.clone(),
                    label_zh: value.label_zh.clone(),
                    source: value.source.clone(),
                    worked: computed.get(&value.name)?.clone(),
                    because: because
                        .filter_map(|name| self.reason(name, computed, given))
                        .collect(),
                })
            })
            .collect()
    }

    fn reason(&self, name: &str, computed: &Computed, given: &Given) -> Option<Reason> {
        if let Some(value) = self.given().iter().find(|value| value.name == name) {
            let outcome = match value.read(given) {
                Some(known) => Outcome::Value { value: known.to_scalar() },
                None => Outcome::Missing { needs: vec![format!("@{name}")] },
            };
            let worked = Worked::One(outcome);
            let (name, label_zh) = (value.name.clone(), value.label_zh.clone());
            return Some(Reason { name, label_zh, source: None, worked });
        }
        let value = self.computed_values().iter().find(|value| value.name == name)?;
        Some(Reason {
            name: value.name.clone(),
            label_zh: value.label_zh.clone(),
            source: Some(value.source.clone()),
            worked: computed.get(name)?.clone(),
        })
    }
}
