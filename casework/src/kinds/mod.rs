//! The kinds of record, one file each. A new kind is one new file, and one line in this list.

mod assessment;
mod attachment;
mod find;
mod household;
pub(crate) mod notice;
mod person;
mod referral;
mod service;
mod standard;
mod visit;

pub use crate::kind::Kind;

/// Every kind.
pub const ALL: &[&Kind] = &[
    &household::KIND,
    &person::KIND,
    &visit::KIND,
    &assessment::KIND,
    &find::KIND,
    &attachment::KIND,
    &service::KIND,
    &referral::KIND,
    &notice::KIND,
    &standard::KIND,
];

/// The kind of this name.
pub fn get(name: &str) -> Option<&'static Kind> {
    ALL.iter().copied().find(|kind| kind.name == name)
}

#[cfg(test)]
mod tests;
