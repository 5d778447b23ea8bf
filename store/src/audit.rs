//! The audit log: what people did beside the records, and every change of an account or a right.
//! Numbered without a gap, each line chained to the one before it, never changed, never removed.

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

/// One thing that was done. Nothing in it is anybody's personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// By whom; none at the server's own command line, or by nobody who has an account.
    pub by: Option<UserId>,
    /// At which device.
    pub device: Option<DeviceId>,
    /// What.
    pub act: Act,
    /// To what: an account, a device, an office, a record.
    pub subject: Option<Uuid>,
    /// In which area; none if it is of no one area.
    pub area: Option<String>,
    /// What else there is to say, as JSON.
    pub detail: String,
}

impl Entry {
    /// Something done by a person at a device, of no one area.
    pub fn by(user: UserId, device: DeviceId, act: Act, at: Instant) -> Self {
        let (by, device) = (Some(user), Some(device));
        Self { at, by, device, act, subject: None, area: None, detail: "{}".to_owned() }
    }

    /// Something done at the server's own command line, or by the service of itself.
    pub fn at_the_command_line(act: Act, at: Instant) -> Self {
        let detail = "{}".to_owned();
        Self { at, by: None, device: None, act, subject: None, area: None, detail }
    }

    /// The same, to something.
    pub fn to(self, subject: Uuid) -> Self {
        Self { subject: Some(subject), ..self }
    }
}

impl Tx {
    /// Writes down what was done; gives its number. Appenders wait for each other to the end of
    /// their transactions, so this comes last in one.
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

    /// The last number and its link. Where no line is chained yet, the link of them all.
    fn lock_audit_head(&mut self) -> Stored<(i64, Hash)> {
        let (last, link): (i64, Option<Fixed<32>>) = self.run(|connection| {
            let head = audit_head::table.select((audit_head::last, audit_head::chain));
            match connection {
                // SQLite has one writer anyhow.
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
