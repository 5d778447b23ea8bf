//! Idempotency keys: a REST write that is repeated gets the same answer and happens once. Key and
//! answer are written in the transaction of the write itself. The key, a text of the client's, is
//! not stored; and nobody without it can guess the request from what is.

use crate::Tx;
use crate::codec::Place;
use crate::failure::corrupt;
use crate::schema::idempotency_key;
use crate::sealed::Column;
use crate::values::{Fixed, Name};
use diesel::prelude::*;
use ruhu_sync::id::{Instant, UserId};
use ruhu_sync::storage::Stored;
use sha2::{Digest as _, Sha256};

/// A request with an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The sender: keys of different people are independent.
    pub user: UserId,
    /// The key.
    pub key: &'a str,
    /// SHA-256 of method, address and body.
    pub hash: [u8; 32],
}

/// The state of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recalled {
    /// It is new: the key is reserved for it now, until the end of the transaction at least.
    New,
    /// It was answered before, with this.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
    /// The key was used for another request.
    Other,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_key)]
struct Row {
    request_hash: Fixed<32>,
    status: Option<i32>,
    key_id: Option<i32>,
    response: Option<Vec<u8>>,
}

/// A request as it is stored: under the hash of sender and key, with the hash of request and key.
struct Hashed {
    name: Fixed<32>,
    request: Fixed<32>,
}

impl Hashed {
    fn of(request: &Request<'_>) -> Self {
        let hash = |purpose: &str, of: &[u8]| {
            let mut hasher = Sha256::new();
            hasher.update(purpose);
            hasher.update(of);
            hasher.update(request.key);
            Fixed(hasher.finalize().into())
        };
        Self {
            name: hash("ruhu idempotency key 1", request.user.as_bytes()),
            request: hash("ruhu idempotency request 1", &request.hash),
        }
    }

    fn with_place<T>(&self, work: impl FnOnce(Place<'_>) -> T) -> T {
        work(Place { column: Column::RESPONSE, row: &[&self.name.0] })
    }
}

impl Tx {
    /// Reserves the key for this request, or returns the earlier result. It is the first statement
    /// of a transaction: of two concurrent repeats, the second waits here for the first.
    pub fn recall(&mut self, request: &Request<'_>, now: Instant) -> Stored<Recalled> {
        self.must_write()?;
        let hashed = Hashed::of(request);
        let taken = self.run(|connection| {
            let values = (
                idempotency_key::name.eq(hashed.name),
                idempotency_key::account.eq(request.user.fixed()),
                idempotency_key::request_hash.eq(hashed.request),
                idempotency_key::created_at.eq(now.0),
            );
            on_both!(connection, |c| diesel::insert_into(idempotency_key::table)
                .values(values)
                .on_conflict(idempotency_key::name)
                .do_nothing()
                .execute(c))
        })?;
        if taken == 1 {
            return Ok(Recalled::New);
        }
        let row: Row = self.run(|connection| {
            on_both!(connection, |c| idempotency_key::table
                .find(hashed.name)
                .select(Row::as_select())
                .first(c))
        })?;
        let answered = self.open_answer(&hashed, row);
        self.note(answered)
    }

    fn open_answer(&mut self, hashed: &Hashed, row: Row) -> Stored<Recalled> {
        if row.request_hash != hashed.request {
            return Ok(Recalled::Other);
        }
        // A key without an answer would be a transaction that reserved it and gave none.
        let (Some(status), Some(key_id), Some(response)) = (row.status, row.key_id, row.response)
        else {
            return Err(corrupt("an idempotency key without its answer"));
        };
        let (session, keys) = self.session();
        let body = hashed.with_place(|place| session.codec.open(keys, key_id, place, response))?;
        Ok(Recalled::Answered {
            status: u16::try_from(status).map_err(|_| corrupt("an answer's status"))?,
            body: body.to_owned(),
        })
    }

    /// Stores the answer. Belongs to the same transaction as [`Tx::recall`] and the write.
    pub fn remember(&mut self, request: &Request<'_>, status: u16, body: &str) -> Stored<()> {
        self.must_write()?;
        let hashed = Hashed::of(request);
        let (session, keys) = self.session();
        let sealed = hashed.with_place(|place| session.codec.seal(keys, place, body));
        let (key_id, sealed) = self.note(sealed)?;
        let changed = self.run(|connection| {
            let query = diesel::update(idempotency_key::table.find(hashed.name)).set((
                idempotency_key::status.eq(i32::from(status)),
                idempotency_key::key_id.eq(i32::from(key_id.0)),
                idempotency_key::response.eq(sealed),
            ));
            on_both!(connection, |c| query.execute(c))
        })?;
        match changed {
            1 => Ok(()),
            _ => self.note(Err(corrupt("an idempotency key that nobody took"))),
        }
    }

    /// Removes keys reserved before an instant; returns how many.
    pub fn forget_requests(&mut self, before: Instant) -> Stored<usize> {
        self.must_write()?;
        self.run(|connection| {
            let query = diesel::delete(
                idempotency_key::table.filter(idempotency_key::created_at.lt(before.0)),
            );
            on_both!(connection, |c| query.execute(c))
        })
    }
}
