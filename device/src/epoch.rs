//! Enters a new history of the server's: resends what it lacks, and reads everything from the
//! beginning.

use crate::device::TestDevice;
use crate::error::DeviceError;
use crate::memory::{DeviceMemory, NewEpoch};
use crate::transport::Transport;
use ruhu_sync::id::{DeviceSeq, Epoch};
use ruhu_sync::planted::{Fault, planted};

impl DeviceMemory {
    /// Enters a new history in one step, so that a crash finds the device in one or the other. All
    /// acknowledged edits that are stored become unsent again, under their numbers and byte for
    /// byte: those that the history lacks, and those that it seems to have, because another
    /// installation of the same name may have used their numbers for something else meanwhile. The
    /// rows are shown until the next pull replaces them all: their later versions belong to the old
    /// history, so no lower number is ignored because of them.
    pub(crate) fn enter(&mut self, epoch: Epoch, expected: DeviceSeq) -> Result<(), DeviceError> {
        let kept = self.acknowledged.first().or(self.outbox.first());
        let first = kept.map_or(self.next, |edit| edit.device_seq);
        if expected < first {
            return Err(DeviceError::Gap { expected });
        }
        if !self.acknowledged.is_empty() && !planted(Fault::DeviceBringsNothingBack) {
            self.take_back(first)?;
        }
        // Only what a verified backup has is in every history: no other link is a witness here.
        let safe = self.safe;
        self.witness = self.witness.take().filter(|link| link.through <= safe);
        // Whether this history, too, has numbers that the installation knows nothing of.
        self.is_overtaken = false;
        self.notice_overtaking(expected);
        self.epoch = Some(epoch);
        self.new_epoch = None;
        self.read_anew();
        Ok(())
    }
}

impl<T: Transport> TestDevice<T> {
    /// Enters the new history that the server has announced; returns whether there was one. Sends
    /// and reads nothing.
    pub fn enter_new_epoch(&mut self) -> Result<bool, DeviceError> {
        let (epoch, expected) = match self.memory.new_epoch {
            None => return Ok(false),
            Some(NewEpoch { epoch, expected: Some(expected) }) => (epoch, expected),
            Some(NewEpoch { expected: None, .. }) => {
                let told = self.handshake()?;
                (told.epoch, told.expected_device_seq)
            }
        };
        self.memory.enter(epoch, expected)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EPOCH, Fake, HERE, applied, crash, device, doc, id, last_page, ok, problem};
    use crate::fake::{row, with};
    use ruhu_sync::path::Path;
    use serde_json::{Value, json};
    use uuid::Uuid;

    const AFTER: Epoch = Epoch(Uuid::from_u128(0xE2));

    fn changed(expected: u64) -> crate::transport::Response {
        let members =
            json!({"epoch": AFTER, "expected_device_seq": expected, "safe_device_seq": 0});
        problem(409, "epoch-changed", members)
    }

    fn in_epoch(response: &crate::transport::Response) -> crate::transport::Response {
        let body: Value = serde_json::from_str(&response.body).expect("json");
        ok(&with(body, "epoch", json!(AFTER)))
    }

    fn empty_page() -> Value {
        with(
            with(last_page("new", &[], &[(HERE, &[])]), "restarted", json!([HERE])),
            "epoch",
            json!(AFTER),
        )
    }

