//! What an edit does to its record, as a word of the protocol.

use strum::{EnumString, IntoStaticStr};

/// What an edit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Op {
    /// Makes or changes a record.
    Put,
    /// Deletes a record.
    Delete,
    /// Restores a deleted record (staff).
    Undelete,
    /// Moves a root, with everything that belongs to it, to another stream (staff).
    Move,
    /// Applies a quarantined edit (staff).
    Apply,
    /// Dismisses a quarantined edit (staff).
    Dismiss,
    /// Takes the place of an edit that the server definitively refused to read.
    Void,
}

impl Op {
    /// The word of the protocol.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether only staff may use it, at a desk.
    pub fn is_staffs(self) -> bool {
        matches!(self, Self::Undelete | Self::Move | Self::Apply | Self::Dismiss)
    }
}
