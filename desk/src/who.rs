//! Who acts, and by what right.

use ruhu_casework::administration::Within;
use ruhu_casework::days::day_of;
use ruhu_casework::facts::{Office, PersonFacts, Role};
use ruhu_store::accounts::Account;
use ruhu_sync::id::{DeviceId, Instant, UserId};
use std::marker::PhantomData;

/// Somebody who has signed in, at a device that was not reported lost, and with whom nothing is due
/// before the work.
///
/// An account that is switched off passes, too: it may hand in what was written before, which the
/// protocol puts into quarantine, and look after its own devices. A right of staff refuses it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person.
    pub account: Account,
    /// The device that the session is.
    pub device: DeviceId,
    /// What the device is called.
    pub device_name: String,
    /// The instant by which this request is judged.
    pub now: Instant,
}

impl SignedIn {
    /// Who.
    pub fn user(&self) -> UserId {
        self.account.id
    }
}

/// A person's installation, as the sync protocol speaks with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnDevice {
    /// Who.
    pub user: UserId,
    /// Which.
    pub device: DeviceId,
    /// The instant by which this request is judged.
    pub now: Instant,
}

/// A right of staff: whoever fills any of its roles has it.
pub trait Right: Send + 'static {
    /// The roles.
    const ROLES: &'static [Role];
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident: $($role:ident)|+;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Right for $name {
            const ROLES: &'static [Role] = &[$(Role::$role),+];
        }
    )*};
}

rights! {
    /// A person of government who reviews.
    Reviewer: DistrictReviewer | StreetReviewer;
    /// A person of government at a desk: who reviews, or receives at a window.
    DeskStaff: DistrictReviewer | StreetReviewer | StreetWindow;
    /// An administrator of accounts and configuration.
    Admin: Admin;
    /// Who arranges providers, contracts and teams: the purchasing district's staff, and
    /// administrators.
    OrganisationStaff: DistrictReviewer | Admin;
    /// Who reads what people did: finance and audit, and administrators.
    LogReader: Auditor | Admin;
}

/// Somebody who has a right. Whoever writes is judged again in the transaction.
#[derive(Clone, Debug)]
pub struct Staff<R> {
    /// The person, at a device.
    pub person: SignedIn,
    /// The areas in which the person has it.
    pub within: Within,
    right: PhantomData<fn() -> R>,
}

impl<R: Right> Staff<R> {
    /// The person, if these facts give the right.
    pub fn judged(person: SignedIn, facts: &PersonFacts) -> Option<Self> {
        let within = areas_filled(facts, R::ROLES, person.now);
        fills(facts, R::ROLES, person.now).then(|| Self { person, within, right: PhantomData })
    }

    /// Who.
    pub fn user(&self) -> UserId {
        self.person.user()
    }
}

/// Whether a person fills one of these roles today. Whoever works in a contractor's team fills no
/// role of government, whatever offices were entered: what government must do itself may not be
/// bought (京民社救发〔2018〕313号).
pub fn fills(facts: &PersonFacts, roles: &[Role], now: Instant) -> bool {
    filled(facts, roles, now).next().is_some()
}

/// The offices of these roles that a person fills today.
fn filled<'a>(
    facts: &'a PersonFacts,
    roles: &'a [Role],
    now: Instant,
) -> impl Iterator<Item = &'a Office> {
    let day = day_of(now);
    let is_contractors = facts.memberships.iter().any(|m| m.is_current(day));
    facts.offices.iter().filter(move |office| {
        facts.active
            && roles.contains(&office.role)
            && office.is_in_force(day)
            && (office.role.is_contractors() || !is_contractors)
    })
}

/// The areas of the offices of these roles that a person fills today.
pub fn areas_filled(facts: &PersonFacts, roles: &[Role], now: Instant) -> Within {
    Within::areas(filled(facts, roles, now).map(|office| office.area.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use ruhu_casework::facts::Membership;
    use ruhu_sync::id::StreamId;
    use uuid::Uuid;

    const NOON_2026_11_23: Instant = Instant(1_795_406_400_000_000);
    const REVIEWS: &[Role] = Reviewer::ROLES;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("day")
    }

    fn reviewer(last_day: &str) -> PersonFacts {
        PersonFacts {
            user: UserId(Uuid::from_u128(1)),
            active: true,
            offices: vec![Office {
                role: Role::StreetReviewer,
                area: "110102012".to_owned(),
                first_day: day("2026-01-01"),
                last_day: Some(day(last_day)),
            }],
            memberships: Vec::new(),
            desk: Vec::new(),
        }
    }

    #[test]
    fn an_office_counts_through_its_last_day_in_beijing() {
        assert!(fills(&reviewer("2026-11-23"), REVIEWS, NOON_2026_11_23));
        assert!(!fills(&reviewer("2026-11-22"), REVIEWS, NOON_2026_11_23));
        assert!(!fills(&reviewer("2026-11-23"), &[Role::Admin], NOON_2026_11_23));
    }

    #[test]
    fn an_account_that_is_switched_off_fills_no_role() {
        let mut facts = reviewer("2026-12-31");
        facts.active = false;
        assert!(!fills(&facts, REVIEWS, NOON_2026_11_23));
    }

    #[test]
    fn whoever_works_for_a_contractor_reviews_nothing() {
        let mut facts = reviewer("2026-12-31");
        facts.memberships.push(Membership {
            caseload: StreamId(Uuid::from_u128(2)),
            area: "110102012".to_owned(),
            first_day: day("2026-01-01"),
            last_day: None,
            contract_first_day: day("2026-01-01"),
            contract_last_day: day("2026-12-31"),
            bans: Vec::new(),
        });
        assert!(!fills(&facts, REVIEWS, NOON_2026_11_23));
    }
}
