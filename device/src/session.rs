//! The server's answers to a sign-in and to a handshake.

use ruhu_sync::id::{DeviceId, DeviceSeq, Epoch, Instant, StreamId, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// The tokens of a signed-in person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// For every call; short-lived.
    pub access_token: String,
    /// For new access tokens.
    pub refresh_token: String,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tokens must not end up in a log.
        f.write_str("Session(…)")
    }
}

/// The answer of `GET /v1/sync`, requested before a sync.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Handshake {
    /// The accepted protocol versions.
    pub versions: HandshakeVersions,
    /// The limits by name.
    pub limits: serde_json::Map<String, serde_json::Value>,
    /// The server's epoch.
    pub epoch: Epoch,
    /// The server's clock, in microseconds since 1970.
    pub server_time_us: Instant,
    /// The number the device's next edit must have.
    pub expected_device_seq: DeviceSeq,
    /// The highest number known to be in a verified backup.
    pub safe_device_seq: DeviceSeq,
    /// The streams the device may hold.
    pub streams: Vec<HandshakeStream>,
}

/// The protocol versions in a [`Handshake`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HandshakeVersions {
    /// Versions accepted in a push.
    pub push: Vec<u32>,
    /// Versions served in a pull.
    pub pull: Vec<u32>,
}

/// One of the streams in a [`Handshake`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HandshakeStream {
    /// The stream.
    pub stream: StreamId,
    /// What kind of stream it is.
    pub kind: String,
}

/// An id, alone or in an object with other members.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Alone(Uuid),
    Described { id: Uuid },
}

impl Named {
    fn id(&self) -> Uuid {
        match self {
            Self::Alone(id) | Self::Described { id } => *id,
        }
    }
}

/// The answer to a sign-in.
#[derive(Deserialize)]
pub(crate) struct BegunSession {
    access_token: String,
    refresh_token: String,
    user: Named,
    device: Named,
    pub(crate) expected_device_seq: DeviceSeq,
    pub(crate) epoch: Epoch,
}

impl BegunSession {
    pub(crate) fn user(&self) -> UserId {
        UserId(self.user.id())
    }

    pub(crate) fn device(&self) -> DeviceId {
        DeviceId(self.device.id())
    }

    pub(crate) fn tokens(&self) -> Session {
        Session {
            access_token: self.access_token.clone(),
            refresh_token: self.refresh_token.clone(),
        }
    }
}
