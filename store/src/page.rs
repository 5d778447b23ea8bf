//! Paged lists. A list has one total order, and a page begins after a position in it, so that
//! concurrent changes neither hide a row nor show one twice.

use crate::values::{Fixed, Name};
use ruhu_sync::id::{Instant, RecordId};
use uuid::Uuid;

/// A position in a list of records: the instant that orders it, and the record's name.
pub type Place = (Instant, RecordId);

/// The requested part of a list. `P` is a position: the values that order the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<P> {
    /// The position to begin after; none at the beginning.
    pub after: Option<P>,
    /// The maximum number of rows.
    pub limit: u16,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T, P> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// The position of the last row, if there are more.
    pub next: Option<P>,
}

impl<P> Page<P> {
    /// The number of rows to fetch: one more than the page has, which shows whether there are more.
    pub(crate) fn fetched(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The page made of the fetched rows.
    pub fn cut<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> P) -> Slice<T, P> {
        let limit = usize::from(self.limit);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(place);
        Slice { rows, next }
    }
}

impl Page<Place> {
    /// Where it begins: below everything, if there is no cursor.
    pub(crate) fn begins_after(&self) -> (i64, Fixed<16>) {
        self.after.map_or((i64::MIN, Fixed([0; 16])), |(at, id)| (at.0, id.fixed()))
    }
}

impl Page<Uuid> {
    /// The name to begin after, in a list in order of names.
    pub(crate) fn begins_after(&self) -> Fixed<16> {
        Fixed(*self.after.unwrap_or_default().as_bytes())
    }
}

impl<T, P> Slice<T, P> {
    /// An empty page.
    pub fn empty() -> Self {
        Self { rows: Vec::new(), next: None }
    }

    /// The same page with each row converted.
    pub fn map<U>(self, to: impl FnMut(T) -> U) -> Slice<U, P> {
        Slice { rows: self.rows.into_iter().map(to).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(rows: &[u8]) -> Slice<u8, u8> {
        Page { after: None, limit: 3 }.cut(rows.to_vec(), |row| *row)
    }

    #[test]
    fn a_page_that_is_exactly_full_has_no_next_one() {
        assert_eq!(cut(&[1, 2, 3]), Slice { rows: vec![1, 2, 3], next: None });
        assert_eq!(cut(&[]), Slice::empty());
    }

    #[test]
    fn one_row_past_the_limit_is_not_given_and_tells_of_more() {
        assert_eq!(cut(&[1, 2, 3, 4]), Slice { rows: vec![1, 2, 3], next: Some(3) });
    }
}
