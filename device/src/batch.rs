//! How much of the outbox goes into one push.

use crate::kept_edit::KeptEdit;
use ruhu_sync::edit::write_push;
use ruhu_sync::id::{DeviceSeq, Epoch};

/// The content of one push: whole groups, from the oldest unsent edit on, all of one version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The first edit's number.
    pub(crate) first: DeviceSeq,
    /// The number of edits.
    pub(crate) count: usize,
    /// The number of units in it: a group counts once.
    pub(crate) units: usize,
    /// The request.
    pub(crate) body: String,
}

/// The next push, within the limits. The first unit goes even if it exceeds them: it cannot be made
/// smaller, and only the server can say that it is too large.
pub(crate) fn next(
    epoch: Epoch,
    outbox: &[KeptEdit],
    edits_max: usize,
    bytes_max: usize,
) -> Option<Batch> {
    let KeptEdit { device_seq: first, protocol, .. } = *outbox.first()?;
    let mut bytes = write_push(protocol, epoch, []).len();
    let (mut count, mut units) = (0, 0);
    while let Some(unit) = unit_at(outbox, count) {
        // A comma with each.
        let more: usize = unit.iter().map(|edit| edit.bytes.len() + 1).sum();
        let is_over = count + unit.len() > edits_max || bytes + more > bytes_max;
        let is_other = unit.iter().any(|edit| edit.protocol != protocol);
        if units > 0 && (is_over || is_other) {
            break;
        }
        // The first edit of the body has none.
        bytes += if count == 0 { more - 1 } else { more };
        count += unit.len();
        units += 1;
    }
    let edits = outbox.iter().take(count).map(|edit| edit.bytes.as_str());
    let body = write_push(protocol, epoch, edits);
    Some(Batch { first, count, units, body })
}

/// The group that begins here, or the one edit.
fn unit_at(outbox: &[KeptEdit], at: usize) -> Option<&[KeptEdit]> {
    let rest = outbox.get(at..)?;
    let first = rest.first()?;
    let length = match first.group {
        Some(group) => rest.iter().take_while(|edit| edit.group == Some(group)).count(),
        None => 1,
    };
    rest.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EPOCH, device, doc};

    /// An outbox of edits 1, (2, 3), 4: the two in brackets are a group.
    fn outbox() -> Vec<KeptEdit> {
        let mut device = device();
        let make = |d: &mut crate::TestDevice<_>| d.create("household", None, doc("{}"));
        make(&mut device).expect("kept");
        device
            .group(|d| {
                make(d)?;
                make(d)
            })
            .expect("kept");
        make(&mut device).expect("kept");
        device.memory.outbox
    }

    fn counts(edits_max: usize, bytes_max: usize) -> Vec<usize> {
        let (outbox, mut at, mut counts) = (outbox(), 0, Vec::new());
        while let Some(batch) = next(EPOCH, &outbox[at..], edits_max, bytes_max) {
            at += batch.count;
            counts.push(batch.count);
        }
        counts
    }

    #[test]
    fn a_batch_takes_as_much_as_fits_and_splits_no_group() {
        assert_eq!(counts(500, 1 << 20), [4]);
        assert_eq!(counts(3, 1 << 20), [3, 1]);
        assert_eq!(counts(2, 1 << 20), [1, 2, 1]);
        // Too small for anything: each unit goes alone, groups still whole.
        assert_eq!(counts(1, 1), [1, 2, 1]);
    }

    #[test]
    fn exact_bytes_fit_and_one_byte_less_does_not() {
        let outbox = outbox();
        let whole = next(EPOCH, &outbox, 500, usize::MAX).expect("a batch");
        let exact = next(EPOCH, &outbox, 500, whole.body.len()).expect("a batch");
        assert_eq!(exact.count, 4);
        let less = next(EPOCH, &outbox, 500, whole.body.len() - 1).expect("a batch");
        assert_eq!(less.count, 3);
    }

    #[test]
    fn the_bytes_of_each_edit_stand_in_the_body_as_they_were_kept() {
        let outbox = outbox();
        let batch = next(EPOCH, &outbox, 500, 1 << 20).expect("a batch");
        let edits: Vec<&str> = outbox.iter().map(|edit| edit.bytes.as_str()).collect();
        let wanted = format!(r#"{{"protocol":1,"epoch":"{EPOCH}","edits":[{}]}}"#, edits.join(","));
        assert_eq!((batch.body, batch.units), (wanted, 3));
    }
}
