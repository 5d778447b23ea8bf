//! The things that the audit log watches, each with its word in the log's lines.

use std::collections::BTreeSet;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

/// A watched table of accounts, rights, devices or keys.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Thing {
    /// An account, with its password's hash.
    Account,
    /// An office.
    Office,
    /// A provider.
    Provider,
    /// A ban.
    Ban,
    /// A contract.
    Contract,
    /// A caseload.
    Caseload,
    /// A membership.
    Membership,
    /// The qualification at the start of a membership.
    Entry,
    /// A device: its person, and what keeps it out. What moves with every push is covered by the
    /// journal.
    Device,
    /// The key that proves a person's signatures, as sealed: a digest of the key itself would let a
    /// reader of the log try PINs on it.
    SigningKey,
    /// A password that has to be changed.
    OneTimePassword,
    /// A second factor. Its secret is bound to the instant of enrolment, so it needs no digest.
    SecondFactor,
}

impl Thing {
    /// Its word in the log.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Changed rows whose new state no line of the log has yet.
pub(crate) type Touched = BTreeSet<(Thing, Uuid)>;
