//! Exact arithmetic within ±(2^53 − 1).

use crate::INTEGER_MAX;
use crate::rule::Rounding;
use crate::value::{Needs, Out, RuleError, Value};

/// The number, if other languages represent it exactly.
pub(crate) fn in_range<'a>(number: i128) -> Out<'a> {
    match i64::try_from(number) {
        Ok(number) if (-INTEGER_MAX..=INTEGER_MAX).contains(&number) => Out::int(number),
        _ => Out::Error(RuleError::Overflow),
    }
}

/// The exact total. Only the total must be in range, so the order of the terms does not matter.
pub(crate) fn total<'a>(terms: impl Iterator<Item = Out<'a>>) -> Out<'a> {
    let mut total = 0_i128;
    let mut needs: Option<Needs<'a>> = None;
    for term in terms {
        match term {
            Out::Value(Value::Int(value)) => total += i128::from(value),
            Out::Value(_) => {}
            Out::Missing(more) => needs.get_or_insert_default().extend(more),
            Out::Error(error) => return Out::Error(error),
        }
    }
    needs.map_or_else(|| in_range(total), Out::Missing)
}

/// The exact quotient, rounded.
pub(crate) fn quotient<'a>(left: i128, right: i128, rounding: Rounding) -> Out<'a> {
    if right == 0 {
        return Out::Error(RuleError::DivisionByZero);
    }
    let (size, by) = (left.abs(), right.abs());
    let whole = size / by;
    let rest = size % by;
    let up = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::HalfUp => rest * 2 >= by,
    };
    let rounded = whole + i128::from(up);
    in_range(if (left < 0) == (right < 0) { rounded } else { -rounded })
}
