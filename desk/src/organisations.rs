//! Who works for whom: what staff arrange, one file for each thing.

mod accounts;
mod bans;
mod caseloads;
mod contracts;
mod credentials;
mod ending;
mod memberships;
mod offices;
mod providers;

pub use accounts::{AccountUse, NewAccount};
pub use bans::{LiftedBan, NewBan};
pub use caseloads::NewCaseload;
pub use contracts::{EndedContract, NewContract};
pub use credentials::{Reset, ResetPassword};
pub use ending::{End, Ended};
pub use memberships::{EndedMembership, NewMembership};
pub use offices::{EndedOffice, NewOffice};
pub use providers::NewProvider;

use crate::acts::{Act, Done, Line, Logged, Scene};
use crate::halt::{Halt, refuse_faults};
use crate::idempotency::SecretMark;
use crate::who::Right;
use chrono::NaiveDate;
use ruhu_casework::areas;
use ruhu_casework::days::day;
use ruhu_casework::organisations::OrganisationFault;
use ruhu_store::accounts::Account;
use ruhu_store::audit;
use ruhu_sync::id::UserId;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Names as examples show them.
pub mod examples {
    /// What it is about.
    pub const ID: &str = "0192e4a0-0000-7000-8000-000000000021";
    /// What else it names.
    pub const OTHER_ID: &str = "0192e4a0-0000-7000-8000-000000000022";
}

/// A day of the calendar in Beijing, as `2026-11-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, format = Date)]
pub struct Day(pub NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        day(&text).map(Self).ok_or_else(|| D::Error::custom("a day is written 2026-11-23"))
    }
}

impl Scene<'_> {
    /// The area for which something is arranged: the one that is named, or the only one in which the
    /// person arranges.
    pub fn area(&self, named: Option<&str>) -> Result<String, OrganisationFault> {
        let area = match named {
            Some(named) => areas::prefix(named).ok_or(OrganisationFault::AreaMalformed)?,
            None => self.within.only().ok_or(OrganisationFault::AreaMissing)?,
        };
        match self.within.contains(area) {
            true => Ok(area.to_owned()),
            false => Err(OrganisationFault::OutsideYourArea),
        }
    }

    /// An account, if the person's areas know it: one that is elsewhere's is answered as nobody's.
    pub fn known_account(&mut self, user: UserId) -> Result<Option<Account>, Halt> {
        let ties = self.tx.ties_of(user)?;
        match ties.is_some_and(|ties| ties.are_known(self.within)) {
            true => Ok(self.tx.account(user)?),
            false => Ok(None),
        }
    }
}

/// What was changed.
pub struct Change {
    /// Which provider, contract, caseload, membership, office or account.
    pub subject: Uuid,
    /// Its area; none if it is of no one area.
    pub area: Option<String>,
    /// What of it was otherwise before.
    pub before: Option<Value>,
}

/// What was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Arranged {
    /// What it was done to: what is new has its name from here.
    id: Uuid,
    /// Its number in the log.
    log_number: u64,
}

impl Arranged {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"id": examples::ID, "log_number": 12})
    }
}

/// A change to who works for whom: one of the acts that all answer with what was changed and the
/// number of its line in the audit log.
pub trait Arrangement: Serialize + Send + 'static {
    /// Who may arrange it.
    type Right: Right;

    /// What is written down.
    const ACT: audit::Act;

    /// A mark of what is secret in it: not written down, but asked again with another secret, it is
    /// another request.
    fn secret(&self) -> Option<SecretMark> {
        None
    }

    /// What is written down of what was asked. Nothing personal: people are named by their ids.
    fn told(&self) -> Value;

    /// Judges it and does it.
    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt>;
}

/// An arrangement as an act.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Arranging<A>(pub A);

impl<A: Arrangement> Act for Arranging<A> {
    type Right = A::Right;
    type Answer = Arranged;

    const NAME: &'static str = A::ACT.as_str();
    const LOCKS_ORGANISATIONS: bool = true;

    fn secret(&self) -> Option<SecretMark> {
        self.0.secret()
    }

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Arranged>, Halt> {
        let (arranged, logged) = arrange(&self.0, scene)?;
        Ok(Done::logged(&logged, arranged))
    }
}

/// Carries out an arrangement and writes it down.
fn arrange<A: Arrangement>(asked: &A, scene: &mut Scene<'_>) -> Result<(Arranged, Logged), Halt> {
    let Change { subject, area, before } = asked.carry_out(scene)?;
    let detail = json!({"asked": asked.told(), "before": before});
    let logged = scene.log(Line { act: A::ACT, subject, area, detail })?;
    Ok((Arranged { id: subject, log_number: logged.number() }, logged))
}
