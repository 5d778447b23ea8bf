//! The sizes a device can rely on.

use serde::Serialize;

/// The limits that version 1 promises; they never shrink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Edits in one push.
    pub push_edits_max: usize,
    /// Bytes of one push, decompressed.
    pub push_bytes_max: usize,
    /// Bytes of one edit.
    pub edit_bytes_max: usize,
    /// Records in one page of a pull.
    pub pull_records_max: usize,
}

/// The limits of version 1.
pub const LIMITS: Limits = Limits {
    push_edits_max: 500,
    push_bytes_max: 8 * 1024 * 1024,
    edit_bytes_max: 1024 * 1024,
    pull_records_max: 2_000,
};
