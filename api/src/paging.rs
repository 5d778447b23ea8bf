//! Lists over HTTP, page by page: what a caller may ask, and the cursors in between.

use crate::problem::{Answer, Kind, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ruhu_store::page::Page;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;
use utoipa::IntoParams;

/// How many rows a page has, if nothing is asked.
const LIMIT: u16 = 100;
/// How many it has at most.
const LIMIT_MAX: u16 = 200;

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// The cursor that the page before gave as `next`; left out to begin. Filters are asked again
    /// with it.
    after: Option<String>,
    /// The most rows to give, 1 to 200; 100 if it is left out.
    #[param(example = 100, minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// A list with its name, which its cursors bear, and the type of its places.
pub(crate) struct List<P> {
    name: &'static str,
    place: PhantomData<fn() -> P>,
}

impl<P: Serialize + DeserializeOwned> List<P> {
    /// The list of this name. No two have the same one.
    pub(crate) const fn named(name: &'static str) -> Self {
        Self { name, place: PhantomData }
    }

    /// Reads which part is asked for.
    pub(crate) fn page(&self, asked: &Paging) -> Answer<Page<P>> {
        let limit = asked.limit.unwrap_or(LIMIT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(Problem::new(Kind::InvalidRequest).detail(
                format!("limit 应在 1 到 {LIMIT_MAX} 之间。"),
                format!("limit lies between 1 and {LIMIT_MAX}."),
            ));
        }
        let after = match &asked.after {
            None => None,
            Some(cursor) => Some(self.read(cursor).ok_or_else(no_cursor)?),
        };
        Ok(Page { after, limit })
    }

    /// The cursor with which the list goes on, if it does.
    pub(crate) fn next(&self, place: Option<P>) -> Answer<Option<String>> {
        place.map(|place| self.write(&place)).transpose()
    }

    fn write(&self, place: &P) -> Answer<String> {
        let place = serde_json::to_string(place).map_err(Problem::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(format!("{} {place}", self.name)))
    }

    fn read(&self, cursor: &str) -> Option<P> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (name, place) = text.split_once(' ')?;
        serde_json::from_str(place).ok().filter(|_| name == self.name)
    }
}

fn no_cursor() -> Problem {
    Problem::new(Kind::InvalidRequest).detail(
        "after 不是这份列表的翻页标记：请填上一页返回的 next；从头读则不填。",
        "after is no cursor of this list: give the next of the page before, or leave it out to \
         begin.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ruhu_sync::id::{Instant, RecordId};
    use uuid::Uuid;

    const WAITING: List<(Instant, RecordId)> = List::named("waiting");
    const PLACE: (Instant, RecordId) = (Instant(-7), RecordId(Uuid::from_u128(9)));

    fn asked(after: &str) -> Paging {
        Paging { after: Some(after.to_owned()), limit: None }
    }

    #[test]
    fn a_list_goes_on_where_its_cursor_says() {
        let cursor = WAITING.next(Some(PLACE)).expect("a cursor").expect("a cursor");
        let page = WAITING.page(&asked(&cursor)).expect("a page");
        assert_eq!(page, Page { after: Some(PLACE), limit: 100 });
        assert_eq!(WAITING.next(None).expect("no cursor"), None);
    }

    #[test]
    fn a_cursor_of_another_list_or_of_none_is_refused() {
        let other = List::<(Instant, RecordId)>::named("done");
        let of_another = other.write(&PLACE).expect("a cursor");
        let twice = format!("{of_another}{of_another}");
        let blank = URL_SAFE_NO_PAD.encode("waiting ");
        for cursor in
            ["", "x", "0192e4a0-0000-7000-8000-000000000007", "入", &of_another, &twice, &blank]
        {
            let refused = WAITING.page(&asked(cursor)).expect_err(cursor);
            assert_eq!(refused.kind(), Kind::InvalidRequest, "{cursor}");
        }
    }

    #[test]
    fn a_limit_of_none_or_past_the_most_is_refused() {
        for limit in [1, 200] {
            let asked = Paging { after: None, limit: Some(limit) };
            assert_eq!(WAITING.page(&asked).expect("a page").limit, limit);
        }
        for limit in [0, 201, u16::MAX] {
            let asked = Paging { after: None, limit: Some(limit) };
            assert_eq!(WAITING.page(&asked).expect_err("refused").kind(), Kind::InvalidRequest);
        }
    }
}
