//! A change of keys while the service runs: every sealed row is sealed anew, some rows a transaction.
//! A row tells by the name of its key what is left to do, so that a run that was killed is simply
//! begun again.

use crate::Store;
use crate::audit::{Act, Entry};
use crate::failure::corrupt;
use crate::keys::KeyId;
use crate::sealed::{Column, Table};
use crate::sealed_rows::Batch;
use ruhu_sync::id::Instant;
use ruhu_sync::storage::Stored;
use std::collections::BTreeMap;
use std::time;

/// Rows a transaction: a payload may have a megabyte, and whoever writes waits for it.
const BATCH_ROWS: i64 = 50;

/// Rows that somebody was writing come again; so do those that a process seals with another key
/// meanwhile, which has no end until it is started anew.
const PASSES_MAX: usize = 5;

/// How many rows stand under each key, by table.
pub type RowsByKey = BTreeMap<KeyId, BTreeMap<&'static str, u64>>;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resealing {
    /// In which table it is.
    pub table: &'static str,
    /// How many rows were sealed anew.
    pub rows: u64,
}

/// What it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many rows were sealed anew.
    pub rows: u64,
    /// How many do not open with the keys that are there, and stand as they stood.
    pub unreadable: u64,
}

/// The sealed columns, as `table.column`.
pub fn sealed_columns() -> impl Iterator<Item = &'static str> {
    Column::ALL.iter().map(|column| column.as_str())
}

impl Store {
    /// How many rows stand under each key: one that has none left can be taken out of the key file.
    pub fn rows_by_key(&self) -> Stored<RowsByKey> {
        self.read(|tx| {
            let mut all = RowsByKey::new();
            for table in Table::ALL {
                for (key, rows) in table.rows_by_key(tx)? {
                    let key = key.and_then(|key| u16::try_from(key).ok());
                    let key = KeyId(key.ok_or_else(|| corrupt("the name of a key"))?);
                    let rows = u64::try_from(rows).unwrap_or_default();
                    all.entry(key).or_default().insert(table.name(), rows);
                }
            }
            Ok(all)
        })
    }

    /// Seals every row anew that stands under another key than the one that seals now. `go_on` is
    /// asked after each transaction; what is done by then is done.
    pub fn reseal(
        &self,
        at: Instant,
        go_on: &mut dyn FnMut(Resealing) -> bool,
    ) -> Stored<Resealed> {
        let (mut done, mut is_stopped) = (Resealed::default(), false);
        for _ in 0..PASSES_MAX {
            let before = done.rows;
            done.unreadable = 0;
            for table in Table::ALL {
                let mut began = time::Instant::now();
                table.reseal(self, BATCH_ROWS, &mut |batch: Batch| {
                    done.rows += batch.resealed;
                    done.unreadable += batch.unreadable;
                    is_stopped |= !go_on(Resealing { table: table.name(), rows: done.rows });
                    if batch.is_full && !is_stopped {
                        // As long as it worked: another process that waits for SQLite's lock asks for
                        // it now and then, and would never find it free.
                        std::thread::sleep(began.elapsed());
                    }
                    began = time::Instant::now();
                    !is_stopped
                })?;
                if is_stopped {
                    break;
                }
            }
            if is_stopped || done.rows == before {
                break;
            }
        }
        if done.rows > 0 {
            let key = self.keys().current().0;
            self.write(|tx| {
                tx.audit(&Entry {
                    at,
                    by: None,
                    device: None,
                    act: Act::Resealed,
                    subject: None,
                    area: None,
                    detail: format!(r#"{{"key":{key},"rows":{}}}"#, done.rows),
                })
            })?;
        }
        Ok(done)
    }
}
