//! Holds the story to what it says.

use crate::DemoError;

/// Holds the story to what it says.
pub(crate) fn claim(holds: bool, what: &'static str) -> Result<(), DemoError> {
    match holds {
        true => Ok(()),
        false => Err(DemoError::Astray(what)),
    }
}
