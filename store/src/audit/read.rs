//! The audit log for readers: newest first, inside the reader's areas.

use crate::Tx;
use crate::organisations::{inside, is_administered};
use crate::page::{Page, Slice};
use crate::schema::{account, audit_log};
use crate::values::{Fixed, Name, counted, counter};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use ruhu_casework::acts::Act;
use ruhu_casework::administration::Within;
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A filter for lines.
#[derive(Clone, Debug, Default)]
pub struct WantedLines {
    /// The reader's areas: lines of these areas, and those whose actor, or whose subject's person,
    /// is administered there.
    pub within: Within,
    /// Only acts of this person.
    pub by: Option<UserId>,
    /// Only with this subject: a person, and the person's devices; a record; anything else by its
    /// name.
    pub subject: Option<Uuid>,
    /// Only this act.
    pub act: Option<Act>,
    /// Not before this time.
    pub from: Option<Instant>,
    /// Before this time.
    pub until: Option<Instant>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// 1, 2, 3 … without a gap, over all areas.
    pub number: u64,
    /// The time.
    pub at: Instant,
    /// The actor; none at the server's own command line, or without an account.
    pub by: Option<UserId>,
    /// The actor's current name.
    pub by_name: Option<String>,
    /// The actor's device.
    pub device: Option<DeviceId>,
    /// The act, as a stable code.
    pub act: String,
    /// The subject.
    pub subject: Option<Uuid>,
    /// The subject's current name, if it is a person with an account.
    pub subject_name: Option<String>,
    /// The area; none if there is no single one.
    pub area: Option<String>,
    /// Details, as JSON.
    pub detail: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_log)]
struct Row {
    number: i64,
    done_at: i64,
    account: Option<Fixed<16>>,
    device: Option<Fixed<16>>,
    act: String,
    subject: Option<Fixed<16>>,
    area: Option<String>,
    detail: String,
}

/// The lines inside these areas. The administered people are found once, not per line.
fn visible(within: &Within) -> String {
    let people = format!("(SELECT account.id FROM account WHERE {})", is_administered(within));
    format!(
        "({} OR audit_log.account IN {people} OR audit_log.subject IN {people} OR \
         audit_log.subject IN (SELECT d.id FROM device AS d WHERE d.account IN {people}))",
        inside("audit_log.area", within)
    )
}

impl Tx {
    /// Lines of the log, newest first.
    pub fn audit_lines(
        &mut self,
        wanted: &WantedLines,
        page: Page<u64>,
    ) -> Stored<Slice<LogLine, u64>> {
        let rows: Vec<Row> = self.run(|connection| {
            on_both!(connection, |c| {
                let mut query = audit_log::table
                    .select(Row::as_select())
                    .order(audit_log::number.desc())
                    .limit(page.fetched())
                    .into_boxed();
                if !wanted.within.contains("") {
                    query = query.filter(sql::<Bool>(&visible(&wanted.within)));
                }
                if let Some(before) = page.after {
                    query = query.filter(audit_log::number.lt(counter(before)));
                }
                if let Some(by) = wanted.by {
                    query = query.filter(audit_log::account.eq(by.fixed()));
                }
                if let Some(subject) = wanted.subject {
                    let name = Fixed(*subject.as_bytes());
                    let devices = crate::schema::device::table
                        .filter(crate::schema::device::account.eq(name))
                        .select(crate::schema::device::id.nullable());
                    let it = audit_log::subject.eq(name);
                    query =
                        query.filter(it.or(audit_log::subject.eq_any(devices)).assume_not_null());
                }
                if let Some(act) = wanted.act {
                    query = query.filter(audit_log::act.eq(act.as_str()));
                }
                if let Some(from) = wanted.from {
                    query = query.filter(audit_log::done_at.ge(from.0));
                }
                if let Some(until) = wanted.until {
                    query = query.filter(audit_log::done_at.lt(until.0));
                }
                query.load(c)
            })
        })?;
        let names = self.names_in(&rows)?;
        let line = |row| line_of(row, &names);
        let lines = rows.into_iter().map(line).collect::<Stored<_>>()?;
        Ok(page.cut(lines, |line| line.number))
    }

    fn names_in(&mut self, rows: &[Row]) -> Stored<BTreeMap<Fixed<16>, String>> {
        let named = rows.iter().flat_map(|row| [row.account, row.subject]);
        let ids: Vec<_> = named.flatten().collect();
        let names: Vec<(Fixed<16>, String)> = self.run(|connection| {
            let query = account::table
                .filter(account::id.eq_any(&ids))
                .select((account::id, account::name));
            on_both!(connection, |c| query.load(c))
        })?;
        Ok(names.into_iter().collect())
    }
}

fn line_of(row: Row, names: &BTreeMap<Fixed<16>, String>) -> Stored<LogLine> {
    let name = |id: Option<Fixed<16>>| names.get(&id?).cloned();
    Ok(LogLine {
        number: counted(row.number)?,
        at: Instant(row.done_at),
        by: row.account.map(UserId::of),
        by_name: name(row.account),
        device: row.device.map(DeviceId::of),
        act: row.act,
        subject: row.subject.map(Uuid::from),
        subject_name: name(row.subject),
        area: row.area,
        detail: row.detail,
    })
}
