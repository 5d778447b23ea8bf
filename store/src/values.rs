//! Values as both databases store them: names and hashes as bytes of fixed length, counters as
//! signed 64-bit integers, days as ISO texts.

use crate::failure::corrupt;
use chrono::NaiveDate;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow, FromStaticSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;
use ruhu_sync::id::Instant;
use ruhu_sync::storage::Stored;

/// Bytes of fixed length, stored without an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct Fixed<const N: usize>(pub(crate) [u8; N]);

impl<const N: usize, DB> ToSql<Binary, DB> for Fixed<N>
where
    DB: Backend,
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_slice().to_sql(out)
    }
}

fn fixed<const N: usize>(bytes: &[u8]) -> deserialize::Result<Fixed<N>> {
    match bytes.try_into() {
        Ok(bytes) => Ok(Fixed(bytes)),
        Err(_) => Err("a name or hash of another length".into()),
    }
}

impl<const N: usize> FromSql<Binary, Pg> for Fixed<N> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        fixed(value.as_bytes())
    }
}

impl<const N: usize> FromSql<Binary, Sqlite> for Fixed<N> {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        fixed(value.read_blob())
    }
}

/// A typed name of the protocol, and its sixteen bytes.
pub(crate) trait Name: Copy {
    /// The bytes.
    fn fixed(self) -> Fixed<16>;
    /// The name from its bytes.
    fn of(bytes: Fixed<16>) -> Self;
}

macro_rules! names {
    ($($name:ident),*) => {$(
        impl Name for ruhu_sync::id::$name {
            fn fixed(self) -> Fixed<16> {
                Fixed(*self.as_bytes())
            }

            fn of(bytes: Fixed<16>) -> Self {
                Self(uuid::Uuid::from_bytes(bytes.0))
            }
        }

        impl From<Fixed<16>> for ruhu_sync::id::$name {
            fn from(bytes: Fixed<16>) -> Self {
                Self::of(bytes)
            }
        }
    )*};
}

names!(RecordId, DeviceId, StreamId, UserId, GroupId, Epoch);

/// A stored instant.
#[derive(Clone, Copy, Debug, FromSqlRow)]
pub struct At(i64);

impl<DB: Backend> FromSql<BigInt, DB> for At
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(value).map(Self)
    }
}

impl From<At> for Instant {
    fn from(at: At) -> Self {
        Self(at.0)
    }
}

/// A stored day.
#[derive(Clone, Debug, FromSqlRow)]
pub struct Day(String);

impl<DB: Backend> FromSql<Text, DB> for Day
where
    String: FromSql<Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(value).map(Self)
    }
}

impl TryFrom<Day> for NaiveDate {
    type Error = chrono::ParseError;

    fn try_from(day: Day) -> Result<Self, Self::Error> {
        day.0.parse()
    }
}

/// A stored last day; none while it is open.
#[derive(Clone, Debug)]
pub struct LastDay(Option<Day>);

impl<DB: Backend> Queryable<Nullable<Text>, DB> for LastDay
where
    Option<Day>: FromStaticSqlRow<Nullable<Text>, DB>,
{
    type Row = Option<Day>;

    fn build(day: Option<Day>) -> deserialize::Result<Self> {
        Ok(Self(day))
    }
}

impl TryFrom<LastDay> for Option<NaiveDate> {
    type Error = chrono::ParseError;

    fn try_from(day: LastDay) -> Result<Self, Self::Error> {
        day.0.map(NaiveDate::try_from).transpose()
    }
}

/// A counter as a database stores it. No counter comes near 2^63; a requested bound beyond it is no
/// bound.
pub(crate) fn counter(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl From<Fixed<16>> for uuid::Uuid {
    fn from(bytes: Fixed<16>) -> Self {
        Self::from_bytes(bytes.0)
    }
}

/// A stored counter.
pub(crate) fn counted(value: i64) -> Stored<u64> {
    u64::try_from(value).map_err(|_| corrupt("a counter is negative"))
}

/// A stored day.
pub(crate) fn day(text: &str) -> Stored<NaiveDate> {
    text.parse().map_err(|_| corrupt("a day is no day"))
}

/// A text that both databases accept.
pub(crate) use ruhu_sync::chain::storable as text;

/// PostgreSQL rejects NUL; no status contains one.
pub(crate) fn is_no_status(status: Option<&str>) -> bool {
    status.is_some_and(|status| status.contains('\0'))
}
