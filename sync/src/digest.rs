//! A stream's digest: the XOR of a hash of the name and rev of every record in it, tombstones
//! included. A rev contains its content's hash, so wrong content shows as much as a missing record.

use crate::id::RecordId;
use crate::rev::Rev;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The digest of a set of records; the empty set's is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamDigest(pub [u8; 16]);

impl StreamDigest {
    /// Adds a record, or removes it: with XOR the two are the same operation.
    pub fn toggle(&mut self, record: RecordId, rev: Rev) {
        let mut hasher = Sha256::new();
        hasher.update(record.to_string().as_bytes());
        hasher.update(b" ");
        hasher.update(rev.to_string().as_bytes());
        for (mine, other) in self.0.iter_mut().zip(hasher.finalize()) {
            *mine ^= other;
        }
    }
}

impl fmt::Display for StreamDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::chain::to_hex(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_put_in_and_taken_out_leaves_no_trace() {
        let mut digest = StreamDigest::default();
        let rev = Rev { number: 1, hash: [1, 2, 3, 4] };
        digest.toggle(RecordId(uuid::Uuid::from_u128(7)), rev);
        assert_ne!(digest, StreamDigest::default());
        digest.toggle(RecordId(uuid::Uuid::from_u128(7)), rev);
        assert_eq!(digest, StreamDigest::default());
    }
}
