//! Counts during a run: latencies by the minute, and everything that was not an ordinary answer.

use crate::statistics::Samples;
use ruhu_device::Response;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The calls whose latencies are kept separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    /// `POST /v1/sync/push`.
    Push,
    /// `POST /v1/sync/pull`.
    Pull,
    /// Signing in and refreshing.
    Session,
    /// Everything at a desk.
    Desk,
}

impl Call {
    fn of(path: &str) -> Option<Self> {
        match path {
            "/v1/sync/push" => Some(Self::Push),
            "/v1/sync/pull" => Some(Self::Pull),
            _ if path.starts_with("/v1/session") => Some(Self::Session),
            _ if path.starts_with("/v1/desk") => Some(Self::Desk),
            _ => None,
        }
    }
}

/// Latencies by call, in milliseconds.
pub(crate) type Latencies = BTreeMap<Call, Samples>;

#[derive(Debug, Default)]
struct Counts {
    minute: Latencies,
    planned: BTreeMap<String, u64>,
    unplanned: BTreeMap<String, u64>,
}

/// The counts of a run.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Counts>);

/// The refusals of a normal bad day: rate limits, expired tokens, and at a desk a version that is
/// no longer current, or a quarantined edit that something still prevents.
fn is_planned(path: &str, response: &Response, slug: &str) -> bool {
    match (response.status, slug) {
        (429 | 503, _) => response.retry_after_seconds.is_some(),
        (401, "access-token-expired") => true,
        (404 | 409, "not-available" | "state-conflict" | "not-settled") => {
            path.starts_with("/v1/desk")
        }
        _ => false,
    }
}

impl Tally {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an expected event.
    pub(crate) fn count(&self, what: &str) {
        *self.counts().planned.entry(what.to_owned()).or_default() += 1;
    }

    /// Counts a forbidden event.
    pub(crate) fn unplanned(&self, what: &str) {
        let mut counts = self.counts();
        let count = counts.unplanned.entry(what.to_owned()).or_default();
        *count += 1;
        if *count == 1 {
            crate::output::tell(what);
        }
    }

    /// Records an answer.
    pub(crate) fn answered(&self, path: &str, waited: Duration, response: &Response) {
        if let Some(call) = Call::of(path) {
            self.counts().minute.entry(call).or_default().push_ms(waited);
        }
        if response.is_success() {
            return;
        }
        let document: Value = serde_json::from_str(&response.body).unwrap_or_default();
        let kind = document["type"].as_str().unwrap_or("no problem document");
        let slug = kind.rsplit('/').next().unwrap_or_default();
        let at =
            Call::of(path).map_or("other".to_owned(), |call| format!("{call:?}").to_lowercase());
        match is_planned(path, response, slug) {
            true => self.count(&format!("{at}: {} {slug}", response.status)),
            false => {
                let detail = document["detail_en"].as_str().or(document["detail"].as_str());
                let detail = detail.unwrap_or_default();
                self.unplanned(&format!("{at}: {} {slug}: {detail}", response.status));
            }
        }
    }

    /// The latencies since the last call.
    pub(crate) fn take_minute(&self) -> Latencies {
        std::mem::take(&mut self.counts().minute)
    }

    /// The counts: expected and forbidden events.
    pub(crate) fn told(&self) -> [BTreeMap<String, u64>; 2] {
        let counts = self.counts();
        [counts.planned.clone(), counts.unplanned.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_patience_that_says_how_long_is_planned() {
        let tally = Tally::default();
        let busy = Response::new(503, r#"{"type":"/problems/busy"}"#);
        let patient = Response { retry_after_seconds: Some(1), ..busy.clone() };
        let conflict = Response::new(409, r#"{"type":"/problems/state-conflict"}"#);
        for (path, response) in [
            ("/v1/sync/push", &busy),
            ("/v1/sync/push", &patient),
            ("/v1/sync/push", &conflict),
            ("/v1/desk/moves", &conflict),
            ("/v1/sync/pull", &Response::new(500, "")),
            ("/v1/sync/pull", &Response::new(200, "{}")),
        ] {
            tally.answered(path, Duration::from_millis(1), response);
        }
        let [planned, unplanned] = tally.told();
        let names = |counts: &BTreeMap<String, u64>| counts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&planned), ["desk: 409 state-conflict", "push: 503 busy"]);
        assert_eq!(unplanned.values().sum::<u64>(), 3, "{unplanned:?}");
        assert!(tally.take_minute().contains_key(&Call::Desk));
        assert!(tally.take_minute().is_empty());
    }
}
