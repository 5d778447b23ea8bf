//! What whoever runs the kills by hand reads meanwhile.

/// A line.
#[allow(clippy::print_stdout, reason = "a run of half an hour tells how far it is")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}
