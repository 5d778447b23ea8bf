//! What is held of every input, however it came about: one function for each fuzz target. The
//! targets call them with what libFuzzer makes up, `tests/tests/corpora.rs` with what is kept in
//! `corpus/`.

mod answers;
mod bytes;
mod cursor;
mod edit;
mod form;
mod merge;
mod push;
mod world;

pub use answers::answers;
pub use cursor::cursor;
pub use edit::edit;
pub use form::form;
pub use merge::merge;
pub use push::push;
