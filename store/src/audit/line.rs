//! A stored line, and its link.

use crate::schema::audit_log;
use crate::values::Fixed;
use diesel::prelude::*;
use ruhu_sync::chain::Hash;
use sha2::{Digest as _, Sha256};

/// A row of the log.
#[derive(Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = audit_log)]
pub(crate) struct Line {
    pub(crate) number: i64,
    pub(crate) done_at: i64,
    pub(crate) account: Option<Fixed<16>>,
    pub(crate) device: Option<Fixed<16>>,
    pub(crate) act: String,
    pub(crate) subject: Option<Fixed<16>>,
    pub(crate) area: Option<String>,
    pub(crate) detail: String,
    pub(crate) states: String,
    pub(crate) chain: Option<Fixed<32>>,
}

impl Line {
    /// SHA-256 over `ruhu audit 1`, the previous link, and every column, each prefixed with its
    /// length, so that no two lines have the same bytes.
    pub(crate) fn link(&self, before: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(b"ruhu audit 1");
        hasher.update(before);
        hasher.update(self.number.to_be_bytes());
        hasher.update(self.done_at.to_be_bytes());
        let name = |name: &Option<Fixed<16>>| name.map(|name| name.0.to_vec());
        let text = |text: &str| Some(text.as_bytes().to_vec());
        let columns = [
            name(&self.account),
            name(&self.device),
            text(&self.act),
            name(&self.subject),
            self.area.as_deref().and_then(text),
            text(&self.detail),
            text(&self.states),
        ];
        for column in columns {
            let length = column.as_ref().map_or(u64::MAX, |bytes| bytes.len() as u64);
            hasher.update(length.to_be_bytes());
            hasher.update(column.unwrap_or_default());
        }
        hasher.finalize().into()
    }
}
