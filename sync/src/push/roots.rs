//! Fills in the roots of edits that name none. A record never changes its root, so a server that
//! has the record knows it.

use crate::cases::Cases;
use crate::edit::{Asked, Edit, Received};
use crate::id::RecordId;
use crate::rules::{Rooting, Rules};
use crate::storage::{Stored, WriteTx};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The edits of a push with their roots: the stored record's, or else the one of the earlier edit
/// in the push that would make it. An edit whose root is not found stays as it is.
pub(super) fn with_roots<'e, 'r, T: WriteTx, R: Rules>(
    tx: &mut T,
    rules: &R,
    edits: &'e [Received<'r>],
) -> Stored<Cow<'e, [Received<'r>]>> {
    let rootless = rootless(rules, edits.iter().filter_map(Received::asked));
    if rootless.is_empty() {
        return Ok(Cow::Borrowed(edits));
    }
    let mut roots = stored_roots(tx, &rootless)?;
    for edit in edits.iter().filter_map(Received::asked).filter(|edit| edit.names_root) {
        roots.entry(edit.record).or_insert(edit.root);
    }
    let mut edits = edits.to_vec();
    for received in &mut edits {
        if let Ok(Asked::Edit(edit)) = &mut received.edit {
            fill_root(rules, edit, &roots);
        }
    }
    Ok(Cow::Owned(edits))
}

/// Does the same for the edits that a push decides on.
pub(super) fn with_roots_of_cases<T: WriteTx, R: Rules>(
    tx: &mut T,
    rules: &R,
    cases: &mut Cases,
) -> Stored<()> {
    let rootless = rootless(rules, cases.all().filter_map(|case| case.edit.as_ref()));
    if rootless.is_empty() {
        return Ok(());
    }
    let roots = stored_roots(tx, &rootless)?;
    for case in cases.all_mut() {
        if let Some(edit) = &mut case.edit {
            fill_root(rules, edit, &roots);
            case.waiting.root = Some(edit.root);
        }
    }
    Ok(())
}

/// The records whose edits name no root and need one.
fn rootless<'e>(rules: &impl Rules, edits: impl Iterator<Item = &'e Edit>) -> BTreeSet<RecordId> {
    edits.filter(|edit| lacks_root(rules, edit)).map(|edit| edit.record).collect()
}

fn lacks_root(rules: &impl Rules, edit: &Edit) -> bool {
    !edit.names_root && matches!(rules.rooting(&edit.kind), Some(Rooting::Under(_)))
}

fn stored_roots<T: WriteTx>(
    tx: &mut T,
    rootless: &BTreeSet<RecordId>,
) -> Stored<BTreeMap<RecordId, RecordId>> {
    let records = tx.records(&rootless.iter().copied().collect::<Vec<_>>())?;
    Ok(records.into_iter().map(|record| (record.id, record.root)).collect())
}

fn fill_root(rules: &impl Rules, edit: &mut Edit, roots: &BTreeMap<RecordId, RecordId>) {
    if lacks_root(rules, edit)
        && let Some(root) = roots.get(&edit.record)
    {
        edit.root = *root;
    }
}
