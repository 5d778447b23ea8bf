#![doc = include_str!("../README.md")]

pub mod acts;
pub mod administration;
pub mod areas;
mod check;
mod closed_list;
pub mod codes;
pub mod days;
pub mod deciding;
pub mod description;
pub mod facts;
mod formed;
pub mod grants;
pub mod identity;
pub mod judging;
pub mod kind;
pub mod kinds;
pub mod mask;
pub mod masking;
pub mod moves;
mod normal;
mod notices;
pub mod organisations;
mod permission;
pub mod problem_words;
pub mod projection;
pub mod purposes;
pub mod reason_words;
pub mod references;
pub mod roles;
pub mod rules;
pub mod secrets;
pub mod seen;
mod settling;
mod shapes;
pub mod shelf;
pub mod signatures;
pub mod tables;
pub mod text;
pub mod value;

#[cfg(test)]
mod testing;
