//! Lists, page by page. A list has one total order; a page begins after a place in it, so that what
//! is added or taken away meanwhile neither hides a row nor shows one twice.

use crate::values::{Fixed, Name};
use ruhu_sync::id::{Instant, RecordId};
use uuid::Uuid;

/// A place in a list of records: the instant by which it is ordered, and the record's name.
pub type Place = (Instant, RecordId);

/// Which part of a list is asked for. `P` is a place: the values that the list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page<P> {
    /// What comes after this place; none to begin.
    pub after: Option<P>,
    /// The most rows to give.
    pub limit: u16,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T, P> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// The place of the last row, if more come after it.
    pub next: Option<P>,
}

impl<P> Page<P> {
    /// How many rows to fetch: one more than is given, which tells whether more come.
    pub(crate) fn fetched(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The part that is given of the rows that were fetched.
    pub fn cut<T>(&self, mut rows: Vec<T>, place: impl Fn(&T) -> P) -> Slice<T, P> {
        let limit = usize::from(self.limit);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(place);
        Slice { rows, next }
    }
}

impl Page<Place> {
    /// Where it begins: below everything, if no place is named.
    pub(crate) fn begins_after(&self) -> (i64, Fixed<16>) {
        self.after.map_or((i64::MIN, Fixed([0; 16])), |(at, id)| (at.0, id.fixed()))
    }
}

impl Page<Uuid> {
    /// The name that it begins after, in a list in order of names.
    pub(crate) fn begins_after(&self) -> Fixed<16> {
        Fixed(*self.after.unwrap_or_default().as_bytes())
    }
}

impl<T, P> Slice<T, P> {
    /// A list with nothing in it.
    pub fn empty() -> Self {
        Self { rows: Vec::new(), next: None }
    }

    /// The same part, with each row as something else.
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
