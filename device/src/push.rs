//! Sends unsent edits, batch by batch, and takes the answers.

use crate::batch::{self, Batch};
use crate::device::TestDevice;
use crate::error::{DeviceError, Problem, read_answer};
use crate::memory::NewEpoch;
use crate::transport::{Response, Transport};
use ruhu_sync::id::{DeviceSeq, Epoch};
use ruhu_sync::outcome::Outcome;

/// The result of a push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushReport {
    /// The number of requests.
    pub batches: usize,
    /// The outcomes received, in order.
    pub outcomes: Vec<Outcome>,
}

/// What to try after an answer that is not an acknowledgement.
enum Next {
    /// The edits from the expected number on are in the outbox again.
    FromExpected,
    /// A smaller batch.
    Smaller,
}

impl<T: Transport> TestDevice<T> {
    /// Sends everything that is unsent.
    pub fn push(&mut self) -> Result<PushReport, DeviceError> {
        let mut report = PushReport::default();
        loop {
            let outcomes = self.push_batch()?;
            if outcomes.is_empty() {
                return Ok(report);
            }
            report.batches += 1;
            report.outcomes.extend(outcomes);
        }
    }

    /// Sends one batch and takes its answer; no outcomes mean that nothing was unsent. A device may
    /// crash between any two of these.
    pub fn push_batch(&mut self) -> Result<Vec<Outcome>, DeviceError> {
        if self.pending.is_some() {
            return Err(DeviceError::Group("nothing is sent before it is whole"));
        }
        let epoch = self.memory.epoch.ok_or(DeviceError::SignInNeeded)?;
        let mut bytes_max = self.settings.push_bytes_max;
        let mut has_met_gap = false;
        loop {
            let edits_max = self.settings.push_edits_max;
            let outbox = &self.memory.outbox;
            let Some(batch) = batch::next(epoch, outbox, edits_max, bytes_max) else {
                return match self.memory.is_overtaken {
                    true => Err(DeviceError::Forked { at: self.memory.next }),
                    false => Ok(Vec::new()),
                };
            };
            let response = self.call("POST", "/v1/sync/push", Some(&batch.body))?;
            if response.is_success() {
                let answer = read_answer(&response.body)?;
                return self.memory.acknowledge(batch.count, answer);
            }
            match self.meet_refusal(&batch, &response)? {
                Next::FromExpected if has_met_gap => {
                    let expected = batch.first;
                    return Err(DeviceError::Gap { expected });
                }
                Next::FromExpected => has_met_gap = true,
                Next::Smaller => bytes_max = batch.body.len() / 2,
            }
        }
    }

    fn meet_refusal(&mut self, batch: &Batch, response: &Response) -> Result<Next, DeviceError> {
        let problem = Problem::read(response);
        let at: Option<DeviceSeq> = problem.member("device_seq");
        match (response.status, problem.slug.as_str(), at) {
            (413, _, _) if batch.units > 1 => Ok(Next::Smaller),
            (413, _, _) => Err(DeviceError::TooLarge { first: batch.first }),
            (409, "device-seq-gap", _) => {
                let Some(expected) = problem.expected() else {
                    return Err(problem.into_error(response));
                };
                self.memory.take_back(expected)?;
                Ok(Next::FromExpected)
            }
            (409, "device-forked", Some(at)) => {
                // Edits below the fork were taken, and are known to be this device's own.
                let mut below: Vec<Outcome> = problem.member("outcomes").unwrap_or_default();
                below.retain(|outcome| outcome.device_seq < at);
                self.memory.settle(&below);
                Err(DeviceError::Forked { at })
            }
            (409, "group-split", Some(at)) => Err(DeviceError::GroupSplit { at }),
            (409, "epoch-changed", _) => Err(self.meet_epoch(&problem, response)),
            _ => Err(problem.into_error(response)),
        }
    }

