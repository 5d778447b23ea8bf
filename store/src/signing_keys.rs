//! The keys that prove people's signatures on another's tablet, sealed.

use crate::Tx;
use crate::codec::Place;
use crate::failure::corrupt;
use crate::schema::signing_key;
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use diesel::upsert::excluded;
use ruhu_sync::chain::to_hex;
use ruhu_sync::id::{Instant, UserId};
use ruhu_sync::rules::SigningKey;
use ruhu_sync::storage::Stored;

const KEY: &str = "signing_key.key";

/// The keys of those of these people who have set one.
pub(crate) fn find(tx: &mut Tx, users: &[UserId]) -> Stored<Vec<(UserId, SigningKey)>> {
    let rows: Vec<(Fixed<16>, i32, Vec<u8>)> = tx.run(|connection| {
        let query = signing_key::table
            .filter(signing_key::account.eq_any(users.iter().map(|user| user.fixed())))
            .order(signing_key::account)
            .select((signing_key::account, signing_key::key_id, signing_key::key));
        on_both!(connection, |c| query.load(c))
    })?;
    let (session, keys) = tx.session();
    let opened = rows
        .into_iter()
        .map(|(account, key_id, sealed)| {
            let place = Place { column: KEY, row: &[&account.0] };
            let text = session.codec.open(keys, key_id, place, sealed)?;
            let key = from_hex(text).ok_or_else(|| corrupt("a signing key"))?;
            Ok((UserId::of(account), key))
        })
        .collect();
    tx.note(opened)
}

fn from_hex(text: &str) -> Option<SigningKey> {
    let mut key = SigningKey::default();
    if text.len() != 2 * key.len() || !text.is_ascii() {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(key)
}

impl Tx {
    /// Sets a person's key, in the place of an earlier one.
    pub fn set_signing_key(&mut self, user: UserId, key: &SigningKey, at: Instant) -> Stored<()> {
        self.must_write()?;
        let account = user.fixed();
        let (session, keys) = self.session();
        let place = Place { column: KEY, row: &[&account.0] };
        let sealed = session.codec.seal(keys, place, &to_hex(key));
        let (key_id, sealed) = self.note(sealed)?;
        self.run(|connection| {
            let row = (
                signing_key::account.eq(account),
                signing_key::key_id.eq(i32::from(key_id.0)),
                signing_key::key.eq(sealed),
                signing_key::set_at.eq(at.0),
            );
            insert!(connection, signing_key::table, &[row][..], |insert| insert
                .on_conflict(signing_key::account)
                .do_update()
                .set((
                    signing_key::key_id.eq(excluded(signing_key::key_id)),
                    signing_key::key.eq(excluded(signing_key::key)),
                    signing_key::set_at.eq(excluded(signing_key::set_at)),
                )))
        })?;
        Ok(())
    }
}
