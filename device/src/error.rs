//! The errors of a device, each a sentence that says what it means for the person's work.

use crate::transport::{Response, TransportError};
use ruhu_sync::id::{DeviceSeq, Epoch, RecordId};
use serde_json::Value;

/// Why a device could not act. No error loses or discards anything that is stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The request or its answer was lost on every try.
    #[error("the server was not reached ({0}); what is unsent stays and is sent again")]
    Unreachable(#[from] TransportError),
    /// No session, or one that cannot be renewed.
    #[error("the person has to sign in again; nothing on the device is touched")]
    SignInNeeded,
    /// The session belongs to another person than the memory.
    #[error("this memory belongs to another person; two people on one tablet have two devices")]
    AnotherPerson,
    /// The person's right has ended: the device pushes what it has, and pulls nothing.
    #[error("the person's right has ended; unsent work can still be pushed")]
    Closed,
    /// The device was reported lost: it is refused.
    #[error("the device was reported lost")]
    ReportedLost,
    /// The server asks the device to wait.
    #[error("the server is busy; the same can be sent again later")]
    Busy {
        /// For how many seconds, if it said so.
        retry_after_seconds: Option<u64>,
    },
    /// The server began a new epoch.
    #[error("the server began epoch {epoch}; acknowledged edits it lacks have to be sent again")]
    EpochChanged {
        /// The new epoch.
        epoch: Epoch,
    },
    /// The server lacks edits that the device no longer stores.
    #[error("the server expects edit {expected}, which is no longer kept here")]
    Gap {
        /// The number it expects.
        expected: DeviceSeq,
    },
    /// Another installation has pushed under this device's name.
    #[error("edit {at} was pushed before with another content; nothing is discarded")]
    Forked {
        /// The first number with other content.
        at: DeviceSeq,
    },
    /// The server found an incomplete group.
    #[error("the group that begins at edit {at} did not arrive whole")]
    GroupSplit {
        /// Its first number.
        at: DeviceSeq,
    },
    /// One edit, or one group, that the server definitively refuses to read. [`void`] can take its
    /// place.
    ///
    /// [`void`]: crate::TestDevice::void
    #[error("edit {first} is too large for the server to read")]
    TooLarge {
        /// Its number, or its group's first.
        first: DeviceSeq,
    },
    /// The cursor was not accepted.
    #[error("the cursor was refused; everything has to be read from the beginning")]
    CursorRefused,
    /// The protocol version is no longer served for pulls.
    #[error("the app has to be updated before it can pull; it can still push")]
    UpgradeRequired,
    /// Any other refusal.
    #[error("the server refused with {status} {slug}: {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The last part of the problem's type.
        slug: String,
        /// The server's advice.
        detail: String,
    },
    /// An answer that breaks the protocol. It is not taken.
    #[error("the server's answer breaks the protocol: {0}")]
    Answer(String),
    /// A record that the device has never seen.
    #[error("the device knows no record {0}")]
    UnknownRecord(RecordId),
    /// A conflict that is not open on the version the device shows.
    #[error("the conflict is not open on this device")]
    UnknownConflict,
    /// An edit that cannot be serialised.
    #[error("the edit cannot be written: {0}")]
    Unwritable(String),
    /// A group that no push can carry, or one inside another, or a sync in the middle of one.
    #[error("the group cannot be kept: {0}")]
    Group(&'static str),
    /// The edit is not waiting to be sent.
    #[error("edit {0} is not waiting to be sent")]
    NotUnsent(DeviceSeq),
    /// A saved memory that cannot be read, or one that cannot be saved.
    #[error("the device's memory cannot be kept or read back: {0}")]
    Memory(String),
    /// The operating system gives no randomness.
    #[error("no randomness is to be had")]
    Randomness,
}

/// A problem document (RFC 9457), as far as a device reads it.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The last part of its type: what a client branches on.
    pub(crate) slug: String,
    members: Value,
}

impl Problem {
    /// Parses an unsuccessful answer; without a problem document the slug is empty.
    pub(crate) fn read(response: &Response) -> Self {
        let members: Value = serde_json::from_str(&response.body).unwrap_or_default();
        let kind = members["type"].as_str().unwrap_or_default();
        let slug = kind.rsplit(['/', '#', ':']).next().unwrap_or_default().to_owned();
        Self { slug, members }
    }

    /// A member that the problem's type adds.
    pub(crate) fn member<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.members[name].clone()).ok()
    }

    /// The number the server expects next, if it says so.
    pub(crate) fn expected(&self) -> Option<DeviceSeq> {
        self.member("expected_device_seq")
    }

    /// The error common to all calls. Each call handles its own problems first.
    pub(crate) fn into_error(self, response: &Response) -> DeviceError {
        match (response.status, self.slug.as_str()) {
            (401, _) => DeviceError::SignInNeeded,
            (403, "closed") => DeviceError::Closed,
            (403, "device-lost") => DeviceError::ReportedLost,
            (400, "cursor-refused") => DeviceError::CursorRefused,
            (426, _) => DeviceError::UpgradeRequired,
            (429 | 503, _) => {
                DeviceError::Busy { retry_after_seconds: response.retry_after_seconds }
            }
            (status, _) => DeviceError::Refused {
                status,
                detail: self.member("detail").unwrap_or_default(),
                slug: self.slug,
            },
        }
    }
}

/// Parses an answer that should be a problem.
pub(crate) fn read_answer<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, DeviceError> {
    serde_json::from_str(body).map_err(|error| DeviceError::Answer(error.to_string()))
}
