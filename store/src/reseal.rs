//! Reseals every row after a change of keys, while the service runs, a few rows per transaction. A
//! row's key name shows what is left to do, so a killed run is simply started again.

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

/// Rows per transaction: a payload may have a megabyte, and writers wait.
const BATCH_ROWS: i64 = 50;

/// Rows that somebody was writing come again; so do those that a process seals with another key
/// meanwhile, which would never end until it is restarted.
const PASSES_MAX: usize = 5;

/// The number of rows under each key, by table.
pub type RowsByKey = BTreeMap<KeyId, BTreeMap<&'static str, u64>>;

/// The progress of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resealing {
    /// The current table.
    pub table: &'static str,
    /// The number of resealed rows.
    pub rows: u64,
}

/// The result of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// The number of resealed rows.
    pub rows: u64,
    /// The number of rows that do not open with the present keys, and are left as they are.
    pub unreadable: u64,
}

/// The sealed columns, as `table.column`.
pub fn sealed_columns() -> impl Iterator<Item = &'static str> {
    Column::ALL.iter().map(|column| column.as_str())
}

impl Store {
    /// The number of rows under each key: one without rows can be removed from the key file.
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

    /// Reseals every row that is not under the current key. `go_on` is called after each
    /// transaction; what is done by then is done.
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
                        // As long as the work took: another process that waits for SQLite's lock
                        // polls for it now and then, and would never find it free.
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
