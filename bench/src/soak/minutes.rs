//! What was measured minute by minute, and whether it stays what it is.

use super::tally::{Call, Latencies};
use crate::database::Site;
use crate::error::BenchError;
use crate::processes::{Server, processor_time, processor_time_of_all};
use crate::report::{rounded, say};
use crate::statistics::Samples;
use std::time::{Duration, Instant};

/// Quantiles that are shown.
const SHARES: [f64; 3] = [0.5, 0.95, 0.99];

/// A minute.
#[derive(Debug)]
struct Minute {
    latencies: Latencies,
    resident_bytes: usize,
    stored_bytes: u64,
    open_files: usize,
    /// Of one processor: the server, this program, everything else.
    shares: [f64; 3],
}

/// The processor time used until a moment.
#[derive(Clone, Copy, Debug)]
struct Used {
    at: Instant,
    server: Duration,
    own: Duration,
    all: Duration,
}

impl Used {
    fn now(servers: &[Server]) -> Self {
        Self {
            at: Instant::now(),
            server: servers.iter().map(Server::processor_time).sum(),
            own: processor_time("self"),
            all: processor_time_of_all(),
        }
    }
}

/// All minutes so far.
#[derive(Debug)]
pub(crate) struct Minutes {
    minutes: Vec<Minute>,
    used: Used,
}

/// A third of the minutes, taken together.
struct Third {
    latencies: Latencies,
    resident_bytes: f64,
}

impl Minutes {
    /// None yet.
    pub(crate) fn begin(servers: &[Server]) -> Self {
        say("");
        say(
            "  minute  pushes    p50/p95/p99 ms  pulls     p50/p95/p99 ms  memory    stored     files  processor: server, soak, others",
        );
        Self { minutes: Vec::new(), used: Used::now(servers) }
    }

    /// One more is over.
    pub(crate) fn end_one(
        &mut self,
        servers: &[Server],
        site: &Site,
        latencies: Latencies,
    ) -> Result<(), BenchError> {
        let used = Used::now(servers);
        let seconds = used.at.duration_since(self.used.at).as_secs_f64();
        let share = |now: Duration, before: Duration| {
            100.0 * now.saturating_sub(before).as_secs_f64() / seconds
        };
        let [of_server, own, all] = [
            share(used.server, self.used.server),
            share(used.own, self.used.own),
            share(used.all, self.used.all),
        ];
        let minute = Minute {
            latencies,
            resident_bytes: servers.iter().map(|server| server.memory().resident_bytes).sum(),
            stored_bytes: site.stored_bytes()?,
            open_files: servers.iter().map(Server::open_files).sum(),
            shares: [of_server, own, (all - of_server - own).max(0.0)],
        };
        self.used = used;
        self.minutes.push(minute);
        self.print_last();
        Ok(())
    }

    fn print_last(&self) {
        let Some(minute) = self.minutes.last() else {
            return;
        };
        let of = |call| {
            let (count, text) = told(minute.latencies.get(&call));
            format!("{count:<6}  {text:>16}")
        };
        let [server, own, others] = minute.shares;
        say(&format!(
            "  {:>6}  {}  {}  {:>6.1} MB  {:>6.0} MB  {:>5}  {server:.0} %, {own:.0} %, {others:.0} %",
            self.minutes.len(),
            of(Call::Push),
            of(Call::Pull),
            minute.resident_bytes as f64 / 1e6,
            minute.stored_bytes as f64 / 1e6,
            minute.open_files,
        ));
    }

    /// Prints the first and the last third beside each other. The first minute, in which everybody
    /// signs in and makes the first households, is in neither.
    pub(crate) fn print_thirds(&self) {
        let counted = self.minutes.get(1..).unwrap_or_default();
        let size = counted.len() / 3;
        if size == 0 {
            return;
        }
        let [first, last] = [&counted[..size], &counted[counted.len() - size..]].map(third);
        say("");
        say(&format!("  {:22}  {:>20}  {:>20}", "", "first third", "last third"));
        for (call, name) in [
            (Call::Push, "push, p50/p95/p99 ms"),
            (Call::Pull, "pull"),
            (Call::Session, "sign in, refresh"),
            (Call::Desk, "desk"),
        ] {
            let of = |third: &Third| told(third.latencies.get(&call)).1;
            say(&format!("  {name:22}  {:>20}  {:>20}", of(&first), of(&last)));
        }
        let memory = [&first, &last].map(|third| format!("{:.1} MB", third.resident_bytes / 1e6));
        say(&format!("  {:22}  {:>20}  {:>20}", "memory, mean", memory[0], memory[1]));
    }
}

fn told(samples: Option<&Samples>) -> (usize, String) {
    let Some(samples) = samples else {
        return (0, "-".to_owned());
    };
    let texts = SHARES.map(|share| rounded(samples.quantile(share)));
    (samples.count(), texts.join("/"))
}

fn third(minutes: &[Minute]) -> Third {
    let mut latencies = Latencies::new();
    for (call, samples) in minutes.iter().flat_map(|minute| &minute.latencies) {
        latencies.entry(*call).or_default().push_all(samples);
    }
    let bytes: f64 = minutes.iter().map(|minute| minute.resident_bytes as f64).sum();
    Third { latencies, resident_bytes: bytes / minutes.len() as f64 }
}
