//! What the command says to the person who typed it.

/// A line of the answer.
#[allow(clippy::print_stdout, reason = "the one place that answers the person")]
pub(super) fn say(line: &str) {
    println!("{line}");
}

/// Text that may be piped on, as it is.
#[allow(clippy::print_stdout, reason = "the one place that answers the person")]
pub(super) fn write(text: &str) {
    print!("{text}");
}

/// What went wrong.
#[allow(clippy::print_stderr, reason = "the one place that answers the person")]
pub(super) fn complain(line: &str) {
    eprintln!("ruhu: {line}");
}
