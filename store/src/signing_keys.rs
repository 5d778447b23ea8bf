//! The keys that prove people's signatures on another's tablet, sealed; and the counts of recent
//! wrong proofs.

use crate::Tx;
use crate::audit::Thing;
use crate::codec::Place;
use crate::failure::corrupt;
use crate::schema::{signature_failure, signing_key};
use crate::sealed::Column;
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use diesel::upsert::excluded;
use ruhu_sync::chain::to_hex;
use ruhu_sync::grants::Grants;
use ruhu_sync::id::{Instant, UserId};
use ruhu_sync::signing::{Failures, Signer, Signers, SigningKey};
use ruhu_sync::storage::Stored;
use std::collections::BTreeMap;

/// The purpose for deriving the service's secrets for proofs.
pub const PROOFS: &str = "signature proofs";

/// Data for checking these people's signatures when another person pushes them.
pub(crate) fn signers(
    tx: &mut Tx,
    by: UserId,
    signers: &[UserId],
    now: Instant,
) -> Stored<Signers> {
    let keys = find(tx, signers)?;
    let known: Vec<_> = keys.iter().map(|(user, _)| *user).collect();
    let failures = lock_failures(tx, by, &known, now)?;
    let people = keys.into_iter().map(|(user, key)| {
        let failures = failures.get(&user).copied().unwrap_or_default().at(now);
        (user, Signer { key, failures, grants: Grants::default() })
    });
    let people = people.collect();
    Ok(Signers { secrets: tx.session().1.derive_each(PROOFS), people })
}

/// The counts of earlier failures. Writing a row unchanged locks it, and creates it if there is
/// none.
fn lock_failures(
    tx: &mut Tx,
    by: UserId,
    signers: &[UserId],
    now: Instant,
) -> Stored<BTreeMap<UserId, Failures>> {
    if signers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let none = Failures { count: 0, since: now };
    let rows = signers.iter().map(|signer| failure_row(by, *signer, none)).collect::<Vec<_>>();
    tx.run(|connection| {
        insert!(connection, signature_failure::table, &rows[..], |insert| insert
            .on_conflict((signature_failure::sent_by, signature_failure::signer))
            .do_update()
            .set(signature_failure::failures.eq(signature_failure::failures)))
    })?;
    let rows: Vec<(Fixed<16>, i32, i64)> = tx.run(|connection| {
        let query = signature_failure::table
            .filter(signature_failure::sent_by.eq(by.fixed()))
            .filter(signature_failure::signer.eq_any(signers.iter().map(|user| user.fixed())))
            .select((
                signature_failure::signer,
                signature_failure::failures,
                signature_failure::since,
            ));
        on_both!(connection, |c| query.load(c))
    })?;
    let failures = |(signer, count, since)| {
        let count = u32::try_from(count).unwrap_or_default();
        (UserId::of(signer), Failures { count, since: Instant(since) })
    };
    Ok(rows.into_iter().map(failures).collect())
}

#[derive(Insertable)]
#[diesel(table_name = signature_failure, treat_none_as_default_value = false)]
struct FailureRow {
    sent_by: Fixed<16>,
    signer: Fixed<16>,
    failures: i32,
    since: i64,
}

fn failure_row(by: UserId, signer: UserId, failures: Failures) -> FailureRow {
    FailureRow {
        sent_by: by.fixed(),
        signer: signer.fixed(),
        failures: i32::try_from(failures.count).unwrap_or(i32::MAX),
        since: failures.since.0,
    }
}

pub(crate) fn save_failures(tx: &mut Tx, by: UserId, failed: &[(UserId, Failures)]) -> Stored<()> {
    let rows = failed.iter().map(|(signer, failures)| failure_row(by, *signer, *failures));
    let rows = rows.collect::<Vec<_>>();
    tx.run(|connection| {
        insert!(connection, signature_failure::table, &rows[..], |insert| insert
            .on_conflict((signature_failure::sent_by, signature_failure::signer))
            .do_update()
            .set((
                signature_failure::failures.eq(excluded(signature_failure::failures)),
                signature_failure::since.eq(excluded(signature_failure::since)),
            )))
    })?;
    Ok(())
}

/// The keys of those of these people who have set one.
fn find(tx: &mut Tx, users: &[UserId]) -> Stored<Vec<(UserId, SigningKey)>> {
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
            let place = Place { column: Column::SIGNING_KEY, row: &[&account.0] };
            let text = session.codec.open(keys, key_id, place, sealed)?;
            let key = from_hex(text).ok_or_else(|| corrupt("a signing key"))?;
            Ok((UserId::of(account), key))
        })
        .collect();
    tx.note(opened)
}

pub(crate) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut key = [0; N];
    if text.len() != 2 * key.len() || !text.is_ascii() {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(key)
}

impl Tx {
    /// Sets a person's key, replacing an earlier one.
    pub fn set_signing_key(&mut self, user: UserId, key: &SigningKey, at: Instant) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::SigningKey, user.0);
        let account = user.fixed();
        let (session, keys) = self.session();
        let place = Place { column: Column::SIGNING_KEY, row: &[&account.0] };
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
