//! The results of a schedule on another server, to compare with.

use super::Played;
use crate::service::Service;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What was stored there at the end.
pub(super) struct Elsewhere {
    stored: Vec<String>,
    acknowledged: Vec<(Uuid, u64, String)>,
}

impl Elsewhere {
    pub(super) fn of(played: &Played) -> Self {
        Self { stored: played.stored.clone(), acknowledged: played.acknowledged.clone() }
    }

    /// The differences in what is stored here.
    pub(super) fn differs<S: Service>(&self, stored: &[String], here: &mut S) -> Option<String> {
        let there: BTreeSet<&String> = self.stored.iter().collect();
        let stored: BTreeSet<&String> = stored.iter().collect();
        if there != stored {
            let lacks = there.difference(&stored).next();
            let more = stored.difference(&there).next();
            return Some(format!("what is stored lacks {lacks:?} and has {more:?} beside"));
        }
        let (device, number, _) = self
            .acknowledged
            .iter()
            .find(|(device, number, bytes)| !here.keeps(*device, *number, bytes))?;
        Some(format!("the bytes of edit {number} of device {device} are others"))
    }
}
