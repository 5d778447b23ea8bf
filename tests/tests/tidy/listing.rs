//! How the store reads its rows, and that what the read models hold is answered.

use super::house::{code, has_word, holds, sources};
use ruhu_casework::{kinds, projection};

/// A column that is written and selected, and then dropped on the floor, is an unread one too.
#[test]
fn what_a_kind_lists_stands_in_an_answer() {
    let code: Vec<&str> = ["api", "desk"]
        .into_iter()
        .flat_map(sources)
        .flat_map(|(_, text)| code(text))
        .map(|(_, line)| line)
        .collect();
    let is_answered = |column: &str| {
        let words = [format!("listed.{column}"), format!("of.{column}")];
        code.iter().any(|line| words.iter().any(|word| has_word(line, word)))
    };
    let listed = kinds::ALL.iter().flat_map(|kind| {
        projection::columns(kind).into_iter().map(|(column, _)| (kind.name, column))
    });
    holds(
        "What a kind lists is given in an answer; a field that nobody shows is not listed:",
        listed
            .filter(|(_, column)| !is_answered(column))
            .map(|(kind, column)| format!("casework/src/kinds/{kind}.rs: {column}")),
    );
}

/// The widths of the tuples of values that a source names as types.
fn widths(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = code(text).into_iter().map(|(_, line)| line.trim()).collect();
    let text = lines.join(" ");
    let opened = text.match_indices('(').filter(|(at, _)| {
        let before = &text[..*at];
        let statement = before.rsplit([';', '}']).next().unwrap_or_default().trim_start();
        before.ends_with('<') || (before.ends_with("= ") && statement.contains("type "))
    });
    let width = |from: usize| {
        let (mut depth, mut width, mut is_empty) = (0, 0, true);
        for c in text[from..].chars() {
            match c {
                '(' | '<' | '[' => depth += 1,
                ')' | '>' | ']' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            match c {
                ',' if depth == 1 => (width, is_empty) = (width + 1, true),
                c if depth > 1 || !(c.is_whitespace() || c == '(') => is_empty = false,
                _ => {}
            }
        }
        width + usize::from(!is_empty)
    };
    opened.map(|(at, _)| width(at)).collect()
}

/// Columns are told apart by their names, not by their places. SQL's own types are no values.
#[test]
fn a_row_of_more_than_three_columns_is_a_struct() {
    let wide = sources("store").filter(|(path, _)| *path != "store/src/history_query.rs");
    let wide = wide.flat_map(|(path, text)| widths(text).into_iter().map(move |n| (path, n)));
    holds(
        "A row of more than three columns is read into a struct (`Selectable`), not a tuple:",
        wide.filter(|(_, width)| *width > 3).map(|(path, n)| format!("{path}: {n} in a tuple")),
    );
}

#[test]
fn the_width_of_a_tuple_counts_its_own_members() {
    assert_eq!(
        widths("let a: Vec<(Fixed<16>, (i64, i64), Option<(u8, u8)>)> = b(c, d, e, f);"),
        [3, 2]
    );
    assert_eq!(widths("type Row = (\n    i64,\n    i64,\n    Vec<u8>,\n    bool,\n);"), [4]);
}
