//! What staff did to the organisations: numbered without a gap, never changed, never removed.

use super::ranges;
use crate::Tx;
use crate::audit::{Act, Entry};
use crate::connection::Connection;
use crate::page::{Page, Slice};
use crate::schema::{account, audit_log, server};
use crate::values::{Fixed, Name, counted, counter};
use diesel::prelude::*;
use diesel::sql_types::Bool;
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

type Row = (
    i64,
    i64,
    Option<Fixed<16>>,
    String,
    Option<Fixed<16>>,
    Option<String>,
    String,
    Option<String>,
);

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
        self.audit(&Entry {
            at: entry.at,
            by: entry.by,
            device: None,
            act: Act::Arranged(entry.act.clone()),
            subject: Some(entry.subject),
            area: entry.area.clone(),
            detail: entry.detail.clone(),
        })
    }

    /// What was done after a number, inside these areas, oldest first. What is of no one area is the
    /// whole city's.
    pub fn organisation_log(
        &mut self,
        page: Page<u64>,
        within: &Within,
    ) -> Stored<Slice<LogRow, u64>> {
        let after = page.after.unwrap_or_default();
        let ranges = ranges(within);
        let citys = within.contains("");
        let rows: Vec<Row> = self.run(|connection| {
            on_both!(connection, |c| {
                let is_after = || {
                    let is_arranged = audit_log::act.ne_all(Act::WORDS);
                    audit_log::number.gt(counter(after)).and(is_arranged)
                };
                let mut query = audit_log::table
                    .left_join(account::table)
                    .filter(is_after().and(audit_log::area.is_null()).and(citys.into_sql::<Bool>()))
                    .select((
                        audit_log::number,
                        audit_log::done_at,
                        audit_log::account,
                        audit_log::act,
                        audit_log::subject,
                        audit_log::area,
                        audit_log::detail,
                        account::name.nullable(),
                    ))
                    .order(audit_log::number)
                    .limit(page.fetched())
                    .into_boxed();
                for (first, end) in &ranges {
                    let area = audit_log::area;
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
    let subject = subject.map_or(Uuid::nil(), |subject| Uuid::from_bytes(subject.0));
    let entry = LogEntry { at, by, act, subject, area, detail };
    Ok(LogRow { number: counted(number)?, by_name, entry })
}
