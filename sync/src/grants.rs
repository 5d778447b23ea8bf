//! What a person may see at one instant: the streams, and the person's capacity in each. `casework`
//! computes grants; the protocol passes them along.

use crate::id::StreamId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strum::{EnumString, IntoStaticStr};

/// A person's capacity in a stream (worker, reporter, reviewer …). The protocol passes it back to
/// the rules and never looks inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Capacity(pub &'static str);

/// The kind of a stream.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StreamKind {
    /// The households of one team.
    Caseload,
    /// One person's own notices, own finds, and decisions on own edits.
    User,
    /// Reference data, for everybody.
    Reference,
}

impl StreamKind {
    /// The word of the protocol.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One stream that a person may see now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The kind of stream.
    pub kind: StreamKind,
    /// Whether the person's devices hold it; a reviewer's desk reaches streams that no tablet
    /// holds.
    pub held: bool,
    /// The person's capacity.
    pub capacity: Capacity,
}

/// Everything a person may see at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// The right to write has ended: pushed edits go to quarantine, and pulls are refused.
    pub closed: bool,
    /// The streams, by name.
    pub streams: BTreeMap<StreamId, Grant>,
    /// The stream whose desk decides on this person's edits when nothing else says which stream
    /// they belong to. It is set after the right has ended, too; it grants nothing.
    pub fallback: Option<StreamId>,
    /// The areas of the streams, as the field's rules read them.
    pub areas: BTreeMap<StreamId, String>,
    /// Whether the person works only at desks, which are always online: a refusal is answered at
    /// once, and nothing waits for somebody else.
    pub staff: bool,
}

impl Grants {
    /// The streams that devices hold, in order.
    pub fn held(&self) -> impl Iterator<Item = (StreamId, &Grant)> {
        self.streams.iter().filter(|(_, grant)| grant.held).map(|(stream, grant)| (*stream, grant))
    }
}
