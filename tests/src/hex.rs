//! Reads hexadecimal text; `ruhu_sync::chain::to_hex` writes it.

/// The bytes of lower-case hexadecimal digits.
pub(crate) fn from_hex(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}
