//! The spelling of ids, codes, labels and numbers in a form's text.

use crate::INTEGER_MAX;
use crate::error::{FormError, FormFault};

/// The longest id or code.
const ID_CHARS_MAX: usize = 64;

/// Refuses what is not an id.
pub(crate) fn id(id: &str, at: &str) -> Result<(), FormError> {
    if is_code(id) && id.starts_with(|first: char| first.is_ascii_lowercase()) {
        Ok(())
    } else {
        Err(FormError::new(at, FormFault::BadId(id.to_owned())))
    }
}

pub(crate) fn is_code(code: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !code.is_empty() && code.len() <= ID_CHARS_MAX && code.bytes().all(fits)
}

/// Refuses a label that nobody could read.
pub(crate) fn label(label: &str, at: &str) -> Result<(), FormError> {
    if label.trim().is_empty() {
        return Err(FormError::new(format!("{at}/label_zh"), FormFault::Empty));
    }
    Ok(())
}

/// Refuses a number that other languages cannot represent exactly.
pub(crate) fn in_range(value: i64, at: &str) -> Result<(), FormError> {
    if (-INTEGER_MAX..=INTEGER_MAX).contains(&value) {
        Ok(())
    } else {
        Err(FormError::new(at, FormFault::BadRange))
    }
}
