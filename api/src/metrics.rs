//! What an operator watches, in the text that Prometheus reads. Nothing in it names a person.

use crate::problem::{Answer, Kind, Problem};
use actix_web::http::Method;
use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};
use ruhu_casework::days::seconds_of;
use ruhu_store::jobs::JobOutcome;
use ruhu_sync::id::Instant;
use ruhu_sync::outcome::Verdict;
use std::time::Duration;

/// The counters of one running service; tests run several side by side.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    pushes: IntCounterVec,
    edits: IntCounterVec,
    pool_in_use: IntGauge,
    listeners: IntGauge,
    job_runs: IntCounterVec,
    job_success: IntGaugeVec,
}

/// How a push ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushEnd {
    /// Its edits have outcomes.
    Taken,
    /// Nothing of it was taken, for this problem.
    Refused(Kind),
}

/// Upper bounds of the histogram, in seconds: from a cached form to a full push on a slow disk.
const SECONDS_BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

impl Metrics {
    /// Counters that all stand at zero.
    pub fn new() -> Result<Self, prometheus::Error> {
        let counter = |name: &str, help: &str, labels: &[&str]| {
            IntCounterVec::new(Opts::new(name, help), labels)
        };
        let metrics = Self {
            registry: Registry::new(),
            requests: counter(
                "ruhu_http_requests_total",
                "Requests answered, by route, method and status.",
                &["route", "method", "status"],
            )?,
            seconds: HistogramVec::new(
                HistogramOpts::new(
                    "ruhu_http_request_duration_seconds",
                    "Time from a request's head to its answer's, by route.",
                )
                .buckets(SECONDS_BUCKETS.to_vec()),
                &["route"],
            )?,
            pushes: counter(
                "ruhu_sync_pushes_total",
                "Pushes by how they ended: taken, or the problem that refused them.",
                &["result"],
            )?,
            edits: counter("ruhu_sync_edits_total", "Edits by outcome.", &["outcome"])?,
            pool_in_use: IntGauge::new(
                "ruhu_database_connections_in_use",
                "Database calls under way, each with a connection or waiting for one.",
            )?,
            listeners: IntGauge::new(
                "ruhu_events_connections",
                "Devices that listen for live events.",
            )?,
            job_runs: counter(
                "ruhu_job_runs_total",
                "Runs of jobs in this process, by job and outcome.",
                &["job", "outcome"],
            )?,
            job_success: IntGaugeVec::new(
                Opts::new(
                    "ruhu_job_last_success_timestamp_seconds",
                    "When a job last came to a good end, in any process; absent if it never did.",
                ),
                &["job"],
            )?,
        };
        metrics.register_all()?;
        Ok(metrics)
    }

    fn register_all(&self) -> Result<(), prometheus::Error> {
        self.registry.register(Box::new(self.requests.clone()))?;
        self.registry.register(Box::new(self.seconds.clone()))?;
        self.registry.register(Box::new(self.pushes.clone()))?;
        self.registry.register(Box::new(self.edits.clone()))?;
        self.registry.register(Box::new(self.pool_in_use.clone()))?;
        self.registry.register(Box::new(self.listeners.clone()))?;
        self.registry.register(Box::new(self.job_runs.clone()))?;
        self.registry.register(Box::new(self.job_success.clone()))
    }

    /// Counts one request. A method of the client's own making counts as `OTHER`: what outsiders
    /// choose must not grow the number of series.
    pub fn observe_request(&self, route: &str, method: &Method, status: u16, elapsed: Duration) {
        let method = match method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
            _ => "OTHER",
        };
        self.requests.with_label_values(&[route, method, &status.to_string()]).inc();
        self.seconds.with_label_values(&[route]).observe(elapsed.as_secs_f64());
    }

    /// Counts one push.
    pub fn observe_push(&self, end: PushEnd) {
        let result = match end {
            PushEnd::Taken => "taken",
            PushEnd::Refused(kind) => kind.slug(),
        };
        self.pushes.with_label_values(&[result]).inc();
    }

    /// Counts one edit by its outcome.
    pub fn observe_edit(&self, outcome: Verdict) {
        self.edits.with_label_values(&[outcome.as_str()]).inc();
    }

    /// Notes how many devices listen for live events.
    pub fn observe_listeners(&self, count: usize) {
        self.listeners.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Counts one run of a job.
    pub fn observe_job(&self, job: &str, outcome: JobOutcome) {
        self.job_runs.with_label_values(&[job, outcome.as_str()]).inc();
    }

    /// Tells when a job last came to a good end.
    pub fn observe_job_success(&self, job: &str, last: Option<Instant>) {
        if let Some(last) = last {
            self.job_success.with_label_values(&[job]).set(seconds_of(last));
        }
    }

    /// Counts one database connection as working, for as long as the value lives.
    pub fn connection_in_use(&self) -> ConnectionInUse {
        self.pool_in_use.inc();
        ConnectionInUse(self.pool_in_use.clone())
    }

    /// The text.
    pub fn to_text(&self) -> Answer<String> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(Problem::internal)?;
        String::from_utf8(text).map_err(Problem::internal)
    }
}

/// One database connection that is working.
#[derive(Debug)]
pub struct ConnectionInUse(IntGauge);

impl Drop for ConnectionInUse {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told() {
        let metrics = Metrics::new().expect("metrics");
        metrics.observe_request("/v1/forms/{id}/{version}", &Method::GET, 304, Duration::ZERO);
        metrics.observe_push(PushEnd::Taken);
        metrics.observe_push(PushEnd::Refused(Kind::DeviceForked));
        metrics.observe_edit(Verdict::Merged);
        let one = metrics.connection_in_use();
        let other = metrics.connection_in_use();
        drop(one);
        let text = metrics.to_text().expect("text");
        drop(other);
        for line in [
            r#"ruhu_http_requests_total{method="GET",route="/v1/forms/{id}/{version}",status="304"} 1"#,
            r#"ruhu_sync_pushes_total{result="taken"} 1"#,
            r#"ruhu_sync_pushes_total{result="device-forked"} 1"#,
            r#"ruhu_sync_edits_total{outcome="merged"} 1"#,
            "ruhu_database_connections_in_use 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn methods_of_a_clients_own_making_share_one_series() {
        let metrics = Metrics::new().expect("metrics");
        for name in ["BREW", "PROPFIND"] {
            let method = Method::from_bytes(name.as_bytes()).expect("method");
            metrics.observe_request("unmatched", &method, 404, Duration::ZERO);
        }
        let text = metrics.to_text().expect("text");
        assert!(text.contains(r#"method="OTHER",route="unmatched",status="404"} 2"#), "{text}");
    }
}
