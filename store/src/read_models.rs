//! The read models: what `ruhu_casework::projection` makes of a record, in typed rows.

use crate::Tx;
use crate::schema::{assessment_row, find_row, household_row};
use crate::values::{Fixed, Name, text};
use diesel::prelude::*;
use diesel::upsert::excluded;
use ruhu_casework::projection::{ReadRow, project};
use ruhu_sync::storage::{RecordChange, Stored};

/// A text of a document, as both databases take it.
fn own(value: &str) -> String {
    text(value).into_owned()
}

fn own_some(value: Option<&String>) -> Option<String> {
    value.map(|value| own(value))
}

/// Declares a read model's row, and how a batch of them is written and all of them are read: the
/// columns are named once.
macro_rules! read_model {
    ($row:ident in $table:ident { id: Fixed<16>, $($column:ident: $type:ty,)* }) => {
        #[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
        #[diesel(table_name = $table, treat_none_as_default_value = false)]
        pub(crate) struct $row {
            pub(crate) id: Fixed<16>,
            $(pub(crate) $column: $type,)*
        }

        impl $row {
            const CHUNK_ROWS: usize = 32_000 / (1 + [$(stringify!($column)),*].len());

            pub(crate) fn save(tx: &mut Tx, rows: &[Self]) -> Stored<()> {
                for rows in rows.chunks(Self::CHUNK_ROWS) {
                    tx.run(|connection| {
                        insert!(connection, $table::table, rows, |insert| insert
                            .on_conflict($table::id)
                            .do_update()
                            .set(($($table::$column.eq(excluded($table::$column)),)*)))
                    })?;
                }
                Ok(())
            }

            pub(crate) fn all(tx: &mut Tx) -> Stored<Vec<Self>> {
                tx.run(|connection| {
                    on_both!(connection, |c| $table::table
                        .order($table::id)
                        .select(Self::as_select())
                        .load(c))
                })
            }

            pub(crate) fn clear(tx: &mut Tx) -> Stored<()> {
                tx.run(|connection| {
                    on_both!(connection, |c| diesel::delete($table::table).execute(c))
                })?;
                Ok(())
            }
        }
    };
}

read_model!(Household in household_row {
    id: Fixed<16>,
    stream: Fixed<16>,
    community_code: String,
    head_name_masked: String,
    deleted: bool,
});

read_model!(Assessment in assessment_row {
    id: Fixed<16>,
    household: Fixed<16>,
    form: String,
    form_version: i64,
    status: String,
    deleted: bool,
});

read_model!(Find in find_row {
    id: Fixed<16>,
    stream: Fixed<16>,
    community_code: Option<String>,
    category: Option<String>,
    urgency: Option<String>,
    status: String,
    found_at: Option<String>,
    deleted: bool,
});

/// Rows of all read models.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) households: Vec<Household>,
    pub(crate) assessments: Vec<Assessment>,
    pub(crate) finds: Vec<Find>,
}

impl Rows {
    /// Adds the row of a record, if its kind has one.
    pub(crate) fn add(&mut self, change: &RecordChange<'_>) {
        let r = change.record;
        let row = project(&r.kind, r.id, r.root, r.stream, change.content);
        match row {
            None => {}
            Some(ReadRow::Household(row)) => self.households.push(Household {
                id: row.id.fixed(),
                stream: row.stream.fixed(),
                community_code: own(&row.community_code),
                head_name_masked: own(&row.head_name_masked),
                deleted: row.deleted,
            }),
            Some(ReadRow::Assessment(row)) => self.assessments.push(Assessment {
                id: row.id.fixed(),
                household: row.household.fixed(),
                form: own(&row.form),
                form_version: row.form_version,
                status: own(&row.status),
                deleted: row.deleted,
            }),
            Some(ReadRow::Find(row)) => self.finds.push(Find {
                id: row.id.fixed(),
                stream: row.stream.fixed(),
                community_code: own_some(row.community_code.as_ref()),
                category: own_some(row.category.as_ref()),
                urgency: own_some(row.urgency.as_ref()),
                status: own(&row.status),
                found_at: own_some(row.found_at.as_ref()),
                deleted: row.deleted,
            }),
        }
    }

    /// Writes them: one statement a table.
    pub(crate) fn save(&self, tx: &mut Tx) -> Stored<()> {
        Household::save(tx, &self.households)?;
        Assessment::save(tx, &self.assessments)?;
        Find::save(tx, &self.finds)
    }
}

/// Writes the rows of records that changed.
pub(crate) fn save(tx: &mut Tx, changes: &[RecordChange<'_>]) -> Stored<()> {
    let mut rows = Rows::default();
    for change in changes {
        rows.add(change);
    }
    rows.save(tx)
}
