//! The citizen's number (GB 11643-1999).

use thiserror::Error;

use crate::date::{Day, digits};

/// What a citizen's number says about its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdNumber {
    /// The birth date.
    pub birth_date: Day,
    /// The sex, as GB/T 2261.1 writes it: `1` male, `2` female.
    pub sex: &'static str,
}

/// Why a text is not a citizen's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
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

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS: &[u8; 11] = b"10X98765432";

/// Reads a citizen's number (weights, mod 11, `10X98765432`). The region prefix is not checked: those of abolished
/// counties and of the residence permits (81, 82, 83) are valid.
pub fn id_number(text: &str) -> Result<IdNumber, IdNumberFault> {
    let bytes: &[u8; 18] = text.as_bytes().try_into().map_err(|_| IdNumberFault::Malformed)?;
    let (number, last) = (&bytes[..17], bytes[17]);
    if !number.iter().all(u8::is_ascii_digit) || !(last.is_ascii_digit() || last == b'X') {
        return Err(IdNumberFault::Malformed);
    }
    let part = |from: usize, to: usize| digits(&number[from..to]).unwrap_or(0);
    let birth_date =
        Day::of(part(6, 10), part(10, 12), part(12, 14)).ok_or(IdNumberFault::BirthDate)?;
    let sum: u32 =
        number.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    if CHECK_DIGITS[(sum % 11) as usize] != last {
        return Err(IdNumberFault::CheckDigit);
    }
    let sex = if (number[16] - b'0') % 2 == 1 { "1" } else { "2" };
    Ok(IdNumber { birth_date, sex })
}

#[cfg(test)]
mod tests {
    use super::{IdNumberFault, id_number};

    #[test]
    fn a_number_says_birth_date_and_sex() {
        let number = id_number("11010519491231002X").expect("valid");
        assert_eq!((number.birth_date.to_string().as_str(), number.sex), ("1949-12-31", "2"));
    }

    #[test]
    fn an_unknown_region_is_no_fault() {
        assert!(id_number("999999199001010016").is_ok());
    }

    #[test]
    fn a_misread_check_digit_fails() {
        assert_eq!(id_number("110105194912310021"), Err(IdNumberFault::CheckDigit));
    }

    #[test]
    fn a_birth_date_must_be_in_the_calendar() {
        assert_eq!(id_number("999999199002290018"), Err(IdNumberFault::BirthDate));
        assert_eq!(id_number("999999000001010018"), Err(IdNumberFault::BirthDate));
    }

    #[test]
    fn another_spelling_is_no_number() {
        for text in [
            "",
            "11010519491231002",
            "99999919491231002x",
            "11010519491231002XX",
            "1101051949123100XX",
            "１9999919491231002X",
        ] {
            assert_eq!(id_number(text), Err(IdNumberFault::Malformed), "{text}");
        }
    }
}
