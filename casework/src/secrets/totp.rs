//! Codes that follow from a secret and the time (RFC 6238, with HMAC-SHA-1, six digits and steps of
//! thirty seconds: what every app takes).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The lifetime of a code.
pub const STEP_SECONDS: i64 = 30;

const DIGITS: usize = 6;

/// The tolerance for a person's clock and typing, in steps.
const STEPS_APART: i64 = 1;

/// The code of a time step.
pub fn code_at(secret: &[u8; 20], step: i64) -> u32 {
    let mut block = [0; 64];
    block[..secret.len()].copy_from_slice(secret);
    // A key of a whole block is taken as it is, so there is no error to handle.
    let mut mac = <Hmac<Sha1> as KeyInit>::new((&block).into());
    mac.update(&step.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(digest[19] & 0x0f);
    let mut word = [0; 4];
    word.copy_from_slice(&digest[at..at + 4]);
    (u32::from_be_bytes(word) & 0x7fff_ffff) % 10_u32.pow(DIGITS as u32)
}

/// The time step of a code, if it is right now and later than the last accepted one: no code is
/// accepted twice.
pub fn taken_step(secret: &[u8; 20], code: &str, now_seconds: i64, last_step: i64) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let code: u32 = digits.parse().ok()?;
    let now = now_seconds.div_euclid(STEP_SECONDS);
    let mut steps = now - STEPS_APART..=now + STEPS_APART;
    steps.find(|step| *step > last_step && code_at(secret, *step) == code)
}

/// Bytes in base 32 (RFC 4648), as apps take a secret.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let letter = |at: usize| (0..5).fold(0, |index, next| index << 1 | bit(at * 5 + next));
    let letters = (bytes.len() * 8).div_ceil(5);
    (0..letters).map(|at| char::from(ALPHABET[usize::from(letter(at))])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8; 20] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, in six digits.
        for (seconds, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code_at(SECRET, seconds / STEP_SECONDS), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_once_and_a_step_early_or_late() {
        let at = |now, last| taken_step(SECRET, "287082", now, last);
        assert_eq!(at(59, 0), Some(1));
        assert_eq!((at(0, 0), at(89, 0)), (Some(1), Some(1)), "one step apart");
        assert_eq!((at(90, 0), at(-1, 0)), (None, None), "two steps apart");
        assert_eq!(at(59, 1), None, "a second time");
        assert_eq!(taken_step(SECRET, "287 082 ", 59, 0), Some(1));
        for wrong in ["", "28708", "2870820", "287083", "二八七零八二", "+87082"] {
            assert_eq!(taken_step(SECRET, wrong, 59, 0), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
