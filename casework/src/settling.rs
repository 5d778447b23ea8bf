//! Choosing between values that people have written: reviewers may choose, and may write nothing of
//! their own.

use ruhu_sync::patch::{Ask, Wish};
use ruhu_sync::rules::{Act, Question};

/// Whether an edit only closes open conflicts, in favour of a value that is there.
pub(crate) fn only_settles(question: &Question<'_>) -> bool {
    question.act == Act::Change
        && !question.resolves.is_empty()
        && question.asks.iter().all(|ask| chooses(question, ask))
}

fn chooses(question: &Question<'_>, ask: &Ask) -> bool {
    let current = question.current.and_then(|document| ask.path.find(document));
    let settled =
        question.open.iter().filter(|c| c.id.path == ask.path && question.resolves.contains(&c.id));
    settled.into_iter().any(|conflict| match &ask.wish {
        Wish::Set(value) => current == Some(value) || conflict.value.as_ref() == Some(value),
        Wish::Remove => current.is_none() || conflict.value.is_none(),
        Wish::AddRow(row) => {
            conflict.value.as_ref().and_then(|value| value.as_object()) == Some(row)
        }
        Wish::Ensure => true,
    })
}
