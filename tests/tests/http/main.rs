//! The calls one by one, as any client may make them: file by file as the addresses stand.

mod authority;
mod bodies;
mod contract;
mod devices;
mod events;
mod handshake;
mod jobs;
mod keys;
mod limits;
mod me;
mod operations;
mod passwords;
mod problems;
mod pull;
mod push;
mod reference;
mod session;
