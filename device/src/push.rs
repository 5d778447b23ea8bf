//! Sending what is unsent, batch by batch, and taking the answers.

use crate::batch::{self, Batch};
use crate::device::TestDevice;
use crate::error::{DeviceError, Problem, read_answer};
use crate::memory::NewEpoch;
use crate::transport::{Response, Transport};
use ruhu_sync::id::{DeviceSeq, Epoch};
use ruhu_sync::outcome::Outcome;

/// What a push brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushReport {
    /// How many requests it took.
    pub batches: usize,
    /// The outcomes heard, in order.
    pub outcomes: Vec<Outcome>,
}

/// What is tried next after an answer that is no acknowledgement.
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

    /// Sends one batch and takes its answer; no outcomes mean that nothing was unsent. A device
    /// may crash between any two of these.
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
                return Ok(Vec::new());
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
            (409, "device-seq-gap" | "sequence-gap", _) => {
                let Some(expected) = problem.expected() else {
                    return Err(problem.into_error(response));
                };
                self.memory.take_back(expected)?;
                Ok(Next::FromExpected)
            }
            (409, "device-forked", Some(at)) => {
                // What stands below the fork was taken, and is known to be this device's own.
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
    /// one until the edits that the new one lacks have been sent again.
    pub(crate) fn meet_epoch(&mut self, problem: &Problem, response: &Response) -> DeviceError {
        let Some(epoch) = problem.member::<Epoch>("epoch") else {
            return Problem::read(response).into_error(response);
        };
        let expected = problem.expected();
        self.memory.new_epoch = Some(NewEpoch { epoch, expected });
        DeviceError::EpochChanged { epoch }
    }
}
