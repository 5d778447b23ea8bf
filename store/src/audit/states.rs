//! Digests of accounts, rights, devices and keys. Each change writes the row's new state into the
//! chained log, so a row that was changed behind the service's back differs from the log's last
//! state of it.

use super::thing::Thing;
use crate::Tx;
use crate::schema::audit_log::dsl as lines;
use crate::schema::{
    account, audit_head, caseload, contract, device, membership, membership_entry, office,
    one_time_password, provider, provider_ban, second_factor, signing_key,
};
use crate::values::Fixed;
use diesel::prelude::*;
use ruhu_sync::chain::to_hex;
use ruhu_sync::storage::Stored;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use strum::VariantArray as _;
use uuid::Uuid;

/// Rows per statement.
const CHUNK_ROWS: usize = 1_000;

/// The state of a row that the service removed.
pub(super) const GONE: &str = "-";

/// A column's value, as bytes for a digest.
trait Hashed {
    fn bytes(&self) -> Option<Vec<u8>>;
}

impl Hashed for String {
    fn bytes(&self) -> Option<Vec<u8>> {
        Some(self.clone().into_bytes())
    }
}

impl Hashed for bool {
    fn bytes(&self) -> Option<Vec<u8>> {
        Some(vec![u8::from(*self)])
    }
}

impl Hashed for i32 {
    fn bytes(&self) -> Option<Vec<u8>> {
        Some(self.to_be_bytes().to_vec())
    }
}

impl Hashed for i64 {
    fn bytes(&self) -> Option<Vec<u8>> {
        Some(self.to_be_bytes().to_vec())
    }
}

impl Hashed for Vec<u8> {
    fn bytes(&self) -> Option<Vec<u8>> {
        Some(self.clone())
    }
}

impl Hashed for Fixed<16> {
    fn bytes(&self) -> Option<Vec<u8>> {
        Some(self.0.to_vec())
    }
}

impl<T: Hashed> Hashed for Option<T> {
    fn bytes(&self) -> Option<Vec<u8>> {
        self.as_ref().and_then(Hashed::bytes)
    }
}

fn digest(word: &str, id: Fixed<16>, columns: impl IntoIterator<Item = Option<Vec<u8>>>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"ruhu state 1");
    hasher.update(word);
    hasher.update(id.0);
    for column in columns {
        let length = column.as_ref().map_or(u64::MAX, |bytes| bytes.len() as u64);
        hasher.update(length.to_be_bytes());
        hasher.update(column.unwrap_or_default());
    }
    to_hex(&<[u8; 32]>::from(hasher.finalize()))
}

macro_rules! columns {
    ($($thing:ident = $table:ident.$id:ident { $($column:ident: $type:ty),* })*) => {
        impl Thing {
            /// The states of these rows, or of all.
            pub(super) fn states(
                self,
                tx: &mut Tx,
                ids: Option<&[Fixed<16>]>,
            ) -> Stored<BTreeMap<Uuid, String>> {
                match self {
                    $(Self::$thing => {
                        let rows: Vec<(Fixed<16>, ($($type,)*))> = tx.run(|connection| {
                            on_both!(connection, |c| {
                                let columns = ($($table::$column,)*);
                                let mut query =
                                    $table::table.select(($table::$id, columns)).into_boxed();
                                if let Some(ids) = ids {
                                    query = query.filter($table::$id.eq_any(ids));
                                }
                                query.load(c)
                            })
                        })?;
                        let state = |(id, ($($column,)*)): (Fixed<16>, ($($type,)*))| {
                            let state = digest(self.as_str(), id, [$($column.bytes()),*]);
                            (Uuid::from_bytes(id.0), state)
                        };
                        Ok(rows.into_iter().map(state).collect())
                    })*
                }
            }
        }
    };
}

