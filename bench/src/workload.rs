//! The workloads.

pub(crate) mod first_sync;
pub(crate) mod forms;
pub(crate) mod pull;
pub(crate) mod push;
pub(crate) mod statements;

use crate::documents::{Document, Documents};
use crate::error::BenchError;
use crate::output::tell;
use crate::tablet::{Encoding, Tablet, applied};

/// The number of edits in a push that fills a store: the protocol's maximum.
const FILLING_EDITS: usize = 500;

/// Pushes this many documents, and returns their names and kinds.
fn fill(
    tablet: &mut Tablet,
    documents: &mut Documents,
    count: usize,
) -> Result<Vec<Document>, BenchError> {
    let encoding = Encoding::Identity;
    let mut made = Vec::with_capacity(count);
    let mut client = tablet.connect()?;
    while made.len() < count {
        let batch: Vec<_> = documents.take(FILLING_EDITS.min(count - made.len())).collect();
        let body = tablet.push_of(&batch, encoding)?;
        must_apply(&tablet.push(&mut client, &body, encoding)?, body.edits)?;
        // The texts are not needed any more.
        made.extend(batch.into_iter().map(|one| Document { json: String::new(), ..one }));
        if made.len() % 20_000 == 0 {
            tell(&format!("{} records are stored", made.len()));
        }
    }
    Ok(made)
}

/// An error unless all edits of a push were applied.
fn must_apply(answer: &[u8], edits: usize) -> Result<(), BenchError> {
    let applied = applied(answer)?;
    if applied == edits {
        return Ok(());
    }
    let mut said = String::from_utf8_lossy(answer).into_owned();
    said.truncate(said.floor_char_boundary(600));
    Err(BenchError::NotPrepared(format!("{applied} of {edits} edits were applied: {said}")))
}
