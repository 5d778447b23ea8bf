//! How much of the outbox goes into one push.

use crate::draft::KeptEdit;
use ruhu_sync::id::{DeviceSeq, Epoch};

/// What one push carries: whole groups, from the oldest unsent edit on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The first edit's number.
    pub(crate) first: DeviceSeq,
    /// How many edits.
    pub(crate) count: usize,
    /// How many of them can be told apart: a group counts once.
    pub(crate) units: usize,
    /// The request.
    pub(crate) body: String,
}

/// The next push, within the limits. The first unit goes even if it is over them: it cannot be
/// made smaller, and only the server can say that it is too large.
pub(crate) fn next(
    epoch: Epoch,
    outbox: &[KeptEdit],
    edits_max: usize,
    bytes_max: usize,
) -> Option<Batch> {
    let first = outbox.first()?.device_seq;
    let mut body = format!("{{\"protocol\":1,\"epoch\":\"{epoch}\",\"edits\":[");
    let (mut count, mut units) = (0, 0);
    while let Some(unit) = unit_at(outbox, count) {
        let bytes: usize = unit.iter().map(|edit| edit.bytes.len() + 1).sum();
        let is_over = count + unit.len() > edits_max || body.len() + bytes + 1 > bytes_max;
        if units > 0 && is_over {
            break;
        }
        for edit in unit {
            if count > 0 {
                body.push(',');
            }
            body.push_str(&edit.bytes);
            count += 1;
        }
        units += 1;
    }
    body.push_str("]}");
    Some(Batch {
        first,
        count,
        units,
        body,
    })
}

/// The group that begins here, or the one edit.
fn unit_at(outbox: &[KeptEdit], at: usize) -> Option<&[KeptEdit]> {
    let rest = outbox.get(at..)?;
    let first = rest.first()?;
    let length = match first.group {
        Some(group) => rest
            .iter()
            .take_while(|edit| edit.group == Some(group))
            .count(),
        None => 1,
    };
    rest.get(..length)
}
