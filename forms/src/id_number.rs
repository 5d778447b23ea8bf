//! The citizen's number (GB 11643-1999).

use crate::date::{Day, digits};

/// What a citizen's number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IdNumber {
    pub(crate) birth_date: Day,
    /// GB/T 2261.1: `1` male, `2` female.
    pub(crate) sex: &'static str,
}

/// Why a text is no citizen's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdNumberFault {
    Malformed,
    BirthDate,
    CheckDigit,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_DIGITS: &[u8; 11] = b"10X98765432";

/// Reads a citizen's number. The region prefix is not checked: those of abolished counties and of the residence
/// permits (81, 82, 83) are valid.
pub(crate) fn read(text: &str) -> Result<IdNumber, IdNumberFault> {
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
    use super::{IdNumberFault, read};

    #[test]
    fn a_number_says_birth_date_and_sex() {
        let number = read("11010519491231002X").expect("valid");
        assert_eq!((number.birth_date.to_string().as_str(), number.sex), ("1949-12-31", "2"));
    }

    #[test]
    fn each_fault_is_named() {
        for (text, fault) in [
            ("110105194912310021", IdNumberFault::CheckDigit),
            ("999999199002290018", IdNumberFault::BirthDate),
            ("999999000001010018", IdNumberFault::BirthDate),
            ("99999919491231002x", IdNumberFault::Malformed),
            ("", IdNumberFault::Malformed),
        ] {
            assert_eq!(read(text).err(), Some(fault), "{text}");
        }
    }
}
