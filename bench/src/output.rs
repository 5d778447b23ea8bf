//! Output for the person who runs the bench.

/// Prints a line of the results.
#[allow(clippy::print_stdout, reason = "the one place that answers the person")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Reports progress to whoever waits.
#[allow(clippy::print_stderr, reason = "the one place that tells the person who waits")]
pub(crate) fn tell(line: &str) {
    eprintln!("ruhu-bench: {line}");
}
