//! Recovery after a fork: two installations have used one name. Each sends all it has under a name
//! of its own; what they wrote before the fork stays the own work of both.

use crate::device::TestDevice;
use crate::earlier::Earlier;
use crate::error::DeviceError;
use crate::memory::DeviceMemory;
use crate::session::BegunSession;
use crate::transport::Transport;
use ruhu_sync::id::{DeviceId, DeviceSeq};
use serde_json::{Value, json};

impl<T: Transport> TestDevice<T> {
    /// Recovers a restored or cloned tablet. A last push under the old name shows what the server
    /// already has; then the person signs in under a new name that continues the old one, and
    /// unsent edits are renumbered. On a tablet that is not forked it is a sign-in and a push.
    ///
    /// If an answer is lost on the way, it can be repeated, and enrols no second device.
    pub fn rejoin(
        &mut self,
        login: &str,
        password: &str,
        device_name: &str,
    ) -> Result<(), DeviceError> {
        self.sign_in(login, password, device_name)?;
        // A new history may lack what the old name was acknowledged: that is resent first.
        self.enter_new_epoch()?;
        let at = match self.push() {
            Ok(_) => return Ok(()),
            Err(DeviceError::Forked { at }) => at,
            Err(other) => return Err(other),
        };
        let old = self.memory.device.ok_or(DeviceError::SignInNeeded)?;
        let through = DeviceSeq(at.0.saturating_sub(1));
        let new = match self.memory.successor {
            Some(chosen) => chosen,
            None => DeviceId(self.new_id()),
        };
        // Stored before it is used, so that a lost answer does not leave an orphaned device.
        self.memory.successor = Some(new);
        let continues = json!({"device": old, "through": through});
        let device = json!({"id": new, "name": device_name, "continues": continues});
        let answer = self.ask_for_session(login, password, device)?;
        self.memory.go_on_as(old, through, &answer)
    }
}

impl DeviceMemory {
    /// The present name's `continues`, for a sign-in.
    pub(crate) fn continues(&self) -> Option<Value> {
        self.earlier.last().map(Earlier::as_continued)
    }

    /// A server that expects a higher number than this device would use next has heard another
    /// installation under the same name: a clone, or this one before it was restored.
    pub(crate) fn notice_overtaking(&mut self, expected: DeviceSeq) {
        self.is_overtaken |= expected > self.next;
    }

    /// In one step: a new name, new numbers for unsent edits, and the old name's past put aside.
    fn go_on_as(
        &mut self,
        old: DeviceId,
        through: DeviceSeq,
        answer: &BegunSession,
    ) -> Result<(), DeviceError> {
        let mut next = answer.expected_device_seq;
        let mut outbox = Vec::with_capacity(self.outbox.len());
        for edit in &self.outbox {
            if let Some(edit) = edit.renumbered(next)? {
                outbox.push(edit);
                next = next.next();
            }
        }
        self.earlier.push(Earlier {
            device: old,
            through,
            acknowledged: std::mem::take(&mut self.acknowledged),
            refused: std::mem::take(&mut self.refused),
            outcomes: std::mem::take(&mut self.outcomes),
        });
        self.device = Some(answer.device());
        self.session = Some(answer.tokens());
        (self.outbox, self.next) = (outbox, next);
        (self.safe, self.witness) = (DeviceSeq(0), None);
        (self.is_overtaken, self.successor) = (false, None);
        // A cursor belongs to one device; the copy stays on the screen until the pull replaces it.
        self.read_anew();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EPOCH, Fake, ME, applied, crash, device, doc, ok, problem};
    use crate::kept_edit::KeptEdit;
    use crate::transport::Response;
    use uuid::Uuid;

    const NEW: DeviceId = DeviceId(Uuid::from_u128(0xD2));

    fn signed_in(device: DeviceId, expected: u64) -> Response {
        ok(&json!({"access_token": "a", "refresh_token": "r", "user": Uuid::from_u128(1),
            "device": device, "expected_device_seq": expected, "epoch": EPOCH}))
    }

    fn forked_at(number: u64) -> Response {
        problem(409, "device-forked", json!({"device_seq": number, "outcomes": []}))
    }

