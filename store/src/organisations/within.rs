//! Areas as conditions on columns of codes.

use ruhu_casework::administration::Within;

/// The ranges of codes inside these areas, each with its first code and its exclusive end: the
/// prefix followed by `:`, the character after 9.
pub(crate) fn ranges(within: &Within) -> Vec<(&str, String)> {
    within.prefixes().map(|prefix| (prefix, format!("{prefix}:"))).collect()
}

/// SQL for whether a column's code lies inside. Prefixes are digits, so nothing needs quoting.
pub(crate) fn inside(column: &str, within: &Within) -> String {
    let each = ranges(within).into_iter();
    let each = each.map(|(first, end)| format!("({column} >= '{first}' AND {column} < '{end}')"));
    let any: Vec<_> = each.collect();
    match any.is_empty() {
        true => "(1 = 0)".to_owned(),
        false => format!("({})", any.join(" OR ")),
    }
}
