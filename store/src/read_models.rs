//! The read models: the columns of records that desks list, written in the transaction that changes
//! the records.
//!
//! A kind declares which of its fields are listed (`listed()` in `casework/src/kinds`). The kind's
//! file here declares how a database stores them, once, and holds the lists; table, row, upsert and
//! rebuild follow from that. A new listed field is a line in either file and a migration.

use crate::Tx;
use crate::schema::{account, journal, record};
use crate::values::text;
use ruhu_casework::projection::{Holding, Listed};
use ruhu_sync::record::Content;
use ruhu_sync::storage::{RecordChange, Stored};
use std::collections::BTreeMap;

/// A read model's declaration.
#[derive(Clone, Copy, Debug)]
pub struct ReadModel {
    /// The kind of its records.
    pub kind: &'static str,
    /// Its table.
    pub table: &'static str,
    /// The record's own columns, which lists filter by.
    pub own: &'static [&'static str],
    /// The columns of the kind's listed fields.
    pub listed: &'static [ListColumn],
}

/// The column of a listed field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListColumn {
    /// Its name.
    pub name: &'static str,
    /// Whether it may be null.
    pub is_nullable: bool,
    /// Its type.
    pub holding: Holding,
}

/// The Rust type behind a column.
macro_rules! kept {
    (Binary) => { $crate::values::Fixed<16> };
    (Bool) => { bool };
    (Text) => { String };
    (Nullable<Text>) => { Option<String> };
    (BigInt) => { i64 };
}

/// A type that a listed field can be stored as.
trait Listable {
    const HOLDING: Holding;
    const IS_NULLABLE: bool = false;

    fn of(listed: Listed, content: &Content) -> Self;
}

impl Listable for Option<String> {
    const HOLDING: Holding = Holding::Text;
    const IS_NULLABLE: bool = true;

    fn of(listed: Listed, content: &Content) -> Self {
        Some(text(&listed.text(content)?).into_owned())
    }
}

impl Listable for String {
    const HOLDING: Holding = Holding::Text;

    fn of(listed: Listed, content: &Content) -> Self {
        Option::of(listed, content).unwrap_or_default()
    }
}

impl Listable for i64 {
    const HOLDING: Holding = Holding::Integer;

    fn of(listed: Listed, content: &Content) -> Self {
        listed.integer(content).unwrap_or_default()
    }
}

/// The record's own columns.
macro_rules! of_the_record {
    (stream, $change:ident) => {
        $crate::values::Name::fixed($change.record.stream)
    };
    (household, $change:ident) => {
        $crate::values::Name::fixed($change.record.root)
    };
    (deleted, $change:ident) => {
        $change.content.deleted
    };
}

