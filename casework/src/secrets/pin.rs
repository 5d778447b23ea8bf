//! PINs.

use super::is_repeated;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// How many digits a PIN may have.
pub const PIN_DIGITS: RangeInclusive<usize> = 6..=12;

/// Why a PIN is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFault {
    /// It is not 6 to 12 digits.
    NotDigits,
    /// The same digits over and over, or mirrored: 000000, 112233, 123321.
    Repeated,
    /// Digits in a row, on the keys or in order: 123456, 147258.
    InARow,
    /// A day or a month: 900115, 19900115.
    Date,
    /// A common choice: 5201314.
    Common,
    /// It is part of the login or the staff number.
    OnesOwn,
}

/// Lines of keys on a phone, and numbers that read as a sentence.
const WALKS: &[&str] = &[
    "147258", "258369", "147369", "741852", "852963", "963852", "369258", "258147", "789456",
    "456123", "321654", "654987", "123654", "159357", "159753", "753951", "357159", "951753",
    "147896", "125896", "147852", "123698", "258456", "123789", "789123", "456789",
];
const COMMON: &[&str] = &[
    "5201314", "1314520", "520131", "131452", "521131", "521125", "201314", "168168", "888666",
    "666888", "518518", "110119", "110120", "120119", "147147", "314159", "31415926", "271828",
    "010203", "102030", "110110", "119119", "123580", "135790", "246810", "135246", "100861",
    "100865", "112358", "696969", "789654",
];

/// Why a PIN is refused, if it is. `own` are the person's own words: login, staff number.
pub fn pin_fault(pin: &str, own: &[&str]) -> Option<PinFault> {
    let digits = pin.as_bytes();
    if !PIN_DIGITS.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Some(PinFault::NotDigits);
    }
    let checks = [
        (is_in_a_row(digits) || WALKS.iter().any(|walk| pin.contains(walk)), PinFault::InARow),
        (is_monotonous(digits), PinFault::Repeated),
        (is_date(pin), PinFault::Date),
        (COMMON.iter().any(|common| pin.contains(common)), PinFault::Common),
        (own.iter().any(|own| own.contains(pin)), PinFault::OnesOwn),
    ];
    checks.into_iter().find_map(|(is_lazy, fault)| is_lazy.then_some(fault))
}

fn is_in_a_row(digits: &[u8]) -> bool {
    let step = |step: u8| digits.windows(2).all(|two| (two[0] - b'0' + step) % 10 == two[1] - b'0');
    step(1) || step(9)
}

fn is_monotonous(digits: &[u8]) -> bool {
    let distinct: BTreeSet<_> = digits.iter().collect();
    let mirrored = digits.iter().eq(digits.iter().rev());
    let in_runs = digits.chunk_by(|one, next| one == next).all(|run| run.len() >= 2);
    distinct.len() < 3 || mirrored || in_runs || is_repeated(digits)
}

/// A day as people write their birthdays, or a year with its month.
fn is_date(pin: &str) -> bool {
    let is_day = |text: &str| {
        text.len() == 8 && NaiveDate::parse_from_str(text, "%Y%m%d").is_ok() && is_year(text)
    };
    match pin.len() {
        6 => {
            ["19", "20"].iter().any(|century| is_day(&format!("{century}{pin}")))
                || is_day(&format!("{pin}01"))
        }
        8 => is_day(pin) || is_day(&format!("{}{}", &pin[4..], &pin[..4])),
        _ => false,
    }
}

fn is_year(text: &str) -> bool {
    text.starts_with("19") || text.starts_with("20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_that_are_guessed_first_are_not_taken() {
        let kinds = [
            (PinFault::NotDigits, &["12345", "1234567890123", "12345a", "１２３４５６", ""][..]),
            (
                PinFault::Repeated,
                &[
                    "000000",
                    "112233",
                    "123123",
                    "111222",
                    "100000",
                    "123321",
                    "787878",
                    "5225225225",
                ],
            ),
            (
                PinFault::InARow,
                &["123456", "654321", "890123", "210987", "0123456789", "147258", "159357"],
            ),
            (PinFault::Date, &["900115", "091231", "199001", "19900115", "01151990"]),
            (PinFault::Common, &["314159", "5201314", "31415926"]),
            (PinFault::OnesOwn, &["734918"]),
        ];
        for (fault, pins) in kinds {
            for pin in pins {
                assert_eq!(pin_fault(pin, &["w-734918x"]), Some(fault), "{pin}");
            }
        }
        for pin in ["900150", "473920", "8350274", "60291748"] {
            assert_eq!(pin_fault(pin, &["w-734918x"]), None, "{pin}");
        }
    }
}