    /// A device that made this many records, all of them acknowledged.
    fn acknowledged(count: u64) -> TestDevice<Fake> {
        let mut device = device();
        for n in 1..=count {
            device.create("household", None, doc(&format!(r#"{{"n":{n}}}"#))).expect("kept");
        }
        device.transport_mut().then(applied(1..=count, &[]));
        device.push().expect("pushed");
        device.transport_mut().calls.clear();
        device
    }

    fn bytes(edits: &[crate::KeptEdit]) -> Vec<String> {
        edits.iter().map(|edit| edit.bytes.clone()).collect()
    }

    #[test]
    fn all_that_is_kept_is_sent_again_byte_for_byte_and_then_all_is_read() {
        let mut device = acknowledged(3);
        device.create("household", None, doc(r#"{"n":4}"#)).expect("kept");
        let mut kept = bytes(device.memory.acknowledged());
        kept.extend(bytes(device.memory.outbox()));
        device.memory.cursor = Some("old".to_owned());
        let line = device.transport_mut();
        line.then(changed(2)).then(in_epoch(&applied(1..=4, &[]))).then(ok(&empty_page()));
        let report = device.sync().expect("synced");
        assert_eq!(report.push.outcomes.len(), 4);
        let calls = &device.transport().calls;
        assert_eq!(calls.len(), 3);
        assert_eq!(calls[1].body["epoch"], json!(AFTER));
        for edit in &kept {
            assert!(calls[1].bytes.contains(edit), "{edit}");
        }
        assert!(calls[2].body.get("cursor").is_none());
        assert_eq!((device.memory.epoch(), device.memory.new_epoch()), (Some(AFTER), None));
        assert_eq!(bytes(device.memory.acknowledged()), kept);
    }

    #[test]
    fn a_lower_version_of_the_new_history_replaces_what_was_held() {
        let mut device = device();
        device.memory.rows.insert(id(1), row(1, 9, HERE, r#"{"x":9}"#));
        let anew = [row(1, 2, HERE, r#"{"x":2}"#)];
        let page = with(last_page("new", &anew, &[(HERE, &anew)]), "restarted", json!([HERE]));
        let page = with(page, "epoch", json!(AFTER));
        device.transport_mut().then(changed(1)).then(ok(&page));
        assert!(device.sync().expect("synced").pull.streams[0].agrees);
        assert_eq!(device.memory.rows()[&id(1)].rev.number, 2);
    }

    #[test]
    fn a_device_that_only_learned_the_name_asks_where_it_stands() {
        let mut device = acknowledged(2);
        device.memory.cursor = None;
        let told = json!({"versions": {"push": [1], "pull": [1]}, "limits": {}, "epoch": AFTER, "server_time_us": 0,
            "expected_device_seq": 1, "safe_device_seq": 0, "streams": []});
        let line = device.transport_mut();
        line.then(ok(&empty_page()));
        line.then(ok(&told)).then(in_epoch(&applied(1..=2, &[]))).then(ok(&empty_page()));
        // A first pull without a cursor: the server cannot know that the device is of another
        // epoch.
        let report = device.sync().expect("synced");
        assert_eq!(report.push.outcomes.len(), 2);
        let paths: Vec<_> = device.transport().calls.iter().map(|c| c.path.as_str()).collect();
        assert_eq!(paths, ["/v1/sync/pull", "/v1/sync", "/v1/sync/push", "/v1/sync/pull"]);
    }

    #[test]
    fn a_person_whose_right_has_ended_still_brings_back_what_a_restored_server_lacks() {
        let mut device = acknowledged(1);
        let stands = json!({"versions": {"push": [1], "pull": [1]}, "limits": {}, "epoch": AFTER,
            "server_time_us": 1, "expected_device_seq": 1, "safe_device_seq": 0, "streams": []});
        let closed = || problem(403, "closed", json!({"epoch": AFTER}));
        let line = device.transport_mut();
        line.then(closed()).then(ok(&stands)).then(in_epoch(&applied(1..=1, &[]))).then(closed());
        assert_eq!(device.sync(), Err(DeviceError::Closed));
        assert_eq!(device.transport().bodies("/push").len(), 1);
        assert!(device.memory.outbox().is_empty());
    }

    #[test]
    fn a_link_of_the_old_history_is_not_held_against_the_new_one() {
        let mut device = device();
        let chain = "of another installation".to_owned();
        device.memory.witness = Some(crate::Witness { through: DeviceSeq(1), chain });
        device.memory.enter(AFTER, DeviceSeq(1)).expect("entered");
        device.create("household", None, doc("{}")).expect("kept");
        device.transport_mut().then(in_epoch(&applied(1..=1, &[])));
        device.push().expect("pushed");
    }

    #[test]
    fn a_crash_on_the_way_into_the_new_history_loses_nothing() {
        let mut device = acknowledged(2);
        let kept = bytes(device.memory.acknowledged());
        device.create("household", None, doc("{}")).expect("kept");
        device.transport_mut().then(changed(1));
        assert!(device.push().is_err());
        let mut device = crash(device);
        assert!(device.enter_new_epoch().expect("entered"));
        let mut device = crash(device);
        assert_eq!(bytes(&device.memory.outbox()[..2]), kept);
        let line = device.transport_mut();
        line.then(in_epoch(&applied(1..=3, &[]))).then(ok(&empty_page()));
        device.sync().expect("synced");
        assert!(device.memory.outbox().is_empty());
    }

    #[test]
    fn edits_known_to_be_in_a_backup_are_not_kept_and_a_history_without_them_is_told_of() {
        let mut device = acknowledged(3);
        device.create("household", None, doc("{}")).expect("kept");
        let safe = applied(4..=4, &[]);
        let body: Value = serde_json::from_str(&safe.body).expect("json");
        device.transport_mut().then(ok(&with(body, "safe_device_seq", json!(2))));
        device.push().expect("pushed");
        assert_eq!(bytes(device.memory.acknowledged()).len(), 2);
        device.transport_mut().then(changed(2));
        let expected = DeviceSeq(2);
        assert_eq!(device.sync(), Err(DeviceError::Gap { expected }));
        // Nothing changed: somebody restored an older backup than a verified one, and a person has
        // to decide.
        assert_eq!(device.memory.epoch(), Some(EPOCH));
        assert_eq!(bytes(device.memory.acknowledged()).len(), 2);
    }

    #[test]
    fn a_new_edit_on_an_old_row_keeps_the_base_that_was_on_the_screen() {
        let mut device = device();
        device.memory.rows.insert(id(1), row(1, 9, HERE, r#"{"x":9}"#));
        let rev = device.memory.rows()[&id(1)].rev;
        device.memory.enter(AFTER, DeviceSeq(1)).expect("entered");
        device.set(id(1), &Path::of(&["x"]), 2.into()).expect("kept");
        assert_eq!(device.memory.outbox()[0].base, ruhu_sync::rev::Base::Seen(rev));
    }
}
