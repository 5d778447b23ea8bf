//! The `ruhu` command.
fn main() {}
