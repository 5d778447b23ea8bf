//! The audit log: what people did apart from records, and every change of an account or a right.
//! Numbered without gaps, each line chained to the previous one, never changed, never removed.

mod line;
mod read;
mod states;
mod thing;
mod verify;

pub(crate) use line::Line;
pub use read::{LogLine, WantedLines};
pub use ruhu_casework::acts::Act;
pub use thing::Thing;
pub(crate) use thing::Touched;
pub use verify::{LogAudit, LogHead};
pub(crate) use verify::{audit_log, log_head};

use crate::Tx;
use crate::connection::Connection;
use crate::schema::{audit_head, audit_log as lines};
use crate::values::{Fixed, Name, counted};
use diesel::prelude::*;
use ruhu_sync::chain::{self, Hash};
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// One line. Nothing in it is anybody's personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The time.
    pub at: Instant,
    /// The actor; none at the server's own command line, or without an account.
    pub by: Option<UserId>,
    /// The actor's device.
    pub device: Option<DeviceId>,
    /// The act.
    pub act: Act,
    /// The subject: an account, a device, an office, a record.
    pub subject: Option<Uuid>,
    /// The area; none if there is no single one.
    pub area: Option<String>,
    /// Details, as JSON.
    pub detail: String,
}

impl Entry {
    /// An act of a person at a device, with no area.
    pub fn by(user: UserId, device: DeviceId, act: Act, at: Instant) -> Self {
        let (by, device) = (Some(user), Some(device));
        Self { at, by, device, act, subject: None, area: None, detail: "{}".to_owned() }
    }

    /// An act at the server's own command line, or of the service itself.
    pub fn at_the_command_line(act: Act, at: Instant) -> Self {
        let detail = "{}".to_owned();
        Self { at, by: None, device: None, act, subject: None, area: None, detail }
    }

    /// Sets the subject.
    pub fn to(self, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..self }
    }
}

impl Tx {
    /// Writes a line; returns its number. Writers wait for each other until the end of their
    /// transactions, so this comes last in one.
    pub fn audit(&mut self, entry: &Entry) -> Stored<u64> {
        self.must_write()?;
        let states = self.touched_states()?;
        let (last, link) = self.lock_audit_head()?;
        let line = Line {
            number: last + 1,
            done_at: entry.at.0,
            account: entry.by.map(Name::fixed),
            device: entry.device.map(Name::fixed),
            act: entry.act.as_str().to_owned(),
            subject: entry.subject.map(|id| Fixed(*id.as_bytes())),
            area: entry.area.clone(),
            detail: entry.detail.clone(),
            states,
            chain: None,
        };
        let chain = Some(Fixed(line.link(&link)));
        let line = Line { chain, ..line };
        self.run(|connection| {
            on_both!(connection, |c| diesel::insert_into(lines::table).values(&line).execute(c))
        })?;
        self.run(|connection| {
            let head = (audit_head::last.eq(line.number), audit_head::chain.eq(chain));
            on_both!(connection, |c| diesel::update(audit_head::table).set(head).execute(c))
        })?;
        let number = counted(line.number);
        self.note(number)
    }

    /// Writes a line for changes that have none yet: no change escapes the log.
    pub(crate) fn audit_what_is_left(&mut self) -> Stored<()> {
        if self.touched.is_empty() {
            return Ok(());
        }
        self.audit_by_nobody(Act::Unattributed)
    }

    pub(crate) fn audit_by_nobody(&mut self, act: Act) -> Stored<()> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
        self.audit(&Entry::at_the_command_line(act, at)).map(drop)
    }

    /// The last number and its link. If no line is chained yet, computes the link over all of them.
    fn lock_audit_head(&mut self) -> Stored<(i64, Hash)> {
        let (last, link): (i64, Option<Fixed<32>>) = self.run(|connection| {
            let head = audit_head::table.select((audit_head::last, audit_head::chain));
            match connection {
                // SQLite has a single writer anyway.
                Connection::Sqlite(c) => head.first(c),
                Connection::Postgres(c) => head.for_update().first(c),
            }
        })?;
        if let Some(link) = link {
            return Ok((last, link.0));
        }
        let unchained: Vec<Line> = self.run(|connection| {
            on_both!(connection, |c| lines::table
                .order(lines::number)
                .select(Line::as_select())
                .load(c))
        })?;
        let link = unchained.iter().fold(chain::START, |link, line| line.link(&link));
        Ok((last, link))
    }
}
