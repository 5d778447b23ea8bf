//! The server, as a process of its own.

use crate::client::Client;
use crate::database::Site;
use crate::error::{BenchError, while_doing};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// How often a starting server is polled until it is ready, and the pause in between.
const READY_TRIES_MAX: u32 = 400;
const READY_WAIT: Duration = Duration::from_millis(25);

/// `ruhu serve` on a site.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Kept open: a server that cannot write there would exit.
    _stdout: BufReader<ChildStdout>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

/// A process's memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    /// What it has in memory now.
    pub(crate) resident_bytes: usize,
    /// The most it ever had.
    pub(crate) peak_bytes: usize,
}

/// The `ruhu` beside this program, if none is named.
fn binary(named: Option<&Path>) -> Result<PathBuf, BenchError> {
    let beside = || Some(std::env::current_exe().ok()?.with_file_name("ruhu"));
    let path = named.map(Path::to_owned).or_else(beside).unwrap_or_default();
    match path.is_file() {
        true => Ok(path),
        false => Err(BenchError::NoServer(path.display().to_string())),
    }
}

impl Server {
    /// Starts it and waits until it is ready. Its log goes to a file on the site, at the usual
    /// level: a line per request is part of the cost of serving.
    pub(crate) fn start(site: &Site, named: Option<&Path>) -> Result<Self, BenchError> {
        Self::start_with(site, named, &["--access-token-minutes", "1440"])
    }

    /// The same with these flags instead of a token for the whole day.
    pub(crate) fn start_with(
        site: &Site,
        named: Option<&Path>,
        flags: &[&str],
    ) -> Result<Self, BenchError> {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(site.path("log"))
            .map_err(while_doing("the log"))?;
        let mut command = Command::new(binary(named)?);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RUHU_")) {
            command.env_remove(name);
        }
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(flags)
            .args(["--database-url", &site.url])
            .arg("--data-dir")
            .arg(site.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(while_doing("cannot start the server"))?;
        let stdout = child.stdout.take();
        let mut lines = match stdout {
            Some(stdout) => BufReader::new(stdout),
            None => return Err(BenchError::NotStarted("it has no output".to_owned())),
        };
        let mut line = String::new();
        lines.read_line(&mut line).map_err(while_doing("the server's first line"))?;
        let address = line.trim().rsplit("http://").next().and_then(|text| text.parse().ok());
        let Some(address) = address else {
            let _ = child.kill();
            let _ = child.wait();
            let said = std::fs::read_to_string(site.path("log")).unwrap_or_default();
            return Err(BenchError::NotStarted(said));
        };
        let server = Self { child, _stdout: lines, address };
        server.wait_until_ready()?;
        crate::output::tell(&format!("the server is process {}", server.child.id()));
        Ok(server)
    }

    fn wait_until_ready(&self) -> Result<(), BenchError> {
        for _ in 0..READY_TRIES_MAX {
            let asked = Client::connect(self.address)
                .and_then(|mut client| client.call("GET /readyz", &[], &[]));
            if asked.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            std::thread::sleep(READY_WAIT);
        }
        Err(BenchError::NotStarted("it was never ready".to_owned()))
    }

    /// Its memory.
    pub(crate) fn memory(&self) -> Memory {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
            kilobytes.unwrap_or(0_usize) * 1_024
        };
        Memory { resident_bytes: of("VmRSS:"), peak_bytes: of("VmHWM:") }
    }

    /// The processor time it has used, by the clock of a hundredth of a second.
    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(&self.child.id().to_string())
    }

    /// How many files and connections it has open.
    pub(crate) fn open_files(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        files.map_or(0, Iterator::count)
    }

    /// Stops it the way an operator does.
    pub(crate) fn stop(mut self) -> Result<(), BenchError> {
        let io = while_doing("cannot stop the server");
        // The shell's builtin: a minimal system has no program of that name.
        let told = format!("kill -TERM {}", self.child.id());
        let asked = Command::new("sh").args(["-c", &told]).status();
        if !asked.is_ok_and(|status| status.success()) {
            self.child.kill().map_err(&io)?;
        }
        self.child.wait().map_err(&io)?;
        Ok(())
    }
}

/// The processor time that a process has used; `self` is this one.
pub(crate) fn processor_time(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // After the name in brackets: state, then user and system time as the 12th and 13th.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let hundredths: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(hundredths * 10)
}

/// The processor time used by everything on this machine, over all processors.
pub(crate) fn processor_time_of_all() -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = stat.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().skip(1).flat_map(str::parse).collect();
    // user, nice, system, idle, iowait, irq, softirq, steal
    let idle: u64 = ticks.iter().skip(3).take(2).sum();
    let all: u64 = ticks.iter().take(8).sum();
    Duration::from_millis((all - idle) * 10)
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `stop` nothing is left to end; otherwise nobody waits for its data.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
