//! A simulator that tries to break the guarantees of the sync protocol.
//!
//! A seed determines a few tablets, people and staff, a network that loses, repeats, delays and
//! cuts, and everything that can happen to them ([`step`]). The tablets are the honest ones of
//! `ruhu-device`. After every step the server is compared with a [`model`] that shares no code with
//! it. A schedule that fails is shrunk to the shortest one that still does ([`run`]).

pub mod generate;
pub mod heard;
pub mod kinds;
pub mod look;
pub mod memory;
pub mod model;
pub mod names;
pub mod net;
pub mod run;
pub mod service;
pub mod step;
pub mod world;
