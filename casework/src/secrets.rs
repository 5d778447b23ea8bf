//! Secrets: weak chosen ones are refused; generated ones can be read aloud; and what is due before
//! anything else.

mod due;
mod password;
mod pin;
mod readable;
mod totp;
mod words;

pub use due::{Due, first_due};
pub use password::{PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN, PasswordFault, password_fault};
pub use pin::{PIN_DIGITS, PinFault, pin_fault};
pub use readable::readable_secret;
pub use totp::{STEP_SECONDS, base32, code_at, taken_step};

/// Whether a text repeats its beginning: `123123`, `abab`.
fn is_repeated<T: PartialEq>(all: &[T]) -> bool {
    let count = all.len();
    (1..=count / 2)
        .filter(|unit| count.is_multiple_of(*unit))
        .any(|unit| all.chunks(unit).all(|part| part == &all[..unit]))
}
