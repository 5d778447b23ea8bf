//! Areas as conditions on columns of codes.

use ruhu_casework::administration::Within;

/// The ranges of codes inside these areas. Codes that begin with a prefix lie from it up to it and
/// the character after 9.
pub(crate) fn ranges(within: &Within) -> Vec<(&str, String)> {
    within.prefixes().map(|prefix| (prefix, format!("{prefix}:"))).collect()
}

/// Whether a column's code lies inside. The prefixes are digits.
pub(crate) fn inside(column: &str, within: &Within) -> String {
    let each = ranges(within).into_iter();
    let each = each.map(|(first, end)| format!("({column} >= '{first}' AND {column} < '{end}')"));
    let any: Vec<_> = each.collect();
    match any.is_empty() {
        true => "(1 = 0)".to_owned(),
        false => format!("({})", any.join(" OR ")),
    }
}
