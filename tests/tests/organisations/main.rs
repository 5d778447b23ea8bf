//! Who works for whom, and what follows from it: file by file, a part of the rules.

mod areas;
mod credentials;
mod desk;
mod duties;
mod ended;
mod lines;
mod log;
mod midnight;
mod reach;
mod refusals;
mod rights;
mod second_factor;
mod two_teams;
