//! Statements over all rows with sealed columns: counts by key, a check that every row opens, and
//! sealing under the current key.

use crate::audit::Thing;
use crate::codec::{Codec, Place};
use crate::connection::Connection;
use crate::keys::KeyRing;
use crate::schema::{
    device, erasure, idempotency_key, journal, record, second_factor, signing_key,
};
use crate::sealed::{Column, Table, sealed_tables};
use crate::{Store, Tx};
use diesel::dsl::{count_star, sql};
use diesel::expression::Expression;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use ruhu_sync::storage::{StorageError, Stored};
use uuid::Uuid;

/// A part of a row's primary key: rows are ordered by it, and it is authenticated with the value.
trait Part {
    /// Less than every other.
    fn least() -> Self;
    fn bytes(&self) -> Vec<u8>;
}

impl Part for Vec<u8> {
    fn least() -> Self {
        Self::new()
    }

    fn bytes(&self) -> Vec<u8> {
        self.clone()
    }
}

impl Part for i64 {
    fn least() -> Self {
        Self::MIN
    }

    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }
}

/// A column's type: a sealed value that is always there, or one that may be null.
trait Kept {
    fn of(sealed: Option<Vec<u8>>) -> Self;
}

impl Kept for Vec<u8> {
    fn of(sealed: Option<Vec<u8>>) -> Self {
        sealed.unwrap_or_default()
    }
}

impl Kept for Option<Vec<u8>> {
    fn of(sealed: Option<Vec<u8>>) -> Self {
        sealed
    }
}

/// The result of a batch of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) resealed: u64,
    /// Rows that do not open; they stay as they are.
    pub(crate) unreadable: u64,
    /// Whether there may be more.
    pub(crate) is_full: bool,
}

/// Why rows are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// To reseal those under an old key.
    Reseal,
    /// To check that all of them open.
    Check,
}

/// Rows checked at a time.
const CHECKED_ROWS: i64 = 500;

/// A name that no key has.
const NO_KEY: i32 = -1;

impl Purpose {
    /// Opens a value and, to reseal, seals it again for its place; a null stays null.
    fn apply(
        self,
        codec: &mut Codec,
        keys: &KeyRing,
        key: i32,
        place: Place<'_>,
        sealed: Option<Vec<u8>>,
    ) -> Stored<Option<Vec<u8>>> {
        let text = codec.open_if_any(keys, key, place, sealed)?;
        match self {
            Self::Reseal => codec.seal_if_any(keys, place, text.as_deref()),
            Self::Check => Ok(None),
        }
    }
}

/// Resealing a signing key changes what the audit log watches.
fn touch_if_watched(tx: &mut Tx, table: &str, parts: &[&[u8]]) {
    let name = parts.first().and_then(|name| Uuid::from_slice(name).ok());
    if let (Some(name), true) = (name, table == Table::SigningKeys.name()) {
        tx.touch(Thing::SigningKey, name);
    }
}

