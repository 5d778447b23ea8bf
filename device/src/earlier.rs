//! What an installation stores about the time before a fork, when it worked under another name.

use crate::error::DeviceError;
use crate::kept_edit::{KeptEdit, RefusedEdit};
use ruhu_sync::id::{DeviceId, DeviceSeq};
use ruhu_sync::outcome::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A name under which this installation worked before, and what it stores of that time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// The name.
    pub device: DeviceId,
    /// Its last edit that is this installation's own.
    pub through: DeviceSeq,
    /// The acknowledged edits that may not be in a verified backup.
    pub acknowledged: Vec<KeptEdit>,
    /// Those of its edits that were not taken.
    pub refused: Vec<RefusedEdit>,
    /// Every outcome it received.
    pub outcomes: BTreeMap<DeviceSeq, Outcome>,
}

impl Earlier {
    /// The `continues` of a sign-in.
    pub(crate) fn as_continued(&self) -> Value {
        json!({"device": self.device, "through": self.through})
    }

    /// The first number to send to a history that expects this one. That includes edits which the
    /// history seems to have: another installation of the same name may have used their numbers for
    /// something else.
    pub(crate) fn resend_from(&self, expected: DeviceSeq) -> Result<DeviceSeq, DeviceError> {
        let kept = self.acknowledged.first().map(|edit| edit.device_seq);
        let first = kept.unwrap_or(self.through.next());
        if expected < first { Err(DeviceError::Gap { expected }) } else { Ok(first) }
    }

    pub(crate) fn from(&self, number: DeviceSeq) -> &[KeptEdit] {
        let from = self.acknowledged.partition_point(|edit| edit.device_seq < number);
        &self.acknowledged[from..]
    }

    /// Replaces earlier outcomes with those of a new history, and drops what is in a verified
    /// backup.
    pub(crate) fn settle(&mut self, outcomes: &[Outcome], safe: DeviceSeq) {
        for outcome in outcomes {
            let number = outcome.device_seq;
            self.outcomes.insert(number, outcome.clone());
            self.refused.retain(|refused| refused.edit.device_seq != number);
            let edit = self.acknowledged.iter().find(|edit| edit.device_seq == number);
            if let Some(edit) = edit.filter(|_| !outcome.outcome.is_effective()) {
                self.refused.push(RefusedEdit { edit: edit.clone(), outcome: outcome.clone() });
            }
        }
        self.acknowledged.retain(|edit| edit.device_seq > safe);
    }
}
