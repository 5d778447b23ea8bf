//! The field under an in-memory server: its rules, and people's grants.

use crate::kinds::Kinds;
use crate::model::{Rights, streams_of};
use crate::names::{self, STAFF, TEAMS};
use ruhu_sync::grants::{Capacity, Grant, Grants, StreamKind};
use ruhu_sync::id::{Instant, StreamId, UserId};
use ruhu_sync::plain::PlainRules;
use ruhu_sync::rules::Rules;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A field. A clone of it is in a backup.
pub trait Field: Clone {
    /// Its rules.
    type Rules: Rules;

    /// Its current rules.
    fn rules(&self) -> &Self::Rules;

    /// The time at which everything begins.
    fn begins(&self) -> Instant;

    /// Sets a person's rights.
    fn set_rights(&mut self, user: u8, rights: &Rights);

    /// Everybody's current grants, including staff's.
    fn grants(&self) -> BTreeMap<UserId, Grants>;

    /// A version of the form is published, if there are forms.
    fn publish(&mut self, _version: u32) {}

    /// Whether a door stands in front of the protocol, as the service's does: strangers and lost
    /// devices are sent away before anything is read, and the person of a lost device has to sign
    /// in again when it is found. Without a door, the protocol's own rules show.
    fn has_door(&self) -> bool {
        false
    }
}

/// The protocol's plain rules over the kinds that the model knows.
#[derive(Clone, Debug)]
pub struct PlainField {
    rules: PlainRules,
    rights: BTreeMap<u8, Rights>,
}

impl Default for PlainField {
    fn default() -> Self {
        let kinds = serde_json::from_value(Kinds::plain_rules());
        let rules = kinds.unwrap_or(PlainRules { kinds: Default::default() });
        Self { rules, rights: BTreeMap::new() }
    }
}

impl Field for PlainField {
    type Rules = PlainRules;

    fn rules(&self) -> &PlainRules {
        &self.rules
    }

    fn begins(&self) -> Instant {
        Instant(1)
    }

    fn set_rights(&mut self, user: u8, rights: &Rights) {
        self.rights.insert(user, rights.clone());
    }

    fn grants(&self) -> BTreeMap<UserId, Grants> {
        let people = self.rights.iter();
        let mut all: BTreeMap<_, _> =
            people.map(|(n, rights)| (UserId(names::user(*n)), of_worker(*n, rights))).collect();
        let desk = |kind| Grant { kind, held: false, capacity: Capacity("reviewer") };
        let teams = (0..TEAMS).map(|n| (StreamId(names::team(n)), desk(StreamKind::Caseload)));
        let own = all.keys().map(|user| (StreamId(user.0), desk(StreamKind::User)));
        let streams = teams.chain(own).collect();
        all.insert(UserId(STAFF), Grants { streams, ..Grants::default() });
        all
    }
}

fn of_worker(user: u8, rights: &Rights) -> Grants {
    let fallback = Some(StreamId(names::team(0)));
    if rights.closed {
        return Grants { closed: true, fallback, ..Grants::default() };
    }
    let own = names::user(user);
    let grant = |stream: Uuid| {
        let kind = if stream == own { StreamKind::User } else { StreamKind::Caseload };
        (StreamId(stream), Grant { kind, held: true, capacity: Capacity("worker") })
    };
    let streams = streams_of(user, rights).into_iter().map(grant).collect();
    Grants { streams, fallback, ..Grants::default() }
}