columns! {
    Account = account.id {
        login: String, name: String, password_hash: Option<String>, active: bool,
        staff_no: Option<String>, made_in: String
    }
    Office = office.id {
        account: Fixed<16>, role: String, area: String, first_day: String, last_day: Option<String>
    }
    Provider = provider.id { name: String, uscc: Option<String> }
    Ban = provider_ban.id {
        provider: Fixed<16>, first_day: String, last_day: String, reason: String,
        area: String
    }
    Contract = contract.id {
        provider: Fixed<16>, purchaser_area: String, first_day: String, last_day: String,
        over_one_year_reason: Option<String>
    }
    Caseload = caseload.id { contract: Fixed<16>, area: String, name: String }
    Membership = membership.id {
        account: Fixed<16>, caseload: Fixed<16>, first_day: String, last_day: Option<String>
    }
    Entry = membership_entry.membership {
        education: Option<String>, title: Option<String>, exception_reason: Option<String>
    }
    Device = device.id {
        account: Fixed<16>, enrolled_at: i64, revoked_at: Option<i64>,
        reported_lost_at: Option<i64>
    }
    SigningKey = signing_key.account { key_id: i32, key: Vec<u8>, set_at: i64 }
    OneTimePassword = one_time_password.account { expires_at: i64 }
    SecondFactor = second_factor.account {
        enrolled_at: i64, is_confirmed: bool, recovery_codes: String
    }
}

impl Tx {
    /// Marks a row as changed in this transaction.
    pub(crate) fn touch(&mut self, thing: Thing, id: Uuid) {
        self.touched.insert((thing, id));
    }

    /// The current states of all marked rows, as a line of the log stores them.
    pub(super) fn touched_states(&mut self) -> Stored<String> {
        let touched = std::mem::take(&mut self.touched);
        let mut states_text = String::new();
        for thing in Thing::VARIANTS {
            let ids = touched.iter().filter(|(of, _)| of == thing);
            let ids: Vec<_> = ids.map(|(_, id)| Fixed(*id.as_bytes())).collect();
            for ids in ids.chunks(CHUNK_ROWS) {
                let mut states = thing.states(self, Some(ids))?;
                for id in ids.iter().map(|id| Uuid::from_bytes(id.0)) {
                    let state = states.remove(&id).unwrap_or_else(|| GONE.to_owned());
                    states_text += &format!("{} {id} {state}\n", thing.as_str());
                }
            }
        }
        Ok(states_text)
    }

    /// Writes one line with the states of everything that is watched for the first time.
    pub(crate) fn begin_audit_log(&mut self) -> Stored<()> {
        let watched = self.watched()?;
        if Thing::VARIANTS.iter().all(|thing| watched.contains(thing)) {
            return Ok(());
        }
        for thing in Thing::VARIANTS.iter().filter(|thing| !watched.contains(thing)) {
            // A table that was removed from the list and put back is not read in again: that would
            // launder changes made meanwhile.
            if !self.log_mentions(*thing)? {
                let there = thing.states(self, None)?;
                self.touched.extend(there.into_keys().map(|id| (*thing, id)));
            }
        }
        let words: Vec<_> = Thing::VARIANTS.iter().map(|thing| thing.as_str()).collect();
        self.run(|connection| {
            let query =
                diesel::update(audit_head::table).set(audit_head::watched.eq(words.join(" ")));
            on_both!(connection, |c| query.execute(c))
        })?;
        match self.touched.is_empty() {
            true => Ok(()),
            false => self.audit_by_nobody(super::Act::Begun),
        }
    }

    /// The tables that the log says it watches.
    pub(super) fn watched(&mut self) -> Stored<BTreeSet<Thing>> {
        let words: Option<String> = self.run(|connection| {
            let query = audit_head::table.select(audit_head::watched);
            on_both!(connection, |c| query.first(c).optional())
        })?;
        Ok(words.unwrap_or_default().split(' ').filter_map(|word| word.parse().ok()).collect())
    }

    fn log_mentions(&mut self, thing: Thing) -> Stored<bool> {
        let word = thing.as_str();
        let (first, later) = (format!("{word} %"), format!("%\n{word} %"));
        let told: i64 = self.run(|connection| {
            let tells = lines::states.like(&first).or(lines::states.like(&later));
            on_both!(connection, |c| lines::audit_log.filter(tells).count().get_result(c))
        })?;
        Ok(told > 0)
    }
}
