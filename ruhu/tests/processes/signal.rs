//! Signals to processes.

use std::process::{Command, ExitStatus, Stdio};

/// By the shell's own `kill`: the program of that name is missing where little is installed.
pub(crate) fn send(signal: &str, process: u32) -> ExitStatus {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"kill "$@""#, "sh", signal, &process.to_string()]);
    shell.stderr(Stdio::null()).status().expect("a shell")
}
