//! `ruhu` on a folder of its own.

use crate::signal;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use tempfile::TempDir;

/// Everybody's.
pub(crate) const PASSWORD: &str = "入户社工的密码有十个字";

/// A folder, a database, and the service on them while it runs.
pub(crate) struct Ruhu {
    folder: TempDir,
    url: String,
    more: Vec<(&'static str, String)>,
    running: Option<Process>,
    people: Cell<usize>,
}

struct Process {
    child: Child,
    /// Kept open: a service that cannot write there would end.
    _said: BufReader<ChildStdout>,
    address: String,
}

impl Ruhu {
    /// On this database; a file in the folder if none is named. Not started yet.
    pub(crate) fn on(url: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = || format!("sqlite:{}", folder.path().join("ruhu.db").display());
        let url = url.map_or_else(file, str::to_owned);
        Self { folder, url, more: Vec::new(), running: None, people: Cell::new(0) }
    }

    /// Another setting for the next start, as a variable.
    pub(crate) fn set(&mut self, variable: &'static str, value: impl Into<String>) {
        self.more.push((variable, value.into()));
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What this command would be run with.
    fn prepared(&self, mut command: Command) -> Command {
        command
            .env_clear()
            .env("RUHU_DATA_DIR", self.folder.path())
            .env("RUHU_DATABASE_URL", &self.url)
            .env("RUHU_USER_REQUESTS_PER_MINUTE", "0")
            .env("RUHU_ADDRESS_REQUESTS_PER_MINUTE", "0")
            .env("RUHU_SHUTDOWN_TIMEOUT_SECONDS", "2")
            .envs(self.more.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.prepared(Command::new(env!("CARGO_BIN_EXE_ruhu")));
        command.args(arguments).output().expect("the command runs")
    }

    /// Runs a command that must come to a good end; gives what it said.
    #[track_caller]
    pub(crate) fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "{arguments:?}: {}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Starts the service, and waits until it listens.
    pub(crate) fn start(&mut self) {
        let mut command = self.prepared(Command::new(env!("CARGO_BIN_EXE_ruhu")));
        let log = File::options().create(true).append(true).open(self.folder().join("log"));
        let mut child = command
            .args(["serve", "--make-keys", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(log.expect("a log"))
            .spawn()
            .expect("started");
        let mut said = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        said.read_line(&mut line).expect("a line");
        let address = line.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        assert!(address.starts_with("http://"), "it did not start: {line}{}", self.log());
        self.running = Some(Process { child, _said: said, address });
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("log")).unwrap_or_default()
    }

    fn process(&self) -> &Process {
        self.running.as_ref().expect("it runs")
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        self.process().address.clone()
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.process().child.id()
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        let mut process = self.running.take().expect("it runs");
        process.child.kill().expect("killed");
        process.child.wait().expect("ended");
    }

    /// Tells it to end.
    pub(crate) fn tell_to_end(&self) {
        assert!(signal::send("-TERM", self.id()).success());
    }

    /// Tells it to end, and waits until it has, well.
    #[track_caller]
    pub(crate) fn stop(&mut self) {
        self.tell_to_end();
        self.has_ended_well();
    }

    /// Waits until it has ended, well.
    #[track_caller]
    pub(crate) fn has_ended_well(&mut self) {
        let ended = self.running.take().expect("it runs").child.wait().expect("ended");
        assert!(ended.success(), "{ended}: {}", self.log());
    }

    /// Adds a person of this role, by the command; gives the login.
    pub(crate) fn add_person(&self, role: &str, area: &str) -> String {
        let number = self.people.replace(self.people.get() + 1);
        let (login, name) = (format!("person{number}"), format!("测试{number}"));
        let file = self.folder().join("password");
        std::fs::write(&file, PASSWORD).expect("written");
        let file = file.display().to_string();
        let mut add = vec!["user", "add", "--login", &login, "--name", &name, "--role", role];
        add.extend(["--password-file", &file]);
        if !area.is_empty() {
            add.extend(["--area", area]);
        }
        self.said(&add);
        login
    }
}

impl Drop for Ruhu {
    fn drop(&mut self) {
        if let Some(mut process) = self.running.take() {
            let _ = process.child.kill();
            let _ = process.child.wait();
        }
    }
}
