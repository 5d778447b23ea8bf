//! What the store must know of a person to compute rights: loaded at every request, judged by
//! [`crate::grants`].

pub use crate::roles::Role;
use chrono::NaiveDate;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::{StreamId, UserId};

/// Everything that affects one person's rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFacts {
    /// The person.
    pub user: UserId,
    /// Whether the account is enabled; a disabled account has no rights at all.
    pub active: bool,
    /// The person's past, present and future offices.
    pub offices: Vec<Office>,
    /// The person's past, present and future caseloads.
    pub memberships: Vec<Membership>,
    /// The streams that a desk in one of the person's areas could open. A longer list does no harm:
    /// [`crate::grants::grants`] lets through only what is inside an office's area.
    pub desk: Vec<DeskStream>,
}

/// A role in an area for a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// The role.
    pub role: Role,
    /// The area's code prefix: 6, 9 or 12 digits; empty for the city.
    pub area: String,
    /// The first day, inclusive.
    pub first_day: NaiveDate,
    /// The last day, inclusive; none if it is open.
    pub last_day: Option<NaiveDate>,
}

/// A place in a team under a contract for a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The caseload's stream.
    pub caseload: StreamId,
    /// The caseload's area, as a code prefix.
    pub area: String,
    /// The first day, inclusive.
    pub first_day: NaiveDate,
    /// The last day, inclusive; none if it is open.
    pub last_day: Option<NaiveDate>,
    /// The contract's first day, inclusive.
    pub contract_first_day: NaiveDate,
    /// The contract's last day, inclusive.
    pub contract_last_day: NaiveDate,
    /// The days on which the provider is banned, first and last inclusive.
    pub bans: Vec<(NaiveDate, NaiveDate)>,
}

/// A stream that a desk may open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskStream {
    /// The stream.
    pub stream: StreamId,
    /// What kind of stream it is.
    pub kind: StreamKind,
    /// The area of the caseload, or of the reporter's community, as a code prefix.
    pub area: String,
}

fn holds(day: NaiveDate, first: NaiveDate, last: Option<NaiveDate>) -> bool {
    first <= day && last.is_none_or(|last| day <= last)
}

impl Office {
    /// Whether the person holds it on that day.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        holds(day, self.first_day, self.last_day)
    }
}

impl Membership {
    /// Whether the person belongs to the team on that day, whatever became of the contract.
    pub fn is_current(&self, day: NaiveDate) -> bool {
        holds(day, self.first_day, self.last_day)
    }

    /// The first day on which membership and contract both run.
    pub fn begins(&self) -> NaiveDate {
        self.first_day.max(self.contract_first_day)
    }

    /// The last day on which membership and contract both run.
    pub fn ends(&self) -> NaiveDate {
        self.last_day.map_or(self.contract_last_day, |last| last.min(self.contract_last_day))
    }

    /// Whether membership and contract both run on that day, banned or not.
    pub fn runs(&self, day: NaiveDate) -> bool {
        holds(day, self.begins(), Some(self.ends()))
    }

    /// Whether the person may work in the team on that day: membership and contract in force, and
    /// the provider not banned (政府购买服务管理办法 财政部令第102号 and 京民社救发〔2018〕313号).
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.runs(day) && !self.bans.iter().any(|(first, last)| holds(day, *first, Some(*last)))
    }
}
