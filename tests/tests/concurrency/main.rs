//! Many at a time, over HTTP. Threads meet through barriers and channels; nothing waits for a while
//! and hopes.

mod collisions;
mod held_open;
mod readers;
mod rule_tables;
mod two_processes;
