//! What the command is asked.

use crate::database::DatabaseChoice;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Measures Ruhu's server beside the least that the same work can cost on this machine.
///
/// Each workload starts `ruhu serve` as a process of its own on data of its own, signs devices in
/// over HTTP, and prints a table: the figure, the ceiling measured in the same run, and the ratio of
/// the two. Figures are medians over rounds, after one round that is not counted; the spread beside
/// them is that of the middle half. Compare ratios between machines, never bare figures.
///
/// Build both binaries with the profile that is shipped, then run:
///
///   cargo build --profile dist --bin ruhu --bin ruhu-bench
///   target/dist/ruhu-bench all
#[derive(Debug, Parser)]
#[command(name = "ruhu-bench", version, verbatim_doc_comment)]
pub struct Arguments {
    /// What is common to all workloads.
    #[command(flatten)]
    pub(crate) load: Load,
    /// The workload.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is common to all workloads.
#[derive(Clone, Debug, Args)]
pub(crate) struct Load {
    /// Which database is measured
    #[arg(long, global = true, value_enum, default_value = "both")]
    pub(crate) database: DatabaseChoice,
    /// A PostgreSQL server to measure on, as postgres://USER@HOST/NAME; a database of its own is made
    /// there and removed again. Without it a private one is started with its durable settings
    /// (scripts/postgres start --durable) and removed again
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) postgres_url: Option<String>,
    /// The server's binary; without it the `ruhu` beside this one
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) server: Option<PathBuf>,
    /// Rounds that are counted; one more goes before them
    #[arg(long, global = true, value_name = "COUNT", default_value_t = 7,
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) rounds: u32,
    /// What the documents are made from: the same seed makes the same documents
    #[arg(long, global = true, value_name = "NUMBER", default_value_t = 20_261_123)]
    pub(crate) seed: u64,
}

/// The workloads.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Push(Push),
    Pull(Pull),
    FirstSync(FirstSync),
    Forms(Forms),
    /// Counts the statements of pushes of 1, 100 and 500 edits, table by table
    ///
    /// Fails if a table costs more than three, or more in a large push than in a small one. The
    /// server runs inside this process for it, watched by diesel's own instrumentation.
    Statements,
    Soak(Soak),
    /// All of them, the soak excepted, with their usual sizes
    All,
}

/// Edits a second, for devices that push new documents of 2 KB in batches
///
/// The ceiling is a bare multi-row insert of the same documents' text into a table of two columns:
/// as many rows a statement as the batch has edits, one transaction each, with the same durability,
/// over one connection and over as many as there are devices.
#[derive(Clone, Debug, Args)]
pub(crate) struct Push {
    /// Devices that push at the same time; a table row for each number
    #[arg(long, value_name = "COUNT", value_delimiter = ',', default_values_t = [1, 4])]
    pub(crate) devices: Vec<usize>,
    /// Edits in a push, at most the protocol's 500
    #[arg(long, value_name = "COUNT", default_value_t = 100,
          value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) batch: u32,
    /// Edits in a round, of all devices together
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub(crate) edits: usize,
}

/// How long a device waits for the few records that changed among many
///
/// The peer is a bare server in this process, which reads as many rows of the same bytes by an
/// indexed position from a table of the same size and sends them: same client, same loopback, no
/// rights, no cursor, no sealing. The pull is measured on a small store too: what it costs must not
/// depend on what is stored.
#[derive(Clone, Debug, Args)]
pub(crate) struct Pull {
    /// Records in the caseload
    #[arg(long, value_name = "COUNT", default_value_t = 100_000)]
    pub(crate) stored: usize,
    /// Records changed since the cursor
    #[arg(long, value_name = "COUNT", default_value_t = 500)]
    pub(crate) changed: usize,
    /// Pulls in a round
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pub(crate) pulls: usize,
}

/// A new device's first sync, to complete: milliseconds, bytes on the line, and the memory after it
///
/// Not compressed, with gzip and with zstd. The peer is the bare server of `pull` with the same
/// bytes, and for the compressed ones the same compressor over the same text.
#[derive(Clone, Debug, Args)]
pub(crate) struct FirstSync {
    /// Records in the caseload
    #[arg(long, value_name = "COUNT", default_value_t = 2_000)]
    pub(crate) records: usize,
    /// Syncs in a round, of each encoding
    #[arg(long, value_name = "COUNT", default_value_t = 5)]
    pub(crate) syncs: usize,
}

/// What the rules of forms cost: microseconds to check and work out one whole set of answers
///
/// Held against reading the same answers from their JSON, the least that any server does with them.
/// Then pushes of assessments that are handed in, held against the same ones as drafts: only the
/// former must be whole.
#[derive(Clone, Debug, Args)]
pub(crate) struct Forms {
    /// Rows in each group of a form
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    pub(crate) rows: usize,
    /// Assessments pushed in a round, 100 in a push
    #[arg(long, value_name = "COUNT", default_value_t = 2_000)]
    pub(crate) batch: usize,
}

impl Forms {
    /// As without any argument.
    pub(crate) fn usual() -> Self {
        Self { rows: 8, batch: 2_000 }
    }
}

/// Many tablets on slow lines and staff at desks, all at once, for as long as it is told
///
/// Nothing here is a figure to be compared: it shows that answers take no longer and memory is no
/// more at the end than at the beginning, that nothing happens that was not planned, and, read from
/// the database afterwards, that every acknowledged edit is there, once. Fails if not.
#[derive(Clone, Debug, Args)]
pub(crate) struct Soak {
    /// How long
    #[arg(long, value_name = "COUNT", default_value_t = 30,
          value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) minutes: u64,
    /// Tablets, in teams of five
    #[arg(long, value_name = "COUNT", default_value_t = 200,
          value_parser = clap::value_parser!(u16).range(1..=2_000))]
    pub(crate) tablets: u16,
    /// People who review and move households
    #[arg(long, value_name = "COUNT", default_value_t = 8)]
    pub(crate) desks: u16,
    /// Processes of the server on the one database; each connection goes to any of them
    #[arg(long, value_name = "COUNT", default_value_t = 1,
          value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) processes: u8,
    /// What a tablet waits between two syncs, on the average
    #[arg(long, value_name = "SECONDS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub(crate) pause_seconds: u64,
}

impl Push {
    /// As without any argument.
    pub(crate) fn usual() -> Self {
        Self { devices: vec![1, 4], batch: 100, edits: 10_000 }
    }
}

impl Pull {
    /// As without any argument.
    pub(crate) fn usual() -> Self {
        Self { stored: 100_000, changed: 500, pulls: 20 }
    }
}

impl FirstSync {
    /// As without any argument.
    pub(crate) fn usual() -> Self {
        Self { records: 2_000, syncs: 5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_usual_sizes_are_those_of_the_help() {
        Arguments::command().debug_assert();
        let parse = |name| Arguments::parse_from(["ruhu-bench", name]).command;
        let usual = [
            Command::Push(Push::usual()),
            Command::Pull(Pull::usual()),
            Command::FirstSync(FirstSync::usual()),
        ];
        for (name, usual) in ["push", "pull", "first-sync"].into_iter().zip(usual) {
            assert_eq!(format!("{:?}", parse(name)), format!("{usual:?}"));
        }
    }
}
