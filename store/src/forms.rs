//! The shelf of forms in the database: publications and retirements.

use crate::Tx;
use crate::failure::corrupt;
use crate::schema::{form_retirement, form_shelf, form_version};
use crate::shelves::ShelfSeen;
use crate::values::{Fixed, Name, counted, day};
use chrono::NaiveDate;
use diesel::prelude::*;
use ruhu_casework::shelf::{PublishedForm, Retirement, Shelf};
use ruhu_sync::id::{Instant, UserId};
use ruhu_sync::storage::Stored;
use std::sync::Arc;

/// A form to be published.
#[derive(Clone, Copy, Debug)]
pub struct NewForm<'a> {
    /// Its id.
    pub form: &'a str,
    /// Its version.
    pub version: u32,
    /// Its text.
    pub text: &'a str,
    /// SHA-256 of its canonical text.
    pub hash: [u8; 32],
    /// The time.
    pub at: Instant,
    /// The publisher.
    pub by: UserId,
}

impl Tx {
    /// The forms and the rules over them, as this transaction sees them. One statement, the first
    /// time; the forms are read only if something has changed since this process last read them.
    pub fn shelf(&mut self) -> Stored<Arc<Shelf>> {
        if let Some(seen) = &self.shelf.seen {
            return Ok(Arc::clone(seen));
        }
        let generation: i64 = self.run(|connection| {
            let query = form_shelf::table.select(form_shelf::generation);
            on_both!(connection, |c| query.first(c))
        })?;
        let known = self.shelves.latest().filter(|known| known.generation() == generation);
        let shelf = match known {
            Some(known) if !self.shelf.has_changed => known,
            _ => Arc::new(self.read_shelf(generation)?),
        };
        if !self.shelf.has_changed {
            self.shelves.keep(&shelf);
        }
        self.shelf.seen = Some(Arc::clone(&shelf));
        Ok(shelf)
    }

    fn read_shelf(&mut self, generation: i64) -> Stored<Shelf> {
        let published: Vec<(String, i64)> = self.run(|connection| {
            let query = form_version::table
                .order((form_version::form, form_version::version))
                .select((form_version::text, form_version::published_at));
            on_both!(connection, |c| query.load(c))
        })?;
        let retired: Vec<(String, i64, String)> = self.run(|connection| {
            let query = form_retirement::table.select((
                form_retirement::form,
                form_retirement::version,
                form_retirement::last_day,
            ));
            on_both!(connection, |c| query.load(c))
        })?;
        let published = published.into_iter();
        let published = published.map(|(text, at)| PublishedForm { text, at: Instant(at) });
        let retired: Stored<Vec<_>> = retired.into_iter().map(retirement).collect();
        let shelf = self.shelves.built_in.with(generation, published.collect(), &retired?);
        let broken = |error| corrupt(&format!("this build cannot read a published form: {error}"));
        self.note(shelf.map_err(broken))
    }

    /// Publishes a form. Under [`Tx::lock_organisations`].
    pub fn publish_form(&mut self, new: &NewForm<'_>) -> Stored<()> {
        self.must_write()?;
        self.run(|connection| {
            let values = (
                form_version::form.eq(new.form),
                form_version::version.eq(i64::from(new.version)),
                form_version::text.eq(new.text),
                form_version::hash.eq(Fixed(new.hash)),
                form_version::published_at.eq(new.at.0),
                form_version::published_by.eq(new.by.fixed()),
            );
            on_both!(connection, |c| diesel::insert_into(form_version::table)
                .values(values)
                .execute(c))
        })?;
        self.shelf_has_changed()
    }

    /// Retires a form's version after a last day, or withdraws that. Under
    /// [`Tx::lock_organisations`].
    pub fn retire_form(
        &mut self,
        form: &str,
        version: u32,
        last_day: Option<NaiveDate>,
    ) -> Stored<()> {
        self.must_write()?;
        let version = i64::from(version);
        self.run(|connection| {
            let held = form_retirement::table.find((form, version));
            on_both!(connection, |c| diesel::delete(held).execute(c))
        })?;
        if let Some(last_day) = last_day {
            self.run(|connection| {
                let values = (
                    form_retirement::form.eq(form),
                    form_retirement::version.eq(version),
                    form_retirement::last_day.eq(last_day.to_string()),
                );
                on_both!(connection, |c| diesel::insert_into(form_retirement::table)
                    .values(values)
                    .execute(c))
            })?;
        }
        self.shelf_has_changed()
    }

    fn shelf_has_changed(&mut self) -> Stored<()> {
        self.shelf = ShelfSeen { seen: None, has_changed: true };
        self.run(|connection| {
            let query = diesel::update(form_shelf::table)
                .set(form_shelf::generation.eq(form_shelf::generation + 1));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(())
    }
}

fn retirement((form, version, last_day): (String, i64, String)) -> Stored<Retirement> {
    let version = u32::try_from(counted(version)?).map_err(|_| corrupt("a form's version"))?;
    Ok(Retirement { form, version, last_day: day(&last_day)? })
}
