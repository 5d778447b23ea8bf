//! What the protocol guarantees, each guarantee under its own name, over HTTP and on both
//! databases.

mod agreement;
mod convergence;
mod drift;
mod forks;
mod kept;
mod merging;
mod pulls;
mod reach;
mod reference;
mod retries;
mod versions;
