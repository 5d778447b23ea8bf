//! The audit log: what people did beside the records, and every change of an account or a right.
//! Numbered without a gap, each line chained to the one before it, never changed, never removed.

mod line;
mod states;
mod verify;

pub(crate) use line::Line;
pub use states::Thing;
pub(crate) use states::Touched;
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

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What was done.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Act {
            $($(#[$doc])* $name,)*
            /// Something arranged by staff, under its own word: providers, contracts, offices, forms.
            Arranged(String),
        }

        impl Act {
            /// The words of all acts but the arranged ones.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// Its stable word.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Arranged(word) => word,
                }
            }
        }
    };
}

acts! {
    /// The log began: the accounts and rights that were there before it.
    Begun = "log_begun",
    /// Accounts or rights were written by the program with nobody to name: the demo's, or a job's.
    Unattributed = "rows_written",
    /// A sign-in with the right password.
    SignedIn = "signed_in",
    /// One that was refused. It names the account if there is one, never what was typed.
    SignInFailed = "sign_in_failed",
    /// All sign-ins of a device were ended by its person.
    SignedOut = "signed_out",
    /// A replaced refresh token came back, which ended the sign-ins of its device.
    RefreshReused = "refresh_reused",
    /// The sign-ins of a device were ended.
    DeviceRevoked = "device_revoked",
    /// A device was reported lost.
    DeviceLost = "device_lost",
    /// The report of a loss was taken back.
    DeviceFound = "device_found",
    /// A person's password was changed, which ended the person's other sign-ins.
    PasswordChanged = "password_changed",
    /// A PIN was set.
    PinSet = "pin_set",
    /// Words were erased from the journal by right.
    Erased = "journal_erased",
    /// Rows were sealed anew under another key.
    Resealed = "rows_resealed",
}

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
        let states = self.told_states()?;
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

    /// Writes a line for changes that no line tells of: none is ever made behind the log's back.
    pub(crate) fn audit_what_is_left(&mut self) -> Stored<()> {
        if self.touched.is_empty() {
            return Ok(());
        }
        self.audit_by_nobody(Act::Unattributed)
    }

    pub(crate) fn audit_by_nobody(&mut self, act: Act) -> Stored<()> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let at = Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
        let detail = "{}".to_owned();
        self.audit(&Entry { at, by: None, device: None, act, subject: None, area: None, detail })?;
        Ok(())
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
