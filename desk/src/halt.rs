//! The error of work in a transaction: `?` on a storage error and on a refusal, and nothing stays.

use crate::refusal::{Kind, Refusal};
use ruhu_casework::organisations::OrganisationFault;
use serde_json::{Value, json};

/// Why work in a transaction stops.
pub type Halt = ruhu_store::Halt<Refusal>;

impl From<Refusal> for Halt {
    fn from(problem: Refusal) -> Self {
        Self::Refused(problem)
    }
}

impl From<Kind> for Halt {
    fn from(kind: Kind) -> Self {
        Self::Refused(kind.into())
    }
}

impl From<Halt> for Refusal {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Storage(error) => error.into(),
            Halt::Refused(problem) => problem,
        }
    }
}

/// Refuses an act on organisations, naming all its faults, if there are any.
pub fn refuse_faults(faults: &[OrganisationFault]) -> Result<(), Refusal> {
    if faults.is_empty() {
        return Ok(());
    }
    let list = faults.iter().map(|f| json!({"code": f.code(), "zh": f.zh(), "en": f.en()}));
    let join = |words: Vec<&str>, between: &str, end: &str| words.join(between) + end;
    Err(Refusal::new(Kind::OrganisationRefused)
        .detail(
            join(faults.iter().map(|fault| fault.zh()).collect(), "；", "。"),
            join(faults.iter().map(|fault| fault.en()).collect(), "; ", "."),
        )
        .with("faults", list.collect::<Value>()))
}
