//! Numbers that identify people and organisations, and their check digits.

use thiserror::Error;

pub use ruhu_forms::{IdNumber, IdNumberFault, id_number};

/// Why a text is not a unified social credit code.
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
