//! What staff did to the organisations: numbered without a gap, never changed, never removed.

use super::{name, ranges};
use crate::Tx;
use crate::connection::Connection;
use crate::page::{Page, Slice};
use crate::schema::{account, organisation_log, server};
use crate::values::{Fixed, Name, counted, counter};
use diesel::dsl::max;
use diesel::prelude::*;
use ruhu_casework::administration::Within;
use ruhu_sync::id::{Instant, UserId};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Instant,
    /// By whom; none at the server's own command line.
    pub by: Option<UserId>,
    /// What.
    pub act: String,
    /// To which provider, contract, caseload, membership, office, account or form's version.
    pub subject: Uuid,
    /// In which area; none if it is of no one area.
    pub area: Option<String>,
    /// What was asked and what it changed, as JSON.
    pub detail: String,
}

/// One thing that was done, with its number and who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// 1, 2, 3 … without a gap.
    pub number: u64,
    /// The name of who did it.
    pub by_name: Option<String>,
    /// The entry.
    pub entry: LogEntry,
}

type Row = (i64, i64, Option<Fixed<16>>, String, Fixed<16>, Option<String>, String, Option<String>);

impl Tx {
    /// Makes changes of the organisations wait for each other, to the end of the transaction. They
    /// are few, and what one is judged by (bans, other places of a person) another may change.
    /// Taken after the idempotency key and before anything is read.
    pub fn lock_organisations(&mut self) -> Stored<()> {
        self.must_write()?;
        self.run(|connection| match connection {
            // SQLite has one writer anyhow.
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres(c) => {
                server::table.select(server::epoch).for_update().first::<Fixed<16>>(c).map(drop)
            }
        })
    }

    /// Writes down what was done; gives its number. Under [`Tx::lock_organisations`].
    pub fn log_organisations(&mut self, entry: &LogEntry) -> Stored<u64> {
        self.must_write()?;
        let last: Option<i64> = self.run(|connection| {
            let query = organisation_log::table.select(max(organisation_log::number));
            on_both!(connection, |c| query.first(c))
        })?;
        let number = last.unwrap_or(0) + 1;
        self.run(|connection| {
            let values = (
                organisation_log::number.eq(number),
                organisation_log::done_at.eq(entry.at.0),
                organisation_log::account.eq(entry.by.map(UserId::fixed)),
                organisation_log::act.eq(&entry.act),
                organisation_log::subject.eq(name(entry.subject)),
                organisation_log::area.eq(&entry.area),
                organisation_log::detail.eq(&entry.detail),
            );
            on_both!(connection, |c| diesel::insert_into(organisation_log::table)
                .values(values)
                .execute(c))
        })?;
        let number = counted(number);
        self.note(number)
    }

    /// What was done after a number, inside these areas or in none, oldest first.
    pub fn organisation_log(
        &mut self,
        page: Page<u64>,
        within: &Within,
    ) -> Stored<Slice<LogRow, u64>> {
        let after = page.after.unwrap_or_default();
        let ranges = ranges(within);
        let rows: Vec<Row> = self.run(|connection| {
            on_both!(connection, |c| {
                let is_after = || organisation_log::number.gt(counter(after));
                let mut query = organisation_log::table
                    .left_join(account::table)
                    .filter(is_after().and(organisation_log::area.is_null()))
                    .select((
                        organisation_log::number,
                        organisation_log::done_at,
                        organisation_log::account,
                        organisation_log::act,
                        organisation_log::subject,
                        organisation_log::area,
                        organisation_log::detail,
                        account::name.nullable(),
                    ))
                    .order(organisation_log::number)
                    .limit(page.fetched())
                    .into_boxed();
                for (first, end) in &ranges {
                    let area = organisation_log::area;
                    let is_inside = area.ge(*first).and(area.lt(end));
                    query = query.or_filter(is_after().and(is_inside).assume_not_null());
                }
                query.load(c)
            })
        })?;
        let rows = rows.into_iter().map(row_of).collect::<Stored<_>>()?;
        Ok(page.cut(rows, |row| row.number))
    }
}

fn row_of((number, at, by, act, subject, area, detail, by_name): Row) -> Stored<LogRow> {
    let (at, by) = (Instant(at), by.map(UserId::of));
    let subject = Uuid::from_bytes(subject.0);
    let entry = LogEntry { at, by, act, subject, area, detail };
    Ok(LogRow { number: counted(number)?, by_name, entry })
}