/// Declares a read model: its kind and table, the record's own columns, and those of the kind's listed
/// fields, which lists read as a struct.
macro_rules! read_model {
    (
        $kind:literal in $table:ident,
        own { $($own:ident -> $own_type:ident,)* }
        $(#[$doc:meta])*
        $listing:ident { $($column:ident -> $type:ident $(<$inner:ident>)?,)* }
    ) => {
        diesel::table! {
            $table (id) {
                id -> Binary,
                $($own -> $own_type,)*
                $($column -> $type $(<$inner>)?,)*
            }
        }

        pub(super) const KIND: &str = $kind;

        $(#[$doc])*
        #[allow(missing_docs, reason = "the kind says what its fields are")]
        #[derive(Clone, Debug, PartialEq, Eq, diesel::Queryable, diesel::Selectable)]
        #[diesel(table_name = $table)]
        pub struct $listing {
            $(pub $column: kept!($type $(<$inner>)?),)*
        }

        /// A row, as it is written and compared.
        #[derive(
            Clone, Debug, PartialEq, Eq, diesel::Queryable, diesel::Selectable, diesel::Insertable,
        )]
        #[diesel(table_name = $table, treat_none_as_default_value = false)]
        pub(super) struct Row {
            id: $crate::values::Fixed<16>,
            $($own: kept!($own_type),)*
            $($column: kept!($type $(<$inner>)?),)*
        }

        const _: () = assert!(
            [$(stringify!($column)),*].len() == ruhu_casework::projection::count($kind),
            "the kind lists a field that has no column here",
        );

        impl Row {
            pub(super) const MODEL: $crate::read_models::ReadModel = $crate::read_models::ReadModel {
                kind: $kind,
                table: stringify!($table),
                own: &[$(stringify!($own)),*],
                listed: &[
                    $($crate::read_models::column::<kept!($type $(<$inner>)?)>(stringify!($column))),*
                ],
            };
            /// Neither database takes more than 32,766 values per statement.
            const CHUNK_ROWS: usize =
                32_000 / (1 + Self::MODEL.own.len() + Self::MODEL.listed.len());

            pub(super) fn of(change: &ruhu_sync::storage::RecordChange<'_>) -> Self {
                use $crate::read_models::Listable;
                use ruhu_casework::projection::Listed;
                Self {
                    id: $crate::values::Name::fixed(change.record.id),
                    $($own: of_the_record!($own, change),)*
                    $($column: {
                        const LISTED: Listed = Listed::in_column(
                            $kind,
                            stringify!($column),
                            <kept!($type $(<$inner>)?) as Listable>::HOLDING,
                        );
                        Listable::of(LISTED, change.content)
                    },)*
                }
            }

            pub(super) fn save(tx: &mut $crate::Tx, rows: &[Self]) -> Stored<()> {
                use diesel::upsert::excluded;
                for rows in rows.chunks(Self::CHUNK_ROWS) {
                    tx.run(|connection| {
                        insert!(connection, $table::table, rows, |insert| insert
                            .on_conflict($table::id)
                            .do_update()
                            .set((
                                $($table::$own.eq(excluded($table::$own)),)*
                                $($table::$column.eq(excluded($table::$column)),)*
                            )))
                    })?;
                }
                Ok(())
            }

            /// Rewrites all rows of the table if they differ from these.
            pub(super) fn rebuild(
                tx: &mut $crate::Tx,
                mut rows: Vec<Self>,
            ) -> Stored<$crate::read_models::TableReport> {
                let before: Vec<Self> = tx.run(|connection| {
                    on_both!(connection, |c| $table::table
                        .order($table::id)
                        .select(Self::as_select())
                        .load(c))
                })?;
                rows.sort_by_key(|row| row.id);
                let report = $crate::read_models::compare(&before, &rows, |row| row.id);
                if report.differences() > 0 {
                    tx.run(|connection| {
                        on_both!(connection, |c| diesel::delete($table::table).execute(c))
                    })?;
                    Self::save(tx, &rows)?;
                }
                Ok(report)
            }
        }
    };
}

const fn column<C: Listable>(name: &'static str) -> ListColumn {
    ListColumn { name, is_nullable: C::IS_NULLABLE, holding: C::HOLDING }
}

/// All read models together, one line each.
macro_rules! read_models {
    ($($model:ident,)*) => {
        /// Every read model.
        pub fn read_models() -> Vec<ReadModel> {
            vec![$($model::Row::MODEL),*]
        }

        /// Rows of all read models.
        #[derive(Debug, Default)]
        pub(crate) struct Rows {
            $($model: Vec<$model::Row>,)*
        }

        impl Rows {
            /// Adds the row of a record, if its kind is listed.
            pub(crate) fn add(&mut self, change: &RecordChange<'_>) {
                match &*change.record.kind {
                    $($model::KIND => self.$model.push($model::Row::of(change)),)*
                    _ => {}
                }
            }

            /// Writes them with one statement per table.
            fn save(&self, tx: &mut Tx) -> Stored<()> {
                $($model::Row::save(tx, &self.$model)?;)*
                Ok(())
            }

            /// Makes them all the rows there are, and reports the differences by table.
            pub(crate) fn rebuild(
                self,
                tx: &mut Tx,
            ) -> Stored<BTreeMap<&'static str, TableReport>> {
                let mut reports = BTreeMap::new();
                $(reports.insert(
                    $model::Row::MODEL.table,
                    $model::Row::rebuild(tx, self.$model)?,
                );)*
                Ok(reports)
            }
        }
    };
}

pub(crate) mod assessment;
pub(crate) mod find;
pub(crate) mod household;
mod report;

use assessment::assessment_row;
use find::find_row;
use household::household_row;
pub use report::TableReport;
use report::compare;

read_models! {
    assessment,
    find,
    household,
}

diesel::allow_tables_to_appear_in_same_query!(record, assessment_row, household_row);
diesel::allow_tables_to_appear_in_same_query!(record, find_row);
diesel::allow_tables_to_appear_in_same_query!(journal, household_row);
diesel::allow_tables_to_appear_in_same_query!(account, household_row);

/// Writes the rows of records that changed.
pub(crate) fn save(tx: &mut Tx, changes: &[RecordChange<'_>]) -> Stored<()> {
    let mut rows = Rows::default();
    for change in changes {
        rows.add(change);
    }
    rows.save(tx)
}
