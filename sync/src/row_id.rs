//! The ids of rows. Canonical JSON orders members only by name, so the order in which rows were
//! written is the order of their ids.

use uuid::Uuid;

/// Bits of a UUIDv7 below its milliseconds.
const BELOW_TIME: u32 = 80;

/// An id for a row that comes after all present ones: the fresh UUIDv7 itself, or one of the next
/// millisecond if it does not sort after the last one, as when a clock was set back or several rows
/// are added at once. After an id that is not a UUID there is nothing to count on from.
pub fn after(fresh: Uuid, last: Option<&str>) -> Uuid {
    let last = last.and_then(|last| Uuid::try_parse(last).ok()).filter(|last| *last >= fresh);
    let next = last.and_then(|last| (last.as_u128() >> BELOW_TIME).checked_add(1));
    match next.filter(|milliseconds| *milliseconds < 1 << (128 - BELOW_TIME)) {
        Some(milliseconds) => {
            let chance = fresh.as_u128() & ((1 << BELOW_TIME) - 1);
            Uuid::from_u128(milliseconds << BELOW_TIME | chance)
        }
        None => fresh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(milliseconds: u128, chance: u128) -> Uuid {
        Uuid::from_u128(milliseconds << BELOW_TIME | 0x7 << 76 | 0x2 << 62 | chance)
    }

    #[test]
    fn a_row_comes_after_the_last_one_whatever_the_clock_says() {
        let text = |id: Uuid| id.to_string();
        for (fresh, last) in [
            (id(9, 1), id(8, 5)),
            (id(9, 1), id(9, 5)),
            (id(9, 5), id(9, 5)),
            (id(3, 1), id(700, 9)),
        ] {
            let next = after(fresh, Some(&text(last)));
            assert!(text(next) > text(last), "{next} after {last}");
            assert_eq!(next.get_version_num(), 7);
        }
        assert_eq!(after(id(9, 1), Some(&text(id(8, 5)))), id(9, 1));
        assert_eq!(after(id(9, 1), None), id(9, 1));
        assert_eq!(after(id(9, 1), Some("r9")), id(9, 1));
        assert_eq!(after(id(9, 1), Some(&text(Uuid::max()))), id(9, 1));
    }
}
