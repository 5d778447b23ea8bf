//! Live events: a device that listens is told, within a moment, that its streams have moved.
//!
//! A hint and nothing more: what counts is what a pull gives, and a device that never listens
//! misses nothing. One poller for each process asks for the heads of all streams that anybody
//! listens to, by one statement, outside every write; a commit of this process wakes it at once.
//! It tells nobody anything: a connection whose streams have moved looks itself, in one snapshot,
//! whether the person may still see them, and says what it sees.

mod connection;
mod event;
mod listener;
mod poller;
mod registry;

pub(crate) use connection::EventBody;
pub use listener::Listener;
pub(crate) use poller::poll_heads;
pub use registry::Live;

use std::time::Duration;

/// How live events are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveSettings {
    /// How many connections at most, of all devices together; none switches live events off.
    pub connections_max: usize,
    /// How many of one person at most.
    pub person_max: usize,
    /// How often the heads are asked for: how late a device learns of what another process did.
    pub poll: Duration,
    /// How often a connection looks whether it may still listen.
    pub check: Duration,
    /// How often something is sent where nothing happens, so that neither side waits for a line
    /// that is gone.
    pub heartbeat: Duration,
}
