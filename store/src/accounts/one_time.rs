//! One-time passwords, and the rest of a person's credentials besides the password.

use super::{Account, AccountRow};
use crate::Tx;
use crate::audit::Thing;
use crate::connection::Connection;
use crate::schema::{account, one_time_password, second_factor};
use crate::values::Name;
use diesel::prelude::*;
use ruhu_sync::id::{Instant, UserId};
use ruhu_sync::storage::Stored;
use secrecy::SecretString;

/// The state of a person's credentials besides the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInState {
    /// Somebody else set the password, and it has to be changed: when it expires.
    pub one_time_until: Option<Instant>,
    /// A code is required, too.
    pub has_second_factor: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = one_time_password)]
pub(super) struct StateRow {
    #[diesel(select_expression = one_time_password::expires_at.nullable())]
    one_time_until: Option<i64>,
    #[diesel(select_expression = second_factor::is_confirmed.nullable())]
    is_confirmed: Option<bool>,
}

impl From<StateRow> for SignInState {
    fn from(row: StateRow) -> Self {
        Self {
            one_time_until: row.one_time_until.map(Instant),
            has_second_factor: row.is_confirmed.unwrap_or(false),
        }
    }
}

impl Tx {
    /// Locks this person's account to the end of the transaction: nobody changes the credentials
    /// meanwhile.
    pub fn lock_account(&mut self, user: UserId) -> Stored<Option<Account>> {
        self.must_write()?;
        let row: Option<AccountRow> = self.run(|connection| {
            let account = account::table.find(user.fixed());
            match connection {
                Connection::Sqlite(c) => {
                    account.select(AccountRow::as_select()).first(c).optional()
                }
                // Rows that reference the account may still be added.
                Connection::Postgres(c) => {
                    account.select(AccountRow::as_select()).for_no_key_update().first(c).optional()
                }
            }
        })?;
        Ok(row.map(Account::from))
    }

    /// The state of this person's credentials.
    pub fn sign_in_state(&mut self, user: UserId) -> Stored<SignInState> {
        let row: Option<StateRow> = self.run(|connection| {
            on_both!(connection, |c| account::table
                .left_join(one_time_password::table)
                .left_join(second_factor::table)
                .filter(account::id.eq(user.fixed()))
                .select(StateRow::as_select())
                .first(c)
                .optional())
        })?;
        Ok(row.map(SignInState::from).unwrap_or_default())
    }

    /// Sets a password that has to be changed at the next sign-in, and expires at an instant.
    /// Returns whether the account exists.
    pub fn set_one_time_password(
        &mut self,
        user: UserId,
        hash: &SecretString,
        expires_at: Instant,
    ) -> Stored<bool> {
        if !self.set_password_hash(user, hash)? {
            return Ok(false);
        }
        self.touch(Thing::OneTimePassword, user.0);
        self.run(|connection| {
            let values = (
                one_time_password::account.eq(user.fixed()),
                one_time_password::expires_at.eq(expires_at.0),
            );
            on_both!(connection, |c| diesel::insert_into(one_time_password::table)
                .values(values)
                .execute(c))
        })?;
        Ok(true)
    }

    /// Marks the password as the person's own again.
    pub(super) fn forget_one_time(&mut self, user: UserId) -> Stored<()> {
        let gone = self.run(|connection| {
            let query = diesel::delete(one_time_password::table.find(user.fixed()));
            on_both!(connection, |c| query.execute(c))
        })?;
        if gone > 0 {
            self.touch(Thing::OneTimePassword, user.0);
        }
        Ok(())
    }
}
