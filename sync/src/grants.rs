//! What a person may see at one instant: the streams, and in what capacity the person stands before
//! each. `casework` works them out; the protocol carries them.

use crate::id::StreamId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use strum::{EnumString, IntoStaticStr};

/// In what capacity a person stands before a stream (worker, reporter, reviewer …). The protocol
/// hands it back to the rules and never looks inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Capacity(pub &'static str);

/// What kind of stream it is.
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
    /// One person's own notices, own finds, decisions on own edits.
    User,
    /// Reference data, for all.
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
    /// What kind of stream it is.
    pub kind: StreamKind,
    /// Whether the person's devices hold it; a reviewer's desk reaches streams no tablet holds.
    pub held: bool,
    /// In what capacity.
    pub capacity: Capacity,
}

/// All that a person may see at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// The right to write has ended: pushed edits go to quarantine, and nothing is pulled.
    pub closed: bool,
    /// The streams, by name.
    pub streams: BTreeMap<StreamId, Grant>,
    /// The stream at whose desk this person's edits are decided where nothing else says which stream
    /// they belong to. Set also when the right has ended; it grants nothing.
    pub fallback: Option<StreamId>,
    /// The areas that streams are for, as the field's rules read them.
    pub areas: BTreeMap<StreamId, String>,
    /// Whether the person works only at desks, which are always online: a refusal is answered at once
    /// and waits for nobody.
    pub staff: bool,
}

impl Grants {
    /// The streams that devices hold, in order.
    pub fn held(&self) -> impl Iterator<Item = (StreamId, &Grant)> {
        self.streams.iter().filter(|(_, grant)| grant.held).map(|(stream, grant)| (*stream, grant))
    }
}
