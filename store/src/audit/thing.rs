//! What the audit log watches, by its word in the log's lines.

use std::collections::BTreeSet;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

/// What is watched: a table of accounts, rights, devices or keys.
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
    /// With what a membership began.
    Entry,
    /// A device: whose it is, and what keeps it out. What moves with every push is the journal's.
    Device,
    /// The key that proves a person's signatures, as it is sealed: a digest of the key itself would
    /// let whoever reads the log try PINs on it.
    SigningKey,
    /// That a password has to be changed.
    OneTimePassword,
    /// A second factor. What is sealed is bound to the instant, and holds itself.
    SecondFactor,
}

impl Thing {
    /// Its word in the log.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Changed rows whose state no line of the log gives yet.
pub(crate) type Touched = BTreeSet<(Thing, Uuid)>;
