//! What every act and every list of staff answers, byte for byte, on both databases: one scripted day
//! for each group of routes, held against a file in `answers/`.
//!
//! A change of an answer fails with the lines that differ. Where it is meant, the files are written
//! anew by `INSTA_UPDATE=always cargo nextest run -p ruhu-tests --test golden`, and read in review.

mod act;
mod coverage;
mod day;
mod layout;
mod names;
mod staff;
mod work;

mod conflicts;
mod decisions;
mod deletions;
mod devices;
mod finds;
mod forms;
mod log;
mod me;
mod moves;
mod people;
mod providers;
mod quarantine;
mod tables;
