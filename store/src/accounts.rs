//! Accounts: who may sign in, with which installations, and what the API stores about them outside
//! the protocol's own tables.

mod bounds;
mod enrolment;
mod failures;
mod idempotency;
mod installations;
mod one_time;
mod refresh;
mod second_factor;

pub use bounds::LateWork;
pub use enrolment::{Enrolled, NewDevice, Seat};
pub use failures::{Guesser, SignInFailures};
pub use idempotency::{Recalled, Request};
pub use installations::Installation;
pub use one_time::SignInState;
pub use refresh::{NewRefreshToken, Renewal, ShownRefreshToken};
pub use second_factor::{CodeSecret, SecondFactor};

use crate::Tx;
use crate::audit::Thing;
use crate::grants;
use crate::organisations::is_known;
use crate::page::{Page, Slice};
use crate::schema::{account, caseload, office};
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use ruhu_casework::administration::Within;
use ruhu_casework::facts::{Office, PersonFacts};
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// A person with an account.
#[derive(Clone, Debug)]
pub struct Account {
    /// The person.
    pub id: UserId,
    /// The login name.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Whether the account is enabled; a person whose account is disabled may only send their last
    /// work.
    pub active: bool,
    /// 工号: the staff number on watermarks and prints.
    pub staff_no: Option<String>,
    /// The password's hash; without one nobody can sign in.
    pub password_hash: Option<SecretString>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = account)]
pub(crate) struct AccountRow {
    id: Fixed<16>,
    login: String,
    name: String,
    active: bool,
    staff_no: Option<String>,
    password_hash: Option<String>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: UserId::of(row.id),
            login: row.login,
            name: row.name,
            active: row.active,
            staff_no: row.staff_no,
            password_hash: row.password_hash.map(SecretString::from),
        }
    }
}

/// A caseload, with the name that people know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseloadName {
    /// Its stream.
    pub stream: StreamId,
    /// Its name.
    pub name: String,
    /// Its area's code.
    pub area: String,
}

impl Tx {
    /// The account with this login.
    pub fn account_by_login(&mut self, login: &str) -> Stored<Option<Account>> {
        // PostgreSQL rejects NUL; no login contains one.
        if login.contains('\0') {
            return Ok(None);
        }
        let row: Option<AccountRow> = self.run(|connection| {
            on_both!(connection, |c| account::table
                .filter(account::login.eq(login))
                .select(AccountRow::as_select())
                .first(c)
                .optional())
        })?;
        Ok(row.map(Account::from))
    }

    /// The account of this person.
    pub fn account(&mut self, user: UserId) -> Stored<Option<Account>> {
        let row: Option<AccountRow> = self.run(|connection| {
            on_both!(connection, |c| account::table
                .find(user.fixed())
                .select(AccountRow::as_select())
                .first(c)
                .optional())
        })?;
        Ok(row.map(Account::from))
    }

    /// Adds an account; returns whether it was added, or the login or the id is taken.
    pub fn add_account(&mut self, new: &Account) -> Stored<bool> {
        self.must_write()?;
        self.touch(Thing::Account, new.id.0);
        let hash = new.password_hash.as_ref().map(|h| h.expose_secret());
        let added = self.run(|connection| {
            let values = (
                account::id.eq(new.id.fixed()),
                account::login.eq(&new.login),
                account::name.eq(&new.name),
                account::password_hash.eq(hash),
                account::active.eq(new.active),
                account::staff_no.eq(&new.staff_no),
            );
            on_both!(connection, |c| diesel::insert_into(account::table)
                .values(values)
                .on_conflict_do_nothing()
                .execute(c))
        })?;
        Ok(added == 1)
    }

    /// Sets a person's password; returns whether the account exists. A password that had to be
    /// changed no longer does.
    pub fn set_password_hash(&mut self, user: UserId, hash: &SecretString) -> Stored<bool> {
        self.must_write()?;
        self.touch(Thing::Account, user.0);
        self.forget_one_time(user)?;
        let changed = self.run(|connection| {
            let query = diesel::update(account::table.find(user.fixed()))
                .set(account::password_hash.eq(hash.expose_secret()));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(changed == 1)
    }

    /// Enables or disables an account; returns whether it exists.
    pub fn set_account_active(&mut self, user: UserId, active: bool) -> Stored<bool> {
        self.must_write()?;
        self.touch(Thing::Account, user.0);
        self.forget_late_work(user)?;
        let changed = self.run(|connection| {
            let query =
                diesel::update(account::table.find(user.fixed())).set(account::active.eq(active));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(changed == 1)
    }

    /// Gives a person an office, with an id of its own.
    pub fn add_office(&mut self, id: uuid::Uuid, user: UserId, new: &Office) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::Office, id);
        self.forget_late_work(user)?;
        self.run(|connection| {
            let values = (
                office::id.eq(Fixed(*id.as_bytes())),
                office::account.eq(user.fixed()),
                office::role.eq(new.role.as_str()),
                office::area.eq(&new.area),
                office::first_day.eq(new.first_day.to_string()),
                office::last_day.eq(new.last_day.map(|day| day.to_string())),
            );
            on_both!(connection, |c| diesel::insert_into(office::table).values(values).execute(c))
        })?;
        Ok(())
    }

    /// Everything that affects a person's rights. A person without an account is treated like one
    /// whose account is disabled.
    pub fn person_facts(&mut self, user: UserId) -> Stored<PersonFacts> {
        grants::facts(self, user)
    }

    /// The names of those of these streams that are caseloads, in order of their names.
    pub fn caseload_names(&mut self, streams: &[StreamId]) -> Stored<Vec<CaseloadName>> {
        let rows: Vec<(Fixed<16>, String, String)> = self.run(|connection| {
            let query = caseload::table
                .filter(caseload::id.eq_any(streams.iter().map(|stream| stream.fixed())))
                .order((caseload::name, caseload::id))
                .select((caseload::id, caseload::name, caseload::area));
            on_both!(connection, |c| query.load(c))
        })?;
        let named = |(id, name, area)| CaseloadName { stream: StreamId::of(id), name, area };
        Ok(rows.into_iter().map(named).collect())
    }
}

/// Accounts in order of their names, without credentials.
pub(crate) fn account_page(
    tx: &mut Tx,
    page: Page<Uuid>,
    within: &Within,
) -> Stored<Slice<Account, Uuid>> {
    let rows: Vec<AccountRow> = tx.run(|connection| {
        on_both!(connection, |c| account::table
            .filter(account::id.gt(page.begins_after()))
            .filter(is_known(within))
            .order(account::id)
            .limit(page.fetched())
            .select(AccountRow::as_select())
            .load(c))
    })?;
    let account = |row| Account { password_hash: None, ..Account::from(row) };
    Ok(page.cut(rows.into_iter().map(account).collect(), |account| account.id.0))
}

#[cfg(test)]
mod tests;
