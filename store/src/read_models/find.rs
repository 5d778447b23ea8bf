//! Lists of finds, one statement each.

use crate::Tx;
use crate::organisations::ranges;
use crate::page::{Page, Place, Slice};
use crate::schema::record;
use crate::values::{At, Fixed, Name, is_no_status};
use diesel::prelude::*;
use ruhu_casework::administration::Within;
use ruhu_casework::grants::user_stream;
use ruhu_sync::id::{Instant, RecordId, StreamId, UserId};
use ruhu_sync::storage::Stored;

read_model! {
    "find" in find_row,
    own { stream -> Binary, deleted -> Bool, }
    /// The listed fields of a find.
    FindListing {
        community_code -> Nullable<Text>,
        category -> Nullable<Text>,
        urgency -> Nullable<Text>,
        status -> Text,
        found_at -> Nullable<Text>,
    }
}

/// A find in a list.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = find_row)]
pub struct FindItem {
    /// Its name.
    #[diesel(deserialize_as = Fixed<16>)]
    pub id: RecordId,
    /// Its listed fields.
    #[diesel(embed)]
    pub listed: FindListing,
    /// When it took its current status.
    #[diesel(select_expression = record::status_since, deserialize_as = At)]
    pub since: Instant,
    /// When it last changed.
    #[diesel(select_expression = record::changed_at, deserialize_as = At)]
    pub changed_at: Instant,
}

/// A filter for finds.
#[derive(Clone, Debug)]
pub struct FindsAt {
    /// The reader, whose own finds are not listed here.
    pub reader: UserId,
    /// The areas of the places.
    pub within: Within,
    /// The streams whose finds are listed if their place is not known.
    pub streams: Vec<StreamId>,
}

impl FindsAt {
    /// Whether a find in this stream, with this place if it has one, matches.
    pub fn contains(&self, stream: StreamId, place: Option<&str>) -> bool {
        let is_here = match place {
            Some(place) => {
                ranges(&self.within).iter().any(|(first, end)| *first <= place && place < &**end)
            }
            None => self.streams.contains(&stream),
        };
        is_here && stream != user_stream(self.reader)
    }
}

impl Tx {
    /// The finds whose place is inside these areas, and those without a place in these streams; in
    /// one status if given. Ordered by how long they have been in their status, longest first.
    pub fn finds(
        &mut self,
        at_desk: &FindsAt,
        status: Option<&str>,
        page: Page<Place>,
    ) -> Stored<Slice<FindItem, Place>> {
        if is_no_status(status) {
            return Ok(Slice::empty());
        }
        let streams: Vec<_> = at_desk.streams.iter().map(|stream| stream.fixed()).collect();
        let ranges = ranges(&at_desk.within);
        let (at, id) = page.begins_after();
        let rows = self.run(|connection| {
            on_both!(connection, |c| {
                let place = || find_row::community_code.assume_not_null();
                let nowhere =
                    find_row::community_code.is_null().and(find_row::stream.eq_any(&streams));
                let mut here = find_row::table.filter(nowhere).select(find_row::id).into_boxed();
                for (first, end) in &ranges {
                    here = here.or_filter(place().ge(*first).and(place().lt(end)));
                }
                let mut query = record::table
                    .inner_join(find_row::table.on(find_row::id.eq(record::id)))
                    .filter(find_row::id.eq_any(here))
                    .filter(find_row::stream.ne(user_stream(at_desk.reader).fixed()))
                    .filter(find_row::deleted.eq(false))
                    .filter(record::status_since.ge(at))
                    .filter(record::status_since.gt(at).or(record::id.gt(id)))
                    .order((record::status_since, record::id))
                    .limit(page.fetched())
                    .select(FindItem::as_select())
                    .into_boxed();
                if let Some(status) = status {
                    query = query.filter(find_row::status.eq(status));
                }
                query.load(c)
            })
        })?;
        Ok(page.cut(rows, |item: &FindItem| (item.since, item.id)))
    }
}
