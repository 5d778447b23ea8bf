//! Recent wrong passwords. They are in the database, so that all processes count together.

use crate::Tx;
use crate::schema::sign_in_failure;
use crate::values::Fixed;
use diesel::prelude::*;
use diesel::upsert::excluded;
use ruhu_sync::id::Instant;
use ruhu_sync::storage::Stored;

/// A guesser, by a hash.
pub type Guesser = [u8; 32];

/// Wrong passwords of one guesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInFailures {
    /// The guesser.
    pub guesser: Guesser,
    /// Their number.
    pub count: u32,
    /// The time of the first of them.
    pub since: Instant,
}

type Row = (Fixed<32>, i32, i64);

impl Tx {
    /// The failures of these guessers; one without failures is left out.
    pub fn sign_in_failures(&mut self, guessers: &[Guesser]) -> Stored<Vec<SignInFailures>> {
        let rows: Vec<Row> = self.run(|connection| {
            let query = sign_in_failure::table
                .filter(sign_in_failure::name.eq_any(guessers.iter().map(|name| Fixed(*name))))
                .order(sign_in_failure::name)
                .select((sign_in_failure::name, sign_in_failure::failures, sign_in_failure::since));
            on_both!(connection, |c| query.load(c))
        })?;
        let read = |(name, count, since): Row| SignInFailures {
            guesser: name.0,
            count: u32::try_from(count).unwrap_or_default(),
            since: Instant(since),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Counts one more for each of these guessers. `still` says how many earlier ones still count.
    pub fn note_sign_in_failure(
        &mut self,
        guessers: &[Guesser],
        now: Instant,
        still: impl Fn(SignInFailures) -> SignInFailures,
    ) -> Stored<()> {
        self.must_write()?;
        let mut guessers = guessers.to_vec();
        guessers.sort_unstable();
        let none = |guesser: &Guesser| SignInFailures { guesser: *guesser, count: 0, since: now };
        let rows = guessers.iter().map(none).collect::<Vec<_>>();
        // Writing a row unchanged locks it: of two concurrent counts, neither is lost.
        self.save_sign_in_failures(&rows, false)?;
        let found = self.sign_in_failures(&guessers)?;
        let more = |before: SignInFailures| {
            let before = still(before);
            SignInFailures { count: before.count.saturating_add(1), ..before }
        };
        self.save_sign_in_failures(&found.into_iter().map(more).collect::<Vec<_>>(), true)
    }

    fn save_sign_in_failures(&mut self, all: &[SignInFailures], replace: bool) -> Stored<()> {
        let row = |one: &SignInFailures| {
            (
                sign_in_failure::name.eq(Fixed(one.guesser)),
                sign_in_failure::failures.eq(i32::try_from(one.count).unwrap_or(i32::MAX)),
                sign_in_failure::since.eq(one.since.0),
            )
        };
        let rows: Vec<_> = all.iter().map(row).collect();
        self.run(|connection| match replace {
            true => insert!(connection, sign_in_failure::table, &rows[..], |insert| insert
                .on_conflict(sign_in_failure::name)
                .do_update()
                .set((
                    sign_in_failure::failures.eq(excluded(sign_in_failure::failures)),
                    sign_in_failure::since.eq(excluded(sign_in_failure::since)),
                ))),
            false => insert!(connection, sign_in_failure::table, &rows[..], |insert| insert
                .on_conflict(sign_in_failure::name)
                .do_update()
                .set(sign_in_failure::failures.eq(sign_in_failure::failures))),
        })?;
        Ok(())
    }

    /// Removes failures that began before an instant; returns how many.
    pub fn forget_sign_in_failures(&mut self, before: Instant) -> Stored<usize> {
        self.must_write()?;
        self.run(|connection| {
            let query =
                diesel::delete(sign_in_failure::table.filter(sign_in_failure::since.lt(before.0)));
            on_both!(connection, |c| query.execute(c))
        })
    }
}
