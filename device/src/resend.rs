//! Resends to a server that was restored from before a fork what it lacks of each earlier name, in
//! the original order.

use crate::batch;
use crate::device::TestDevice;
use crate::error::{DeviceError, Problem, read_answer};
use crate::memory::{DeviceMemory, PushAnswer};
use crate::session::BegunSession;
use crate::transport::Transport;
use ruhu_sync::id::DeviceSeq;
use serde_json::json;

/// The result of a push under an earlier name.
enum Ending {
    Taken(PushAnswer),
    ForkedAt(DeviceSeq),
    TooLarge,
}

impl<T: Transport> TestDevice<T> {
    /// Resends, byte for byte, everything stored under each earlier name, oldest first. This comes
    /// before the present name is enrolled in a new history, because enrolment counts as own chain
    /// only what the history has by then. In a history that the device knows there is nothing to
    /// do. It can be repeated when an answer is lost.
    pub(crate) fn hand_in_earlier(
        &mut self,
        login: &str,
        password: &str,
        device_name: &str,
    ) -> Result<(), DeviceError> {
        for at in 0..self.memory.earlier.len() {
            let mut device = json!({"id": self.memory.earlier[at].device, "name": device_name});
            if let Some(before) = at.checked_sub(1).map(|before| &self.memory.earlier[before]) {
                device["continues"] = before.as_continued();
            }
            match self.ask_for_session(login, password, device) {
                Ok(begun) if Some(begun.epoch) == self.memory.epoch => return Ok(()),
                Ok(begun) => self.hand_in_under(at, &begun)?,
                // It sent everything before it was reported lost, so the history has it.
                Err(DeviceError::ReportedLost) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    fn hand_in_under(&mut self, at: usize, begun: &BegunSession) -> Result<(), DeviceError> {
        let token = begun.tokens().access_token;
        let edits_max = self.settings.push_edits_max;
        let mut bytes_max = self.settings.push_bytes_max;
        let mut next = self.memory.earlier[at].resend_from(begun.expected_device_seq)?;
        loop {
            let unsent = self.memory.earlier[at].from(next);
            let Some(batch) = batch::next(begun.epoch, unsent, edits_max, bytes_max) else {
                return Ok(());
            };
            match self.push_under(&token, &batch.body)? {
                Ending::Taken(answer) => {
                    next = DeviceSeq(batch.first.0 + batch.count as u64);
                    self.memory.earlier[at].settle(&answer.outcomes, answer.safe);
                }
                Ending::TooLarge if batch.units > 1 => bytes_max = batch.body.len() / 2,
                Ending::TooLarge => return Err(DeviceError::TooLarge { first: batch.first }),
                Ending::ForkedAt(number) => return self.memory.bring_over(at, number),
            }
        }
    }

    fn push_under(&mut self, token: &str, body: &str) -> Result<Ending, DeviceError> {
        let response = self.try_call("POST", "/v1/sync/push", Some(token), Some(body))?;
        if response.is_success() {
            return Ok(Ending::Taken(read_answer(&response.body)?));
        }
        let problem = Problem::read(&response);
        match (response.status, problem.slug.as_str(), problem.member("device_seq")) {
            (413, ..) => Ok(Ending::TooLarge),
            (409, "device-forked", Some(number)) => Ok(Ending::ForkedAt(number)),
            _ => Err(problem.into_error(&response)),
        }
    }
}

impl DeviceMemory {
    /// The other installation came first in the new history and used these numbers for other edits:
    /// this installation's edits move to its present name, after the unsent ones there.
    fn bring_over(&mut self, at: usize, from: DeviceSeq) -> Result<(), DeviceError> {
        let mut next = self.next;
        let mut brought = Vec::new();
        for edit in self.earlier[at].acknowledged.iter().filter(|edit| edit.device_seq >= from) {
            if let Some(edit) = edit.renumbered(next)? {
                brought.push(edit);
                next = next.next();
            }
        }
        let earlier = &mut self.earlier[at];
        earlier.acknowledged.retain(|edit| edit.device_seq < from);
        earlier.refused.retain(|refused| refused.edit.device_seq < from);
        earlier.outcomes.retain(|number, _| *number < from);
        earlier.through = DeviceSeq(from.0.saturating_sub(1));
        self.outbox.extend(brought);
        self.next = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EPOCH, Fake, ME, applied, crash, device, doc, ok, problem, with};
    use crate::kept_edit::KeptEdit;
    use crate::transport::Response;
    use ruhu_sync::id::{DeviceId, Epoch};
    use serde_json::Value;
    use uuid::Uuid;

    const AFTER: Epoch = Epoch(Uuid::from_u128(0xE2));
    const NEW: DeviceId = DeviceId(Uuid::from_u128(0xD2));

    fn signed_in(device: DeviceId, expected: u64, epoch: Epoch) -> Response {
        ok(&json!({"access_token": device, "refresh_token": "r", "user": Uuid::from_u128(1),
            "device": device, "expected_device_seq": expected, "epoch": epoch}))
    }

    fn in_epoch(response: &Response) -> Response {
        let body: Value = serde_json::from_str(&response.body).expect("json");
        ok(&with(body, "epoch", json!(AFTER)))
    }

    /// Three edits acknowledged under the old name, then a fork, and one under the new name.
    fn rejoined() -> TestDevice<Fake> {
        let mut device = device();
        let make = |d: &mut TestDevice<Fake>| d.create("household", None, doc(r#"{"n":1}"#));
        for _ in 0..3 {
            make(&mut device).expect("kept");
        }
        device.transport_mut().then(applied(1..=3, &[]));
        device.push().expect("pushed");
        make(&mut device).expect("kept");
        let forked = problem(409, "device-forked", json!({"device_seq": 4, "outcomes": []}));
        let line = device.transport_mut();
        line.then(signed_in(ME, 9, EPOCH)).then(forked).then(signed_in(NEW, 1, EPOCH));
        device.rejoin("wang", "secret", "平板").expect("back in");
        device.transport_mut().then(applied(1..=1, &[]));
        device.push().expect("pushed");
        device.transport_mut().calls.clear();
        device
    }

    fn names(device: &TestDevice<Fake>) -> Vec<Value> {
        let told = device.transport().bodies("/session");
        told.iter().map(|body| body["device"]["id"].clone()).collect()
    }

    fn bytes(edits: &[KeptEdit]) -> Vec<String> {
        edits.iter().map(|edit| edit.bytes.clone()).collect()
    }

    #[test]
    fn a_new_history_is_told_under_the_old_name_first_byte_for_byte() {
        let mut device = rejoined();
        let kept = bytes(&device.memory().earlier()[0].acknowledged);
        let line = device.transport_mut();
        line.then(signed_in(ME, 2, AFTER)).then(in_epoch(&applied(1..=3, &[])));
        line.then(signed_in(NEW, 1, AFTER));
        device.sign_in("wang", "secret", "平板").expect("signed in");
        assert_eq!(names(&device), [json!(ME), json!(NEW)]);
        let pushed = &device.transport().calls[1];
        assert_eq!(pushed.bearer.as_deref(), Some(ME.to_string().as_str()));
        assert_eq!(pushed.body["epoch"], json!(AFTER));
        assert!(kept.iter().all(|edit| pushed.bytes.contains(edit)));
        let told = device.transport().bodies("/session")[1]["device"]["continues"].clone();
        assert_eq!(told, json!({"device": ME, "through": 3}));
        assert_eq!(device.memory().device(), Some(NEW));
        // Its own edits come next, as in any new history.
        assert!(device.enter_new_epoch().expect("entered"));
        assert_eq!(device.memory().outbox().len(), 1);
    }

    #[test]
    fn a_history_that_is_known_is_told_nothing_again() {
        let mut device = rejoined();
        let line = device.transport_mut();
        line.then(signed_in(ME, 9, EPOCH)).then(signed_in(NEW, 2, EPOCH));
        device.sign_in("wang", "secret", "平板").expect("signed in");
        assert!(device.transport().bodies("/push").is_empty());
    }

    #[test]
    fn an_answer_lost_on_the_way_is_asked_for_again_after_a_crash() {
        let mut device = rejoined();
        device.settings_mut().attempts = 1;
        device.settings_mut().push_edits_max = 1;
        let line = device.transport_mut();
        line.then(signed_in(ME, 2, AFTER)).then(in_epoch(&applied(1..=1, &[])));
        line.then(in_epoch(&applied(2..=2, &[]))).then_lost();
        assert!(device.sign_in("wang", "secret", "平板").is_err());
        assert_eq!(device.memory().earlier()[0].acknowledged.len(), 3);
        let mut device = crash(device);
        device.settings_mut().push_edits_max = 500;
        let line = device.transport_mut();
        line.then(signed_in(ME, 3, AFTER)).then(in_epoch(&applied(1..=3, &[])));
        line.then(signed_in(NEW, 1, AFTER));
        device.sign_in("wang", "secret", "平板").expect("signed in");
        assert_eq!(names(&device), [json!(ME), json!(ME), json!(NEW)]);
    }

    #[test]
    fn numbers_that_the_other_installation_took_are_sent_under_the_present_name() {
        let mut device = rejoined();
        let meant: Vec<_> =
            device.memory().earlier()[0].acknowledged.iter().map(|e| e.draft.clone()).collect();
        let forked = problem(409, "device-forked", json!({"device_seq": 3, "outcomes": []}));
        let line = device.transport_mut();
        // The history seems to have all of them.
        line.then(signed_in(ME, 4, AFTER)).then(forked).then(signed_in(NEW, 1, AFTER));
        device.sign_in("wang", "secret", "平板").expect("signed in");
        let told = device.transport().bodies("/session")[1]["device"]["continues"].clone();
        assert_eq!(told, json!({"device": ME, "through": 2}));
        device.enter_new_epoch().expect("entered");
        let outbox = device.memory().outbox();
        assert_eq!(outbox.iter().map(|e| e.device_seq.0).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(outbox[1].draft, meant[2]);
    }

    #[test]
    fn a_history_older_than_a_verified_backup_is_told_of_and_nothing_changes() {
        let mut device = rejoined();
        device.memory.earlier[0].acknowledged.remove(0);
        let before = device.memory().clone();
        device.transport_mut().then(signed_in(ME, 1, AFTER));
        let expected = DeviceSeq(1);
        let refused = device.sign_in("wang", "secret", "平板");
        assert_eq!(refused, Err(DeviceError::Gap { expected }));
        assert_eq!(device.memory(), &before);
    }

    #[test]
    fn a_name_that_was_reported_lost_since_is_passed_over() {
        let mut device = rejoined();
        let line = device.transport_mut();
        line.then(problem(403, "device-lost", json!({}))).then(signed_in(NEW, 1, AFTER));
        device.sign_in("wang", "secret", "平板").expect("signed in");
        assert_eq!(device.memory().earlier()[0].acknowledged.len(), 3);
    }
}
