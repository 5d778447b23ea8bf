//! What an edit does to its record, as a word of the protocol.

/// What an edit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Makes or changes a record.
    Put,
    /// Deletes a record.
    Delete,
    /// Brings a deleted record back (staff).
    Undelete,
    /// Moves a root, with all that belongs to it, to another stream (staff).
    Move,
    /// Applies a quarantined edit (staff).
    Apply,
    /// Dismisses a quarantined edit (staff).
    Dismiss,
    /// Takes the place of an edit that the server definitively refused to read.
    Void,
}

impl Op {
    const ALL: [(&'static str, Self); 7] = [
        ("put", Self::Put),
        ("delete", Self::Delete),
        ("undelete", Self::Undelete),
        ("move", Self::Move),
        ("apply", Self::Apply),
        ("dismiss", Self::Dismiss),
        ("void", Self::Void),
    ];

    /// The word of the protocol.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, op)| *op == self).map_or("", |(word, _)| word)
    }

    /// Whether only staff may ask for it, at a desk.
    pub fn is_staffs(self) -> bool {
        matches!(self, Self::Undelete | Self::Move | Self::Apply | Self::Dismiss)
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, op)| *op)
    }
}
