//! Reads changes page by page, and checks at the end that nothing is missing.

use crate::device::TestDevice;
use crate::error::{DeviceError, Problem, read_answer};
use crate::memory::NewEpoch;
use crate::push::PushReport;
use crate::stage::{Page, StreamAgreement};
use crate::transport::Transport;
use ruhu_sync::id::{Epoch, StreamId};
use serde_json::json;

/// A server that is restored again and again during a sync is left alone for a while.
const EPOCHS_MAX: usize = 3;

/// The result of a pull.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Whether the last page was reached.
    pub complete: bool,
    /// The number of pages.
    pub pages: usize,
    /// Every stream, and whether the device now holds exactly what the server does.
    pub streams: Vec<StreamAgreement>,
    /// The streams that did not match at first and were read again from the beginning.
    pub reread: Vec<StreamId>,
}

/// The effect of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageTaken {
    /// It is staged; nothing of it shows yet.
    Staged,
    /// It completed the pull: rows and cursor are the new ones.
    Complete(Vec<StreamAgreement>),
}

/// The result of a sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncReport {
    /// The push.
    pub push: PushReport,
    /// The pull.
    pub pull: PullReport,
}

impl<T: Transport> TestDevice<T> {
    /// Pushes, then pulls until complete. A new history is entered first: what it lacks is resent,
    /// and everything is read again.
    pub fn sync(&mut self) -> Result<SyncReport, DeviceError> {
        let mut outcomes = Vec::new();
        let mut batches = 0;
        for _ in 0..EPOCHS_MAX {
            self.enter_new_epoch()?;
            let synced = self.push().and_then(|push| {
                batches += push.batches;
                outcomes.extend(push.outcomes);
                self.pull()
            });
            match synced {
                Err(DeviceError::EpochChanged { .. }) => {}
                synced => {
                    let push = PushReport { batches, outcomes };
                    return synced.map(|pull| SyncReport { push, pull });
                }
            }
        }
        Err(DeviceError::Busy { retry_after_seconds: None })
    }

    /// Pulls until complete. A stream that then does not match is read again from the beginning,
    /// once; a refused cursor is dropped, once.
    pub fn pull(&mut self) -> Result<PullReport, DeviceError> {
        let mut report = PullReport::default();
        let mut has_begun_anew = false;
        loop {
            let streams = match self.pull_page() {
                Ok(PageTaken::Complete(streams)) => streams,
                Ok(PageTaken::Staged) => {
                    report.pages += 1;
                    continue;
                }
                Err(DeviceError::CursorRefused) if !has_begun_anew => {
                    has_begun_anew = true;
                    self.memory.read_anew();
                    continue;
                }
                Err(error) => return Err(error),
            };
            report.pages += 1;
            let astray: Vec<_> = streams
                .iter()
                .filter(|stream| !stream.agrees)
                .map(|stream| stream.stream)
                .collect();
            report.streams = streams;
            if astray.is_empty() || !report.reread.is_empty() {
                report.complete = true;
                return Ok(report);
            }
            report.reread = astray;
        }
    }

    /// Reads one page. A device may crash between any two of these: staged pages are stored.
    pub fn pull_page(&mut self) -> Result<PageTaken, DeviceError> {
        if self.pending.is_some() {
            return Err(DeviceError::Group("nothing is read before it is whole"));
        }
        let asked = self.memory.stage.cursor().or(self.memory.cursor());
        let mut request = json!({"protocol": self.settings.version.number()});
        if let Some(cursor) = asked {
            request["cursor"] = json!(cursor);
        }
        if let Some(limit) = self.settings.pull_limit {
            request["limit"] = json!(limit);
        }
        if !self.memory.restart.is_empty() {
            request["restart"] = json!(self.memory.restart);
        }
        let asked = asked.map(str::to_owned);
        let response = self.call("POST", "/v1/sync/pull", Some(&request.to_string()))?;
        if !response.is_success() {
            let problem = Problem::read(&response);
            if problem.slug == "epoch-changed" {
                return Err(self.meet_epoch(&problem, &response));
            }
            let told: Option<Epoch> = problem.member("epoch");
            let error = problem.into_error(&response);
            if error == DeviceError::Closed {
                self.memory.close();
                // Restored since: what the new history lacks is resent, with or without a right.
                if let Some(epoch) = told.filter(|told| Some(*told) != self.memory.epoch) {
                    self.memory.new_epoch = Some(NewEpoch { epoch, expected: None });
                    return Err(DeviceError::EpochChanged { epoch });
                }
            }
            return Err(error);
        }
        let page: Page = read_answer(&response.body)?;
        self.check(&page, asked.as_deref())?;
        Ok(match self.memory.take_page(page) {
            Some(streams) => PageTaken::Complete(streams),
            None => PageTaken::Staged,
        })
    }

