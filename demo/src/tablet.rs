//! A worker's tablet in the story, and what can be checked about it.

use crate::DemoError;
use crate::claim::claim;
use crate::line::{Ear, PULL};
use ruhu_device::{DeviceError, Flaky, HttpTransport, RealWorld, TestDevice, View};
use ruhu_sync::digest::StreamDigest;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::json::Json;
use ruhu_sync::path::Path;

/// A tablet on a line that can lose answers.
pub(crate) type Device = TestDevice<Flaky<Ear<HttpTransport>>>;

/// A worker with a tablet.
pub(crate) struct Tablet {
    /// The worker's name.
    pub(crate) name: String,
    /// The worker's login.
    pub(crate) login: String,
    /// What the tablet is called.
    pub(crate) called: &'static str,
    /// The tablet.
    pub(crate) device: Device,
}

impl Tablet {
    /// A new tablet for a worker.
    pub(crate) fn new(
        address: &str,
        called: &'static str,
        login: &str,
        name: &str,
    ) -> Result<Self, DeviceError> {
        let line = Flaky::new(Ear::new(HttpTransport::new(address)));
        let mut device = TestDevice::new(line, RealWorld::new()?);
        // A lost answer is shown before it is waited for again.
        device.settings_mut().attempts = 1;
        Ok(Self { name: name.to_owned(), login: login.to_owned(), called, device })
    }

    /// What the tablet shows of a record.
    pub(crate) fn view(&self, record: RecordId) -> Result<View, DemoError> {
        Ok(self.device.view(record).ok_or(DeviceError::UnknownRecord(record))?)
    }

    /// What it shows at one place.
    pub(crate) fn value(&self, record: RecordId, path: &Path) -> Result<Option<Json>, DemoError> {
        Ok(path.find(&self.view(record)?.document).cloned())
    }

    /// How many records of a stream it holds, and their digest, worked out here from what they
    /// really contain.
    pub(crate) fn holds(&self, stream: StreamId) -> (u64, String) {
        let (mut count, mut digest) = (0, StreamDigest::default());
        for row in self.device.memory().rows().values().filter(|row| row.stream == stream) {
            count += 1;
            digest.toggle(row.record, row.rev_of_content());
        }
        (count, digest.to_string())
    }

    /// What the server said of the stream with the last page that this tablet pulled.
    pub(crate) fn told(&self, stream: StreamId) -> Result<(u64, String), DemoError> {
        let pages = self.device.transport().inner().answers(PULL);
        let streams = pages.last().and_then(|page| page["streams"].as_array());
        let told = streams.into_iter().flatten().find(|told| told["stream"] == stream.to_string());
        let told = told.ok_or(DemoError::Astray("the server told the stream's digest"))?;
        let (count, digest) = (told["count"].as_u64(), told["digest"].as_str());
        Ok((count.unwrap_or_default(), digest.unwrap_or_default().to_owned()))
    }

    /// Pulls, and checks that the tablet then holds exactly what the server does.
    pub(crate) fn pull(&mut self) -> Result<usize, DemoError> {
        let report = self.device.pull()?;
        claim(report.complete, "the pull reached its end")?;
        claim(report.streams.iter().all(|stream| stream.agrees), "every stream agrees")?;
        claim(report.reread.is_empty(), "nothing had to be read again")?;
        Ok(report.pages)
    }
}
