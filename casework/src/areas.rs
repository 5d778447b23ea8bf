//! Area codes: the statistical division codes of 12 digits, of which 6 name a district, 9 a street
//! and 12 a community (GB/T 2260, GB/T 10114 and the statistics bureau's 2+2+2+3+3).

/// The significant digits of an area's code: `110102000000` and `110102` both name the district.
/// `None` if it is no code.
pub fn prefix(code: &str) -> Option<&str> {
    if !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut digits = code;
    if digits.len() == 12 {
        digits = digits.strip_suffix("000").unwrap_or(digits);
    }
    if digits.len() == 9 {
        digits = digits.strip_suffix("000").unwrap_or(digits);
    }
    if digits.len() == 6 {
        digits = digits.strip_suffix("00").unwrap_or(digits);
    }
    if digits.len() == 4 {
        digits = digits.strip_suffix("00").unwrap_or(digits);
    }
    matches!(digits.len(), 0 | 2 | 4 | 6 | 9 | 12).then_some(digits)
}

/// Whether the area `inner` is `outer` or lies inside it; the empty code is the whole city. A code
/// that is none contains nothing and lies nowhere, so that a slip in an office opens no door.
pub fn contains(outer: &str, inner: &str) -> bool {
    match (prefix(outer), prefix(inner)) {
        (Some(outer), Some(inner)) => inner.starts_with(outer),
        _ => false,
    }
}
