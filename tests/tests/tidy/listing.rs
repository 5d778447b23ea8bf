//! What the read models hold, held against what the API answers.

use super::house::{code, has_word, holds, sources};
use ruhu_casework::{kinds, projection};

/// A column that is written and selected, and then dropped on the floor, is an unread one too.
#[test]
fn what_a_kind_lists_stands_in_an_answer() {
    let code: Vec<&str> =
        sources("api").flat_map(|(_, text)| code(text)).map(|(_, line)| line).collect();
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