    fn check(&mut self, page: &Page, asked: Option<&str>) -> Result<(), DeviceError> {
        let known = *self.memory.epoch.get_or_insert(page.epoch);
        if known != page.epoch {
            // Without a cursor the server cannot know that the device is of another epoch.
            self.memory.new_epoch = Some(NewEpoch { epoch: page.epoch, expected: None });
            return Err(DeviceError::EpochChanged { epoch: page.epoch });
        }
        let brings_nothing =
            page.records.is_empty() && page.evicted.is_empty() && page.restarted.is_empty();
        let broken = if page.complete && page.streams.is_none() {
            "the last page does not say what the streams hold"
        } else if !page.complete && brings_nothing && asked == Some(&page.cursor) {
            "a page that is not the last brings nothing"
        } else {
            return Ok(());
        };
        Err(DeviceError::Answer(broken.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{
        EPOCH, Fake, HERE, THERE, crash, device, doc, id, last_page, ok, page, problem, row, with,
    };
    use crate::row::Row;
    use ruhu_sync::path::Path;
    use serde_json::Value;

    fn evicted(stream: StreamId, n: u128) -> Value {
        json!([{"stream": stream, "record": id(n)}])
    }

    /// A device that holds these rows after a pull.
    fn holding(rows: &[Row]) -> TestDevice<Fake> {
        let of = |stream| -> Vec<Row> {
            let rows = rows.iter().filter(|row| row.stream == stream);
            rows.cloned().collect()
        };
        let (here, there) = (of(HERE), of(THERE));
        let holds = [(HERE, here.as_slice()), (THERE, there.as_slice())];
        let first = with(last_page("held", rows, &holds), "restarted", json!([HERE, THERE]));
        let mut device = device();
        device.transport_mut().then(ok(&first));
        let report = device.pull().expect("pulled");
        assert!(report.streams.iter().all(|stream| stream.agrees));
        device.transport_mut().calls.clear();
        device
    }

    fn held(device: &TestDevice<Fake>) -> Vec<u128> {
        let rows = device.memory.rows().keys();
        rows.map(|record| record.0.as_u128()).collect()
    }

    #[test]
    fn staged_pages_are_not_shown_before_the_last_and_survive_a_crash() {
        let (one, two) = (row(1, 1, HERE, "{}"), row(2, 1, HERE, "{}"));
        let mut device = holding(&[]);
        device.transport_mut().then(ok(&page("staged", std::slice::from_ref(&one))));
        assert_eq!(device.pull_page(), Ok(PageTaken::Staged));
        assert!(device.view(id(1)).is_none() && device.records("household").is_empty());
        assert_eq!(device.memory.cursor(), Some("held"));

        let mut device = crash(device);
        assert_eq!(device.memory.staged_pages(), 1);
        let both = [one, two.clone()];
        let last = last_page("new", &[two], &[(HERE, &both), (THERE, &[])]);
        device.transport_mut().then(ok(&last));
        let report = device.pull().expect("pulled");
        assert!(report.complete && report.streams.iter().all(|stream| stream.agrees));
        assert_eq!((held(&device), device.memory.cursor()), (vec![1, 2], Some("new")));
        let cursors: Vec<_> = device.transport().bodies("/pull");
        assert_eq!(
            (&cursors[0]["cursor"], &cursors[1]["cursor"]),
            (&json!("held"), &json!("staged"))
        );
    }

    #[test]
    fn unsent_edits_are_laid_over_what_a_pull_brings_and_keep_their_base() {
        let mut device = holding(&[row(1, 1, HERE, r#"{"x":1,"y":1}"#)]);
        device.set(id(1), &Path::of(&["x"]), 2.into()).expect("kept");
        let bytes = device.memory.outbox()[0].bytes.clone();
        let newer = [row(1, 2, HERE, r#"{"x":7,"y":8}"#)];
        let last = last_page("new", &newer, &[(HERE, &newer), (THERE, &[])]);
        device.transport_mut().then(ok(&last));
        device.pull().expect("pulled");
        let view = device.view(id(1)).expect("a view");
        assert_eq!(view.document, doc(r#"{"x":2,"y":8}"#));
        assert_eq!(device.memory.outbox()[0].bytes, bytes);
    }

    #[test]
    fn an_eviction_removes_only_a_copy_of_the_evicting_stream() {
        let moved = [row(1, 2, THERE, "{}")];
        // Put and eviction on one page, or on two in either order: the moved copy stays.
        let put = page("p", &moved);
        let gone = with(page("g", &[]), "evicted", evicted(HERE, 1));
        let both = with(page("b", &moved), "evicted", evicted(HERE, 1));
        for pages in [vec![&both], vec![&put, &gone], vec![&gone, &put]] {
            let mut device = holding(&[row(1, 1, HERE, "{}")]);
            for page in pages {
                device.transport_mut().then(ok(page));
            }
            let last = last_page("new", &[], &[(HERE, &[]), (THERE, &moved)]);
            device.transport_mut().then(ok(&last));
            let report = device.pull().expect("pulled");
            assert!(report.streams.iter().all(|stream| stream.agrees));
            assert_eq!(held(&device), [1]);
        }
    }

    #[test]
    fn a_record_that_left_a_stream_and_came_back_is_kept() {
        let mut device = holding(&[row(1, 1, HERE, "{}")]);
        let back = [row(1, 3, HERE, "{}")];
        let last = last_page("new", &back, &[(HERE, &back), (THERE, &[])]);
        device.transport_mut().then(ok(&with(last, "evicted", evicted(HERE, 1))));
        device.pull().expect("pulled");
        assert_eq!(held(&device), [1]);
    }

    #[test]
    fn an_evicted_record_and_one_of_a_stream_not_listed_are_dropped() {
        let mut device =
            holding(&[row(1, 1, HERE, "{}"), row(2, 1, HERE, "{}"), row(3, 1, THERE, "{}")]);
        let left = [row(2, 1, HERE, "{}")];
        let last = last_page("new", &[], &[(HERE, &left)]);
        device.transport_mut().then(ok(&with(last, "evicted", evicted(HERE, 1))));
        device.pull().expect("pulled");
        assert_eq!(held(&device), [2]);
        assert_eq!(device.memory.streams(), Some([HERE].as_slice()));
    }

    #[test]
    fn a_stream_read_from_the_beginning_replaces_what_was_held_of_it() {
        let mut device =
            holding(&[row(1, 9, HERE, "{}"), row(2, 1, HERE, "{}"), row(3, 1, THERE, "{}")]);
        // Lower than the copy's, and still the truth: the stream is read again.
        let anew = [row(1, 4, HERE, r#"{"x":1}"#)];
        let other = [row(3, 1, THERE, "{}")];
        let last = last_page("new", &anew, &[(HERE, &anew), (THERE, &other)]);
        device.transport_mut().then(ok(&with(last, "restarted", json!([HERE]))));
        let report = device.pull().expect("pulled");
        assert!(report.streams.iter().all(|stream| stream.agrees));
        assert_eq!(held(&device), [1, 3]);
        assert_eq!(device.memory.rows()[&id(1)].rev.number, 4);
    }

    #[test]
    fn a_version_lower_than_the_one_held_is_ignored() {
        let held_row = row(1, 5, HERE, r#"{"x":5}"#);
        let mut device = holding(std::slice::from_ref(&held_row));
        let late = [row(1, 4, HERE, r#"{"x":4}"#)];
        let last = last_page("new", &late, &[(HERE, &[held_row]), (THERE, &[])]);
        device.transport_mut().then(ok(&last));
        let report = device.pull().expect("pulled");
        assert!(report.reread.is_empty());
        assert_eq!(device.memory.rows()[&id(1)].rev.number, 5);
    }

    #[test]
    fn a_copy_damaged_behind_the_device_s_back_is_found_by_digest_and_read_again() {
        let truth = [row(1, 1, HERE, r#"{"x":1}"#)];
        let mut device = holding(&truth);
        let saved = device.save().expect("saved").replace(r#"{"x":1}"#, r#"{"x":2}"#);
        device.memory = crate::DeviceMemory::restore(&saved).expect("restored");
        let holds: [(StreamId, &[Row]); 2] = [(HERE, &truth), (THERE, &[])];
        let repair = with(last_page("c", &truth, &holds), "restarted", json!([HERE]));
        let line = device.transport_mut();
        line.then(ok(&last_page("b", &[], &holds))).then(ok(&repair));
        let report = device.pull().expect("pulled");
        assert_eq!((report.reread, report.pages), (vec![HERE], 2));
        assert!(report.streams.iter().all(|stream| stream.agrees));
        assert_eq!(device.view(id(1)).map(|v| v.document), Some(doc(r#"{"x":1}"#)));
        let asked = device.transport().bodies("/pull");
        assert!(asked[0].get("restart").is_none());
        assert_eq!((&asked[1]["restart"], &asked[1]["cursor"]), (&json!([HERE]), &json!("b")));
    }

    #[test]
    fn a_stream_that_still_does_not_agree_is_reported_and_not_read_for_ever() {
        let mut device = holding(&[]);
        let elsewhere = [row(9, 1, HERE, "{}")];
        let holds: [(StreamId, &[Row]); 2] = [(HERE, &elsewhere), (THERE, &[])];
        for cursor in ["b", "c"] {
            device.transport_mut().then(ok(&last_page(cursor, &[], &holds)));
        }
        let report = device.pull().expect("pulled");
        let agrees: Vec<_> = report.streams.iter().map(|stream| stream.agrees).collect();
        assert_eq!((report.complete, report.reread, agrees), (true, vec![HERE], vec![false, true]));
        // And the next pull asks for it first.
        let repair = with(last_page("d", &elsewhere, &holds), "restarted", json!([HERE]));
        let mut device = crash(device);
        device.transport_mut().then(ok(&repair));
        assert!(device.pull().expect("pulled").reread.is_empty());
        assert_eq!(device.transport().bodies("/pull")[2]["restart"], json!([HERE]));
    }

    #[test]
    fn a_refused_cursor_is_thrown_away_once_and_everything_read_from_the_beginning() {
        let truth = [row(1, 1, HERE, "{}")];
        let mut device = holding(&truth);
        let holds: [(StreamId, &[Row]); 2] = [(HERE, &truth), (THERE, &[])];
        let anew = with(last_page("n", &truth, &holds), "restarted", json!([HERE, THERE]));
        let refused = problem(400, "cursor-refused", json!({}));
        device.transport_mut().then(refused).then(ok(&anew));
        assert!(device.pull().expect("pulled").complete);
        assert!(device.transport().bodies("/pull")[1].get("cursor").is_none());
    }

    #[test]
    fn a_person_whose_right_has_ended_loses_the_rows_and_keeps_what_is_unsent() {
        let mut device = holding(&[row(1, 1, HERE, r#"{"x":1}"#)]);
        device.set(id(1), &Path::of(&["y"]), 2.into()).expect("kept");
        device.transport_mut().then(problem(403, "closed", json!({})));
        assert_eq!(device.pull(), Err(DeviceError::Closed));
        assert_eq!((held(&device), device.memory.outbox().len()), (vec![], 1));
        assert_eq!(device.view(id(1)).map(|v| v.document), Some(doc(r#"{"y":2}"#)));
    }

    #[test]
    fn refusals_of_a_pull_change_nothing() {
        let mut device = holding(&[row(1, 1, HERE, "{}")]);
        let other = ruhu_sync::id::Epoch(uuid::Uuid::from_u128(0xE2));
        let before = device.memory.rows().clone();
        for (answer, wanted) in [
            (problem(426, "upgrade-required", json!({})), DeviceError::UpgradeRequired),
            (problem(403, "device-lost", json!({})), DeviceError::ReportedLost),
            (
                problem(409, "epoch-changed", json!({"epoch": other})),
                DeviceError::EpochChanged { epoch: other },
            ),
        ] {
            device.transport_mut().then(answer);
            assert_eq!(device.pull(), Err(wanted));
            assert_eq!(device.memory.rows(), &before);
        }
        assert_eq!(device.memory.epoch(), Some(EPOCH));
        let foreign = with(last_page("x", &[], &[]), "epoch", json!(other));
        let idle = page("held", &[]);
        for broken in [with(last_page("x", &[], &[]), "streams", Value::Null), foreign, idle] {
            device.transport_mut().then(ok(&broken));
            assert!(device.pull().is_err());
            assert_eq!((device.memory.rows(), device.memory.staged_pages()), (&before, 0));
        }
    }
}
