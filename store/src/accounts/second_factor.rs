//! Second factors: the secret behind a person's codes, sealed, and the remaining recovery codes.

use crate::Tx;
use crate::audit::Thing;
use crate::codec::Place;
use crate::failure::corrupt;
use crate::schema::second_factor;
use crate::sealed::Column;
use crate::signing_keys::from_hex;
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use ruhu_sync::chain::to_hex;
use ruhu_sync::id::{Instant, UserId};
use ruhu_sync::storage::Stored;

/// The secret that codes are made from.
pub type CodeSecret = [u8; 20];

/// A person's second factor.
#[derive(Clone)]
pub struct SecondFactor {
    /// When enrolment began. The sealed secret is bound to it.
    pub enrolled_at: Instant,
    /// It is confirmed by a right code: sign-ins require it.
    pub is_confirmed: bool,
    /// The secret.
    pub secret: CodeSecret,
    /// The time step of the last accepted code.
    pub last_step: i64,
    /// Hashes of the remaining recovery codes.
    pub recovery_codes: Vec<String>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = second_factor)]
struct Row {
    enrolled_at: i64,
    is_confirmed: bool,
    key_id: i32,
    secret: Vec<u8>,
    last_step: i64,
    recovery_codes: String,
}

impl Tx {
    /// A person's second factor, locked to the end of the transaction: of two callers that present
    /// one code at the same moment, one is let in.
    pub fn lock_second_factor(&mut self, user: UserId) -> Stored<Option<SecondFactor>> {
        self.must_write()?;
        self.run(|connection| {
            // Writing a row unchanged locks it.
            let query = diesel::update(second_factor::table.find(user.fixed()))
                .set(second_factor::last_step.eq(second_factor::last_step));
            on_both!(connection, |c| query.execute(c))
        })?;
        self.second_factor(user)
    }

    /// A person's second factor.
    pub fn second_factor(&mut self, user: UserId) -> Stored<Option<SecondFactor>> {
        let account: Fixed<16> = user.fixed();
        let row: Option<Row> = self.run(|connection| {
            on_both!(connection, |c| second_factor::table
                .find(account)
                .select(Row::as_select())
                .first(c)
                .optional())
        })?;
        let Some(row) = row else {
            return Ok(None);
        };
        let (session, keys) = self.session();
        let name: [&[u8]; 2] = [&account.0, &row.enrolled_at.to_be_bytes()];
        let place = Place { column: Column::SECOND_FACTOR, row: &name };
        let secret = session
            .codec
            .open(keys, row.key_id, place, row.secret)
            .and_then(|text| from_hex(text).ok_or_else(|| corrupt("a second factor")));
        let secret = self.note(secret)?;
        Ok(Some(SecondFactor {
            enrolled_at: Instant(row.enrolled_at),
            is_confirmed: row.is_confirmed,
            secret,
            last_step: row.last_step,
            recovery_codes: row.recovery_codes.lines().map(str::to_owned).collect(),
        }))
    }

    /// Stores a person's second factor, replacing an earlier one.
    pub fn save_second_factor(&mut self, user: UserId, new: &SecondFactor) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::SecondFactor, user.0);
        let account: Fixed<16> = user.fixed();
        let (session, keys) = self.session();
        let enrolled_at = new.enrolled_at.0;
        let place =
            Place { column: Column::SECOND_FACTOR, row: &[&account.0, &enrolled_at.to_be_bytes()] };
        let sealed = session.codec.seal(keys, place, &to_hex(&new.secret));
        let (key_id, sealed) = self.note(sealed)?;
        self.run(|connection| {
            let values = (
                second_factor::enrolled_at.eq(enrolled_at),
                second_factor::is_confirmed.eq(new.is_confirmed),
                second_factor::key_id.eq(i32::from(key_id.0)),
                second_factor::secret.eq(sealed),
                second_factor::last_step.eq(new.last_step),
                second_factor::recovery_codes.eq(new.recovery_codes.join("\n")),
            );
            on_both!(connection, |c| diesel::insert_into(second_factor::table)
                .values((second_factor::account.eq(account), values.clone()))
                .on_conflict(second_factor::account)
                .do_update()
                .set(values)
                .execute(c))
        })?;
        Ok(())
    }

    /// Stores the time step of an accepted code.
    pub fn note_code_taken(&mut self, user: UserId, step: i64) -> Stored<()> {
        self.must_write()?;
        self.run(|connection| {
            let query = diesel::update(second_factor::table.find(user.fixed()))
                .set(second_factor::last_step.eq(step));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(())
    }

    /// Removes a person's second factor; returns whether there was one.
    pub fn remove_second_factor(&mut self, user: UserId) -> Stored<bool> {
        self.must_write()?;
        let gone = self.run(|connection| {
            let query = diesel::delete(second_factor::table.find(user.fixed()));
            on_both!(connection, |c| query.execute(c))
        })?;
        if gone > 0 {
            self.touch(Thing::SecondFactor, user.0);
        }
        Ok(gone > 0)
    }
}
