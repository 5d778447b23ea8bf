//! 家计调查: every cut-off to the fen, twenty households with the arithmetic written out, and what
//! holds of all households.
#![allow(clippy::unwrap_used)]

mod boundaries;
mod checks;
mod household;
mod households;
mod households_property;
mod properties;
mod property_limits;
mod published;
mod shown;
