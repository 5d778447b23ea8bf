//! Lines for the person who runs it.

/// A line of the answer.
#[allow(clippy::print_stdout, reason = "the one place that answers the person")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// What is going on, for whoever waits.
#[allow(clippy::print_stderr, reason = "the one place that tells the person who waits")]
pub(crate) fn tell(line: &str) {
    eprintln!("ruhu-bench: {line}");
}
