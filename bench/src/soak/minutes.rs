//! Measurements by the minute, and whether they stay flat.

use super::tally::{Call, Latencies};
use crate::database::Site;
use crate::error::BenchError;
use crate::output::say;
use crate::processes::{Server, processor_time, processor_time_of_all};
use crate::report::rounded;
use crate::statistics::Samples;
use std::time::{Duration, Instant};

/// The quantiles shown.
const SHARES: [f64; 3] = [0.5, 0.95, 0.99];

/// A minute.
#[derive(Debug)]
struct Minute {
    latencies: Latencies,
    resident_bytes: usize,
    stored_bytes: u64,
    open_files: usize,
    /// Shares of one processor: the server, this program, everything else.
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

/// The number of minutes in a window.
const WINDOW: usize = 5;

/// A run of this length can show whether memory is flat; the first minutes fill caches.
const TELLING_MINUTES_MIN: usize = 15;

/// Memory is flat if the last third has at most this share of the middle one's, and latencies if
/// the last third's p95 is at most this much of the first one's.
const FLAT_MEMORY: f64 = 1.1;
const FLAT_LATENCY: f64 = 2.0;

/// A difference of this many milliseconds does not matter.
const UNFELT_MS: f64 = 20.0;

/// The calls, and how they are named.
const CALLS: [(Call, &str); 4] = [
    (Call::Push, "push"),
    (Call::Pull, "pull"),
    (Call::Session, "sign in, refresh"),
    (Call::Desk, "desk"),
];

/// Some minutes, taken together.
struct Together {
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

    /// Prints all minutes in windows of five.
    pub(crate) fn print_windows(&self) {
        say("");
        let heads = CALLS.map(|(_, name)| format!("{name:>17}")).join("  ");
        say(&format!("  minutes  {heads}  memory, mean  (p50/p95/p99 ms)"));
        for (number, minutes) in self.minutes.chunks(WINDOW).enumerate() {
            let (first, all) = (number * WINDOW, together(minutes));
            let cells = CALLS.map(|(call, _)| format!("{:>17}", told(all.latencies.get(&call)).1));
            let span = format!("{}–{}", first + 1, first + minutes.len());
            let memory = all.resident_bytes / 1e6;
            say(&format!("  {span:>7}  {}  {memory:>9.1} MB", cells.join("  ")));
        }
    }

    /// Reports whether things stayed flat. Returns whether memory did, if the run was long enough
    /// to tell: latencies depend on what else the machine does, and are for the reader to judge.
    /// The first minute, in which everybody signs in and creates the first households, does not
    /// count.
    pub(crate) fn judge(&self) -> Option<bool> {
        let counted = self.minutes.get(1..).unwrap_or_default();
        let size = counted.len() / 3;
        if counted.len() + 1 < TELLING_MINUTES_MIN {
            say(&format!("  too short to tell what grows: {TELLING_MINUTES_MIN} minutes tell"));
            return None;
        }
        let thirds = [&counted[..size], &counted[size..2 * size], &counted[2 * size..]];
        let [first, middle, last] = thirds.map(together);
        for (call, name) in CALLS {
            let p95 = |third: &Together| {
                third.latencies.get(&call).map_or(0.0, |samples| samples.quantile(0.95))
            };
            let (before, after) = (p95(&first), p95(&last));
            let is_flat = after <= (before * FLAT_LATENCY).max(before + UNFELT_MS);
            say(&format!(
                "  {}: p95 of {name} {} ms in the first third, {} ms in the last",
                if is_flat { "flat" } else { "NOT FLAT" },
                rounded(before),
                rounded(after)
            ));
        }
        let is_flat = last.resident_bytes <= middle.resident_bytes * FLAT_MEMORY;
        say(&format!(
            "  {}: memory {:.1} MB in the first third, {:.1} MB in the middle, {:.1} MB in the last",
            if is_flat { "flat" } else { "NOT FLAT" },
            first.resident_bytes / 1e6,
            middle.resident_bytes / 1e6,
            last.resident_bytes / 1e6
        ));
        Some(is_flat)
    }
}

fn told(samples: Option<&Samples>) -> (usize, String) {
    let Some(samples) = samples else {
        return (0, "-".to_owned());
    };
    let texts = SHARES.map(|share| rounded(samples.quantile(share)));
    (samples.count(), texts.join("/"))
}

fn together(minutes: &[Minute]) -> Together {
    let mut latencies = Latencies::new();
    for (call, samples) in minutes.iter().flat_map(|minute| &minute.latencies) {
        latencies.entry(*call).or_default().push_all(samples);
    }
    let bytes: f64 = minutes.iter().map(|minute| minute.resident_bytes as f64).sum();
    Together { latencies, resident_bytes: bytes / minutes.len() as f64 }
}