macro_rules! rows {
    ($(
        $(#[$_doc:meta])*
        $Table:ident = $table:ident ($($name:ident: $name_type:ty),+ $(; $also:ident: $also_type:ty)?)
        under $key:ident {
            $($(#[$_column_doc:meta])* $NAME:ident = $column:ident: $column_type:ty,)+
        }
    )*) => {
        impl Table {
            /// How many rows stand under each key.
            pub(crate) fn rows_by_key(self, tx: &mut Tx) -> Stored<Vec<(Option<i32>, i64)>> {
                match self {
                    $(Self::$Table => tx.run(|connection| {
                        on_both!(connection, |c| $table::table
                            .filter($table::$key.is_not_null())
                            .group_by($table::$key)
                            .select(($table::$key.nullable(), count_star()))
                            .load(c))
                    }),)*
                }
            }

            /// The number of rows that do not open with any present key.
            pub(crate) fn unreadable(self, tx: &mut Tx) -> Stored<u64> {
                let mut unreadable = 0;
                match self {
                    $(Self::$Table => {
                        let mut after: ($($name_type,)+) = ($(<$name_type>::least(),)+);
                        loop {
                            let (batch, last) = $table(tx, Purpose::Check, CHECKED_ROWS, &after)?;
                            unreadable += batch.unreadable;
                            match last {
                                Some(last) if batch.is_full => after = last,
                                _ => return Ok(unreadable),
                            }
                        }
                    })*
                }
            }

            /// Seals every row under the current key, some rows a transaction, in primary key order;
            /// `go_on` is called after each transaction and says whether another follows.
            pub(crate) fn reseal(
                self,
                store: &Store,
                rows_max: i64,
                go_on: &mut dyn FnMut(Batch) -> bool,
            ) -> Stored<()> {
                match self {
                    $(Self::$Table => {
                        let mut after: ($($name_type,)+) = ($(<$name_type>::least(),)+);
                        loop {
                            let (batch, last) = store
                                .write(|tx| $table(tx, Purpose::Reseal, rows_max, &after))?;
                            if !go_on(batch) || !batch.is_full {
                                return Ok(());
                            }
                            if let Some(last) = last {
                                after = last;
                            }
                        }
                    })*
                }
            }
        }

        $(
            /// Opens the rows after this one. On PostgreSQL, rows that somebody is writing are skipped:
            /// a transaction that holds locks and waits for nobody cannot deadlock.
            fn $table(
                tx: &mut Tx,
                purpose: Purpose,
                rows_max: i64,
                after: &($($name_type,)+),
            ) -> Stored<(Batch, Option<($($name_type,)+)>)> {
                type Row = (
                    ($($name_type,)+ $($also_type,)?),
                    Option<i32>,
                    ($($column_type,)+),
                );
                let current = i32::from(tx.keys.current().0);
                let done_with = if purpose == Purpose::Reseal { current } else { NO_KEY };
                let ($($name,)+) = after;
                let rows: Vec<Row> = tx.run(|connection| {
                    // Both sides end in a number because a row value cannot end in a comma.
                    let is_after = sql::<Bool>(concat!("(" $(, stringify!($name), ", ")+ , "0) > ("))
                        $(.bind::<<$table::$name as Expression>::SqlType, _>($name.clone()).sql(", "))+
                        .sql("0)");
                    let query = $table::table
                        .filter(is_after)
                        .filter($table::$key.ne(done_with))
                        .order(($($table::$name,)+))
                        .limit(rows_max)
                        .select((
                            ($($table::$name,)+ $($table::$also,)?),
                            $table::$key.nullable(),
                            ($($table::$column,)+),
                        ));
                    match connection {
                        Connection::Postgres(c) if purpose == Purpose::Reseal => {
                            query.for_no_key_update().skip_locked().load(c)
                        }
                        connection => on_both!(connection, |c| query.load(c)),
                    }
                })?;
                let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= rows_max;
                let mut batch = Batch { is_full, ..Batch::default() };
                let mut last = None;
                for (($($name,)+ $($also,)?), key, ($($column,)+)) in rows {
                    let parts = [$($name.bytes(),)+ $($also.bytes(),)?];
                    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                    let (session, keys) = tx.session();
                    let key = key.unwrap_or_default();
                    let mut seal = |column, sealed| {
                        let place = Place { column, row: &parts };
                        purpose.apply(&mut session.codec, keys, key, place, sealed)
                    };
                    let sealed = (|| Ok(($(seal(Column::$NAME, $column.into())?,)+)))();
                    last = Some(($($name.clone(),)+));
                    let ($($column,)+) = match sealed {
                        Ok(sealed) => sealed,
                        Err(StorageError::Corrupt(_)) => {
                            batch.unreadable += 1;
                            continue;
                        }
                        Err(error) => return tx.note(Err(error)),
                    };
                    if purpose == Purpose::Check {
                        continue;
                    }
                    let resealed = tx.run(|connection| {
                        let row = $table::table
                            $(.filter($table::$name.eq($name.clone())))+
                            .filter($table::$key.eq(key));
                        let set = (
                            $table::$key.eq(current),
                            $($table::$column.eq(<$column_type as Kept>::of($column)),)+
                        );
                        on_both!(connection, |c| diesel::update(row).set(set).execute(c))
                    })?;
                    if resealed == 1 {
                        touch_if_watched(tx, stringify!($table), &parts);
                    }
                    batch.resealed += u64::try_from(resealed).unwrap_or_default();
                }
                Ok((batch, last))
            }
        )*
    };
}

sealed_tables!(rows);
