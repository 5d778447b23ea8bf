//! Reading what changed, page by page, and checking at the end that nothing is missing.

use crate::device::TestDevice;
use crate::error::{DeviceError, Problem, read_answer};
use crate::memory::NewEpoch;
use crate::push::PushReport;
use crate::stage::{Page, StreamAgreement};
use crate::transport::Transport;
use ruhu_sync::id::StreamId;
use serde_json::json;

/// What a pull brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullReport {
    /// Whether the last page was reached.
    pub complete: bool,
    /// How many pages it took.
    pub pages: usize,
    /// Every stream, and whether the device now holds exactly what the server does.
    pub streams: Vec<StreamAgreement>,
    /// The streams that did not agree at first and were read again from the beginning.
    pub reread: Vec<StreamId>,
}

/// What one page brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageTaken {
    /// It is staged; nothing of it shows yet.
    Staged,
    /// It completed the pull: rows and cursor are the new ones.
    Complete(Vec<StreamAgreement>),
}

/// What a sync brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncReport {
    /// What was sent.
    pub push: PushReport,
    /// What was read.
    pub pull: PullReport,
}

impl<T: Transport> TestDevice<T> {
    /// Pushes, then pulls until complete.
    pub fn sync(&mut self) -> Result<SyncReport, DeviceError> {
        let push = self.push()?;
        let pull = self.pull()?;
        Ok(SyncReport { push, pull })
    }

    /// Pulls until complete. A stream that then does not agree is read again from the beginning,
    /// once; a cursor that is refused is thrown away, once.
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

    /// Reads one page. A device may crash between any two of these: what is staged is kept.
    pub fn pull_page(&mut self) -> Result<PageTaken, DeviceError> {
        if self.pending.is_some() {
            return Err(DeviceError::Group("nothing is read before it is whole"));
        }
        let asked = self.memory.stage.cursor().or(self.memory.cursor());
        let mut request = json!({"protocol": 1});
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
            let error = problem.into_error(&response);
            if error == DeviceError::Closed {
                self.memory.close();
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
            self.memory.new_epoch = Some(NewEpoch {
                epoch: page.epoch,
                expected: None,
            });
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