    /// Remembers the new epoch, and changes nothing else: what the device knows belongs to the old
    /// one until the edits that the new one lacks have been resent.
    pub(crate) fn meet_epoch(&mut self, problem: &Problem, response: &Response) -> DeviceError {
        let Some(epoch) = problem.member::<Epoch>("epoch") else {
            return Problem::read(response).into_error(response);
        };
        let expected = problem.expected();
        self.memory.new_epoch = Some(NewEpoch { epoch, expected });
        DeviceError::EpochChanged { epoch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EPOCH, Fake, HERE, answered, applied, crash, device, doc, id, problem, row};
    use ruhu_sync::path::Path;
    use ruhu_sync::rev::Rev;
    use serde_json::json;
    use uuid::Uuid;

    /// A device with this many unsent edits, each of another record.
    fn with_unsent(count: u64) -> TestDevice<Fake> {
        let mut device = device();
        for n in 1..=count {
            let document = doc(&format!(r#"{{"n":{n}}}"#));
            device.create("household", None, document).expect("kept");
        }
        device
    }

    fn sent(device: &TestDevice<Fake>) -> Vec<&str> {
        let calls = device.transport().calls.iter();
        calls.map(|call| call.bytes.as_str()).collect()
    }

    fn numbers(edits: &[crate::KeptEdit]) -> Vec<u64> {
        edits.iter().map(|edit| edit.device_seq.0).collect()
    }

    #[test]
    fn a_lost_response_is_waited_for_again_with_the_same_bytes() {
        let mut device = with_unsent(2);
        device.transport_mut().then_lost().then(applied(1..=2, &[]));
        let report = device.push().expect("pushed");
        assert_eq!((report.batches, report.outcomes.len()), (1, 2));
        let bodies = sent(&device);
        assert_eq!((bodies.len(), bodies[0]), (2, bodies[1]));
    }

    #[test]
    fn a_crash_between_storing_and_hearing_sends_the_same_bytes_again() {
        let mut device = crash(with_unsent(1));
        device.settings_mut().attempts = 1;
        device.transport_mut().then_lost();
        let lost = device.push();
        assert!(matches!(lost, Err(DeviceError::Unreachable(_))));
        let mut device = crash(device);
        device.transport_mut().then(applied(1..=1, &[]));
        device.push().expect("pushed");
        let bodies = sent(&device);
        assert_eq!((bodies.len(), bodies[0]), (2, bodies[1]));
        assert!(device.memory.outbox.is_empty());
    }

    #[test]
    fn an_acknowledged_edit_gives_way_to_the_server_s_version() {
        let mut device = device();
        device.memory.rows.insert(id(1), row(1, 1, HERE, r#"{"x":1}"#));
        device.set(id(1), &Path::of(&["x"]), 2.into()).expect("kept");
        let merged = row(1, 3, HERE, r#"{"x":2,"y":5}"#);
        device.transport_mut().then(applied(1..=1, &[merged]));
        device.push().expect("pushed");
        let view = device.view(id(1)).expect("a view");
        assert_eq!((view.document, view.has_unsent), (doc(r#"{"x":2,"y":5}"#), false));
        assert_eq!(numbers(device.memory.acknowledged()), [1]);
    }

    #[test]
    fn a_lower_version_or_one_of_a_stream_not_held_is_not_stored() {
        let mut device = with_unsent(1);
        device.memory.streams = Some(vec![HERE]);
        device.memory.rows.insert(id(1), row(1, 4, HERE, "{}"));
        let told = [row(1, 3, HERE, r#"{"x":1}"#), row(2, 1, crate::fake::THERE, "{}")];
        device.transport_mut().then(applied(1..=1, &told));
        device.push().expect("pushed");
        assert_eq!(device.memory.rows().len(), 1);
        assert_eq!(device.memory.rows()[&id(1)].rev.number, 4);
    }

    #[test]
    fn quarantined_and_rejected_edits_leave_the_overlay_and_are_listed() {
        let mut device = device();
        device.memory.rows.insert(id(1), row(1, 1, HERE, r#"{"x":1}"#));
        device.set(id(1), &Path::of(&["x"]), 2.into()).expect("kept");
        device.create("household", None, doc("{}")).expect("kept");
        let outcomes = json!([
            {"device_seq": 1, "outcome": "quarantined", "reason": "decided"},
            {"device_seq": 2, "outcome": "rejected", "reason": "not_whole"}]);
        device.transport_mut().then(answered(&outcomes, 2, &[]));
        device.push().expect("pushed");
        assert_eq!(device.view(id(1)).map(|v| v.document), Some(doc(r#"{"x":1}"#)));
        assert_eq!(device.records("household").len(), 1);
        let of = |edits: Vec<&crate::RefusedEdit>| edits[0].edit.device_seq.0;
        assert_eq!((of(device.quarantined()), of(device.rejected())), (1, 2));
    }

    #[test]
    fn edits_are_kept_until_a_verified_backup_has_them() {
        let mut device = with_unsent(3);
        let mut safe = applied(1..=3, &[]);
        safe.body = safe.body.replace("\"safe_device_seq\":0", "\"safe_device_seq\":2");
        device.transport_mut().then(safe);
        device.push().expect("pushed");
        assert_eq!(numbers(device.memory.acknowledged()), [3]);
    }

    #[test]
    fn a_gap_is_filled_from_what_was_acknowledged() {
        let mut device = with_unsent(2);
        device.transport_mut().then(applied(1..=2, &[]));
        device.push().expect("pushed");
        device.create("household", None, doc("{}")).expect("kept");
        device.settings_mut().push_edits_max = 1;
        let gap = problem(409, "device-seq-gap", json!({"expected_device_seq": 2}));
        // Taken again, edit 2 has another link in the chain.
        let mut again = applied(2..=2, &[]);
        again.body = again.body.replace("link 2", "another link");
        let line = device.transport_mut();
        line.then(gap).then(again).then(applied(3..=3, &[]));
        let report = device.push().expect("pushed");
        assert_eq!((report.batches, report.outcomes.len()), (2, 2));
        let edits = &device.transport().calls[2].body["edits"];
        assert_eq!(edits[0]["device_seq"], json!(2));
        assert_eq!(numbers(device.memory.acknowledged()), [1, 2, 3]);
    }

    #[test]
    fn a_gap_that_cannot_be_filled_is_reported_and_discards_nothing() {
        for expected in [1, 7] {
            let mut device = with_unsent(2);
            device.memory.outbox.remove(0);
            let before = device.memory.clone();
            let gap = problem(409, "device-seq-gap", json!({"expected_device_seq": expected}));
            device.transport_mut().then(gap);
            let expected = DeviceSeq(expected);
            assert_eq!(device.push(), Err(DeviceError::Gap { expected }));
            assert_eq!(device.memory, before);
        }
    }

    #[test]
    fn a_fork_is_reported_what_stands_below_it_is_settled_and_nothing_is_discarded() {
        let mut device = with_unsent(3);
        let below = json!([{"device_seq": 1, "outcome": "applied", "rev": "1-00000000"}]);
        let forked = problem(409, "device-forked", json!({"device_seq": 2, "outcomes": below}));
        device.transport_mut().then(forked);
        assert_eq!(device.push(), Err(DeviceError::Forked { at: DeviceSeq(2) }));
        assert_eq!(numbers(device.memory.outbox()), [2, 3]);
        assert_eq!(numbers(device.memory.acknowledged()), [1]);
    }

    #[test]
    fn a_new_epoch_is_reported_and_everything_is_kept_for_sending_again() {
        let mut device = with_unsent(1);
        let epoch = Epoch(Uuid::from_u128(0xE2));
        let changed = json!({"epoch": epoch, "expected_device_seq": 1, "safe_device_seq": 0});
        device.transport_mut().then(problem(409, "epoch-changed", changed));
        assert_eq!(device.push(), Err(DeviceError::EpochChanged { epoch }));
        let expected = Some(DeviceSeq(1));
        assert_eq!(device.memory.new_epoch(), Some(NewEpoch { epoch, expected }));
        assert_eq!(device.memory.epoch(), Some(EPOCH));
        assert_eq!(device.memory.outbox().len(), 1);
    }

    #[test]
    fn a_push_that_is_too_large_is_halved_until_one_unit_is_left() {
        let mut device = with_unsent(2);
        let large = || problem(413, "body-too-large", json!({}));
        let line = device.transport_mut();
        line.then(large()).then(applied(1..=1, &[])).then(large());
        let refused = device.push();
        assert_eq!(refused, Err(DeviceError::TooLarge { first: DeviceSeq(2) }));
        device.void(DeviceSeq(2)).expect("voided");
        device.transport_mut().then(applied(2..=2, &[]));
        device.push().expect("pushed");
        assert!(device.memory.outbox.is_empty());
    }

    #[test]
    fn an_answer_that_breaks_the_protocol_changes_nothing() {
        let mut device = with_unsent(2);
        device.transport_mut().then(applied(1..=2, &[]));
        device.push().expect("pushed");
        device.create("household", None, doc("{}")).expect("kept");
        let before = device.memory.clone();
        let rewritten = answered(&json!([]), 2, &[]);
        let mut other_chain = applied(3..=3, &[]);
        other_chain.body = other_chain
            .body
            .replace("link 3", "rewritten")
            .replace("\"expected_device_seq\":4", "\"expected_device_seq\":3");
        for answer in [rewritten, other_chain, applied(4..=4, &[])] {
            device.transport_mut().then(answer);
            let refused = device.push();
            assert!(matches!(refused, Err(DeviceError::Answer(_))), "{refused:?}");
            assert_eq!(device.memory, before);
        }
    }

    #[test]
    fn a_rev_of_the_answer_is_the_base_of_what_comes_next() {
        let mut device = with_unsent(1);
        let record = device.memory.outbox[0].draft.as_ref().map(|d| d.record);
        let record = record.expect("a draft");
        let mut made = row(1, 1, HERE, r#"{"n":1}"#);
        (made.record, made.root) = (record, record);
        device.transport_mut().then(applied(1..=1, &[made.clone()]));
        device.push().expect("pushed");
        device.set(record, &Path::of(&["n"]), 2.into()).expect("kept");
        let Rev { number, hash } = made.rev;
        let base = ruhu_sync::rev::Base::Seen(Rev { number, hash });
        assert_eq!(device.memory.outbox[0].base, base);
    }
}
