//! The differences between a read model and its records.

use crate::values::Fixed;
use std::collections::BTreeMap;

/// What a rebuild found in one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableReport {
    /// Rows after the rebuild.
    pub rows: usize,
    /// Rows that were missing.
    pub missing: usize,
    /// Rows with other values.
    pub different: usize,
    /// Rows of records that do not exist.
    pub extra: usize,
}

impl TableReport {
    /// The number of rows that the rebuild changed.
    pub fn differences(&self) -> usize {
        self.missing + self.different + self.extra
    }
}

/// Compares the rows before and after a rebuild.
pub(crate) fn compare<T: PartialEq>(
    before: &[T],
    after: &[T],
    name: impl Fn(&T) -> Fixed<16>,
) -> TableReport {
    let before: BTreeMap<_, _> = before.iter().map(|row| (name(row), row)).collect();
    let mut report = TableReport { rows: after.len(), ..TableReport::default() };
    let mut met = 0;
    for row in after {
        match before.get(&name(row)) {
            None => report.missing += 1,
            Some(old) => {
                met += 1;
                report.different += usize::from(*old != row);
            }
        }
    }
    report.extra = before.len() - met;
    report
}
