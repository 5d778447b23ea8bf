//! A PostgreSQL server of a test's own, which can be killed and brought back.

use crate::signal;
use std::path::{Path, PathBuf};
use std::process::Command;

/// It keeps what it has confirmed, as in production.
pub(crate) struct Postgres {
    folder: PathBuf,
    url: String,
    /// What the server is started with.
    variables: Vec<(&'static str, String)>,
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/postgres")
}

impl Postgres {
    pub(crate) fn start(variables: &[(&'static str, String)]) -> Self {
        let mut random = [0; 8];
        getrandom::fill(&mut random).expect("random bytes");
        let name = format!("ruhu-killed-{:x}", u64::from_le_bytes(random));
        // The server may run as another user, to whom a private folder is closed.
        let folder = std::env::temp_dir().join(name);
        let url = ask(&["start", "--durable"], &folder, variables);
        Self { folder, url, variables: variables.to_vec() }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Ends all of its processes at once, as a power cut would, and waits until they are gone.
    pub(crate) fn kill(&self) {
        let all = self.signal("-KILL");
        while all.iter().any(|id| is_alive(*id)) {
            std::thread::yield_now();
        }
    }

    /// Lets all of its processes stand still, with whatever they have in hand.
    pub(crate) fn halt(&self) {
        self.signal("-STOP");
    }

    /// Lets them go on.
    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    /// Tells all of its processes, the first one first: it makes no more then.
    fn signal(&self, how: &str) -> Vec<u32> {
        let file = self.folder.join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).expect("it runs");
        let first: u32 = text.lines().next().and_then(|line| line.parse().ok()).expect("a number");
        // Whether it was told is not looked at: some may have ended meanwhile.
        let tell = |id: u32| {
            signal::send(how, id);
        };
        tell(first);
        let mut all = children_of(first);
        all.iter().for_each(|id| tell(*id));
        all.push(first);
        all
    }

    /// Starts it again on what it left.
    pub(crate) fn resume(&self) {
        assert_eq!(ask(&["resume"], &self.folder, &self.variables), self.url);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stop = Command::new(script()).arg("stop").arg(&self.folder).output();
        drop(stop);
    }
}

fn ask(command: &[&str], folder: &Path, variables: &[(&'static str, String)]) -> String {
    let mut script = Command::new(script());
    let variables = variables.iter().map(|(name, value)| (name, value));
    let output = script.args(command).arg(folder).envs(variables).output().expect("the script");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// The fields of a process behind its name: its state, its parent.
fn status(id: u32) -> Option<(String, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace();
    let state = fields.next()?.to_owned();
    Some((state, fields.next()?.parse().ok()?))
}

fn is_alive(id: u32) -> bool {
    // One that nobody has waited for yet holds nothing any more.
    status(id).is_some_and(|(state, _)| state != "Z")
}

fn children_of(parent: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").expect("/proc");
    let ids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter(|id| status(*id).is_some_and(|(_, of)| of == parent)).collect()
}
