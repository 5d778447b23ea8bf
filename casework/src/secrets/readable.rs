//! Generated secrets that people read aloud, copy from a screen and type.

/// No letter or digit that looks or sounds like another: no `i l 1`, `o 0`, `q g 9`, `s 5`, `v u`,
/// `z 2`, `b 8`.
const ALPHABET: &[u8] = b"acdefghjkmnprtuwxy3467";

/// Sixteen of these are 71 bits.
const LETTERS: usize = 16;
const GROUP: usize = 4;

/// A secret of sixteen letters and digits in four groups, such as `tkw4-hmr7-ac3x-dep6`, from a
/// uniformly random number.
pub fn readable_secret(random: u128) -> String {
    let base = ALPHABET.len() as u128;
    let mut rest = random;
    let mut secret = String::with_capacity(LETTERS + LETTERS / GROUP);
    for at in 0..LETTERS {
        if at > 0 && at.is_multiple_of(GROUP) {
            secret.push('-');
        }
        let letter = usize::try_from(rest % base).unwrap_or_default();
        secret.push(char::from(ALPHABET[letter]));
        rest /= base;
    }
    secret
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::password_fault;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_letters_look_alike_and_none_stands_twice() {
        let letters: BTreeSet<_> = ALPHABET.iter().collect();
        assert_eq!(letters.len(), ALPHABET.len());
        for alike in ["il1", "o0", "qg9", "s5", "uv", "z2", "b8"] {
            let there = alike.bytes().filter(|letter| letters.contains(letter)).count();
            assert!(there <= 1, "{alike}");
        }
    }

    #[test]
    fn other_numbers_are_other_secrets() {
        assert_eq!(readable_secret(0), "aaaa-aaaa-aaaa-aaaa");
        assert_eq!(readable_secret(22 + 2), "dcaa-aaaa-aaaa-aaaa");
        assert_ne!(readable_secret(u128::MAX), readable_secret(u128::MAX - 1));
    }

    proptest! {
        #[test]
        fn what_is_made_from_chance_is_taken_as_a_password(random: u128) {
            let secret = readable_secret(random);
            prop_assert_eq!(secret.len(), 19);
            prop_assert_eq!(password_fault(&secret, &["li.na", "李娜", "XC-0207"]), None);
        }
    }
}
