//! The real `ruhu`, as a process, on bad days: killed under load, its database killed or gone, its disk
//! full, told to end in the middle of its work.

mod crew;
mod database;
mod disk;
mod gone;
mod kills;
mod line;
mod output;
mod postgres;
mod service;
mod signal;
mod stopping;