    /// A device with a group of two and a third edit unsent; the server has all their numbers with
    /// other content.
    fn forked() -> TestDevice<Fake> {
        let mut device = device();
        let make = |d: &mut TestDevice<Fake>| d.create("household", None, doc(r#"{"n":1}"#));
        device
            .group(|d| {
                make(d)?;
                make(d)
            })
            .expect("kept");
        make(&mut device).expect("kept");
        device.memory.next = DeviceSeq(8);
        for (at, edit) in device.memory.outbox.iter_mut().enumerate() {
            let number = DeviceSeq(5 + at as u64);
            *edit = edit.renumbered(number).expect("written").expect("an edit");
        }
        device
    }

    fn what(edits: &[KeptEdit]) -> Vec<(Option<crate::Draft>, Option<crate::Membership>)> {
        edits.iter().map(|edit| (edit.draft.clone(), edit.group)).collect()
    }

    #[test]
    fn a_forked_tablet_keeps_its_edits_and_groups_under_new_numbers() {
        let mut device = forked();
        let meant = what(device.memory.outbox());
        device.transport_mut().then(signed_in(ME, 9)).then(forked_at(5)).then(signed_in(NEW, 1));
        device.rejoin("wang", "secret", "平板").expect("back in");
        let memory = device.memory();
        assert_eq!((memory.device(), memory.next_device_seq()), (Some(NEW), DeviceSeq(4)));
        assert_eq!(what(memory.outbox()), meant);
        let numbers: Vec<u64> = memory.outbox().iter().map(|edit| edit.device_seq.0).collect();
        assert_eq!(numbers, [1, 2, 3]);
        let told = &device.transport().bodies("/session")[1]["device"];
        assert_eq!(told["continues"], json!({"device": ME, "through": 4}));
        device.transport_mut().then(applied(1..=3, &[]));
        device.push().expect("pushed");
        let pushed = device.transport().bodies("/push");
        assert_eq!(pushed[1]["edits"][2]["device_seq"], 3);
        assert_eq!(pushed[1]["edits"][0]["group"], pushed[0]["edits"][0]["group"]);
    }

    #[test]
    fn an_answer_lost_on_the_way_back_enrols_no_second_device() {
        let mut device = forked();
        let line = device.transport_mut();
        line.then(signed_in(ME, 9)).then(forked_at(5)).then_lost();
        assert!(device.rejoin("wang", "secret", "平板").is_err());
        assert_eq!(device.memory().device(), Some(ME));
        assert_eq!(device.memory().outbox().len(), 3);
        let mut device = crash(device);
        device.transport_mut().then(signed_in(ME, 9)).then(forked_at(5)).then(signed_in(NEW, 1));
        device.rejoin("wang", "secret", "平板").expect("back in");
        let told = device.transport().bodies("/session");
        assert_eq!(told[1]["device"]["id"], told[3]["device"]["id"]);
        assert!(told[1]["device"]["id"].is_string());
    }

    #[test]
    fn a_tablet_whose_numbers_are_behind_finds_out_and_one_that_is_not_stays_who_it_is() {
        let mut device = device();
        device.transport_mut().then(signed_in(ME, 1));
        device.rejoin("wang", "secret", "平板").expect("nothing to do");
        assert_eq!(device.memory().device(), Some(ME));
        device.transport_mut().then(signed_in(ME, 4));
        device.sign_in("wang", "secret", "平板").expect("signed in");
        let mut device = crash(device);
        assert_eq!(device.push(), Err(DeviceError::Forked { at: DeviceSeq(1) }));
        device.transport_mut().then(signed_in(ME, 4)).then(signed_in(NEW, 1));
        device.rejoin("wang", "secret", "平板").expect("back in");
        assert_eq!(device.memory().earlier()[0].through, DeviceSeq(0));
        assert_eq!(device.push().expect("nothing to send").batches, 0);
        // A server that was restored since learns again what the new name continues.
        device.transport_mut().then(signed_in(ME, 4)).then(signed_in(NEW, 1));
        device.sign_in("wang", "secret", "平板").expect("signed in");
        let told = device.transport().bodies("/session");
        let last = &told[told.len() - 1]["device"];
        assert_eq!(last["continues"], json!({"device": ME, "through": 0}));
    }
}
