//! Typed names for everything the protocol counts or points at: never a bare UUID or integer.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use uuid::Uuid;

macro_rules! uuid_name {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl $name {
            /// Parses the hyphenated form only.
            pub fn parse(text: &str) -> Option<Self> {
                (text.len() == 36).then(|| Uuid::try_parse(text).ok().map(Self)).flatten()
            }

            /// The sixteen bytes, as a database keeps them.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }

            /// From exactly sixteen bytes.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                Uuid::from_slice(bytes).ok().map(Self)
            }
        }
    )*};
}

uuid_name! {
    /// A record's permanent name, made by the client (UUIDv7).
    RecordId;
    /// One person's installation on one tablet; a browser at a desk, a person's desk and a job run
    /// are devices too.
    DeviceId;
    /// The smallest unit of permission: a caseload, a user, the reference data.
    StreamId;
    /// A person with an account.
    UserId;
    /// Edits that are taken together or not at all.
    GroupId;
    /// One lifetime of the server's history; a restore begins a new one.
    Epoch;
}

impl RecordId {
    /// Whether this is a name that only the server gives (UUIDv8): names of what it makes itself
    /// are derived from the edit that caused it.
    pub fn is_servers(self) -> bool {
        self.0.get_version_num() == 8
    }
}

impl DeviceId {
    /// A person's desk: the device that numbers the edits of acts at a desk. It is not an
    /// installation, and nobody signs in on it.
    pub fn desk_of(user: UserId) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"ruhu desk 1");
        hasher.update(user.as_bytes());
        Self(uuid_of(&hasher.finalize().into()))
    }

    /// Whether this is a name that only the server gives (UUIDv8).
    pub fn is_servers(self) -> bool {
        self.0.get_version_num() == 8
    }
}

/// The name derived from a hash (UUIDv8).
pub(crate) fn uuid_of(hash: &[u8; 32]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

macro_rules! counter {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The next one.
            pub fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

counter! {
    /// An edit's number on its device: 1, 2, 3 … without a gap.
    DeviceSeq;
    /// A position in a stream.
    Seq;
}

/// A moment on the server's clock, in microseconds since 1970, the precision that both databases
/// keep exactly.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Instant(pub i64);
