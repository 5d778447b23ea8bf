//! Numbers that identify people and organisations, and their check digits.

use chrono::{Datelike, NaiveDate};
use thiserror::Error;

/// What a citizen's number says about its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdNumber {
    /// The birth date.
    pub birth_date: NaiveDate,
    /// The sex, as GB/T 2261.1 writes it: `1` male, `2` female.
    pub sex: &'static str,
}

/// Why a text is no citizen's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IdNumberFault {
    /// Not 17 digits and a digit or `X`.
    #[error("身份证号应为17位数字加1位数字或大写X")]
    Malformed,
    /// The eight digits of the birth date are no day of the calendar.
    #[error("身份证号中的出生日期不存在")]
    BirthDate,
    /// The last character does not follow from the others: a digit was misread.
    #[error("身份证号校验位不符")]
    CheckDigit,
}

impl IdNumberFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "id_no_malformed",
            Self::BirthDate => "id_no_birth_date",
            Self::CheckDigit => "id_no_check_digit",
        }
    }
}

const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECK_DIGITS: &[u8; 11] = b"10X98765432";

/// Reads a citizen's number (GB 11643-1999: weights, mod 11, `10X98765432`). The region prefix is
/// not checked: those of abolished counties and of the residence permits (81, 82, 83) are valid.
pub fn id_number(text: &str) -> Result<IdNumber, IdNumberFault> {
    let bytes: &[u8; 18] = text.as_bytes().try_into().map_err(|_| IdNumberFault::Malformed)?;
    let (digits, last) = (&bytes[..17], bytes[17]);
    if !digits.iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || last == b'X') {
        return Err(IdNumberFault::Malformed);
    }
    let number = |from: usize, to: usize| {
        digits[from..to].iter().fold(0u32, |sum, b| sum * 10 + u32::from(b - b'0'))
    };
    let birth_date = i32::try_from(number(6, 10))
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, number(10, 12), number(12, 14)))
        .filter(|day| day.year() > 0)
        .ok_or(IdNumberFault::BirthDate)?;
    let sum: u32 =
        digits.iter().zip(ID_WEIGHTS).map(|(b, weight)| u32::from(b - b'0') * weight).sum();
    if ID_CHECK_DIGITS[(sum % 11) as usize] != last {
        return Err(IdNumberFault::CheckDigit);
    }
    let sex = if (digits[16] - b'0') % 2 == 1 { "1" } else { "2" };
    Ok(IdNumber { birth_date, sex })
}

/// Why a text is no unified social credit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UsccFault {
    /// Not 18 of the 31 characters that the code is written with.
    #[error("统一社会信用代码应为18位，且不含I、O、S、V、Z")]
    Malformed,
    /// The last character does not follow from the others.
    #[error("统一社会信用代码校验位不符")]
    CheckDigit,
}

impl UsccFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "uscc_malformed",
            Self::CheckDigit => "uscc_check_digit",
        }
    }
}

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Checks a unified social credit code (统一社会信用代码, GB 32100-2015: base 31 without I O S V
/// Z, weights 3^i mod 31, check character 31 minus the remainder).
pub fn uscc(text: &str) -> Result<(), UsccFault> {
    if text.len() != 18 {
        return Err(UsccFault::Malformed);
    }
    let mut weight = 1;
    let mut sum = 0;
    let mut last = 0;
    for (at, byte) in text.bytes().enumerate() {
        let value =
            USCC_ALPHABET.iter().position(|known| *known == byte).ok_or(UsccFault::Malformed)?;
        if at < 17 {
            sum += value * weight;
            weight = weight * 3 % 31;
        } else {
            last = value;
        }
    }
    if (31 - sum % 31) % 31 == last { Ok(()) } else { Err(UsccFault::CheckDigit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_number_passes_and_says_its_holder() {
        let read = id_number("11010519491231002X");
        let born = NaiveDate::from_ymd_opt(1949, 12, 31).expect("day");
        assert_eq!(read, Ok(IdNumber { birth_date: born, sex: "2" }));
    }

    #[test]
    fn a_misread_check_digit_fails() {
        assert_eq!(id_number("110105194912310021"), Err(IdNumberFault::CheckDigit));
    }

    #[test]
    fn an_unknown_region_is_no_fault() {
        assert!(id_number("999999199001010016").is_ok());
    }

    #[test]
    fn a_birth_date_must_be_in_the_calendar() {
        assert_eq!(id_number("999999199002290018").err(), Some(IdNumberFault::BirthDate));
        assert_eq!(id_number("999999000001010018").err(), Some(IdNumberFault::BirthDate));
    }

    #[test]
    fn seventeen_digits_and_one_capital_are_needed() {
        for text in [
            "",
            "11010519491231002",
            "99999919491231002x",
            "11010519491231002XX",
            "1101051949123100XX",
            "１９999919491231002X",
        ] {
            assert_eq!(id_number(text).err(), Some(IdNumberFault::Malformed), "{text}");
        }
    }

    #[test]
    fn the_credit_code_that_passes_fails_with_any_other_last_character() {
        assert_eq!(uscc("91350100M000100Y43"), Ok(()));
        let passing = USCC_ALPHABET
            .iter()
            .filter(|last| uscc(&format!("91350100M000100Y4{}", char::from(**last))).is_ok());
        assert_eq!(passing.count(), 1);
    }

    #[test]
    fn a_credit_code_has_eighteen_characters_of_its_alphabet() {
        for text in [
            "",
            "91350100M000100Y4",
            "91350100M000100Y433",
            "91350100m000100Y43",
            "9135O100M000100Y43",
        ] {
            assert_eq!(uscc(text), Err(UsccFault::Malformed), "{text}");
        }
    }
}
