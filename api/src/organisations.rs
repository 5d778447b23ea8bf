//! What staff do to the organisations.

use crate::acts::{Act, Done, Line, Scene};
use crate::halt::{Halt, refuse_faults};
use crate::idempotency::SecretMark;
use chrono::{Days, NaiveDate};
use ruhu_casework::areas;
use ruhu_casework::organisations::{OrganisationFault, Term, check_end, check_text};
use ruhu_store::accounts::Account;
use ruhu_store::audit;
use ruhu_sync::id::UserId;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

impl Scene<'_> {
    /// The area for which something is arranged: the one that is named, or the only one in which the
    /// person arranges.
    pub(crate) fn area(&self, named: Option<&str>) -> Result<String, OrganisationFault> {
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
    pub(crate) fn known_account(&mut self, user: UserId) -> Result<Option<Account>, Halt> {
        let ties = self.tx.ties_of(user)?;
        match ties.is_some_and(|ties| ties.are_known(self.within)) {
            true => Ok(self.tx.account(user)?),
            false => Ok(None),
        }
    }

    /// Judges an end and gives the last day: yesterday, if it is to end at once.
    pub(crate) fn end(
        &self,
        term: Term,
        last_day: Option<NaiveDate>,
        reason: &str,
    ) -> Result<NaiveDate, Halt> {
        let today = self.today();
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let last_day = last_day.unwrap_or(yesterday);
        let mut faults = check_end(term, last_day, today);
        faults.extend(check_text(reason, OrganisationFault::ReasonMissing));
        refuse_faults(&faults)?;
        Ok(last_day)
    }
}

/// What was changed.
pub(crate) struct Change {
    /// Which provider, contract, caseload, membership, office or account.
    pub(crate) subject: Uuid,
    /// Its area; none if it is of no one area.
    pub(crate) area: Option<String>,
    /// What of it was otherwise before.
    pub(crate) before: Option<Value>,
}

/// A change to who works for whom: one of the acts that all answer with what was changed and the
/// number of its line in the audit log.
pub(crate) trait Arrangement: Serialize + Send + 'static {
    /// What is written down.
    const ACT: audit::Act;

    /// A mark of what is secret in it: not written down, but asked again with another secret, it is
    /// another request.
    fn secret(&self) -> Option<SecretMark> {
        None
    }

    /// What is written down of what was asked. Nothing personal: people are named by their ids.
    fn told(&self) -> Value;

    /// What the answer tells beside the thing's id and the line's number. It is kept sealed for as long
    /// as the idempotency key is, and written down nowhere else.
    fn answers(&self) -> Map<String, Value> {
        Map::new()
    }

    /// Judges it and does it.
    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt>;
}

/// An arrangement as an act.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Arranging<A>(pub(crate) A);

impl<A: Arrangement> Act for Arranging<A> {
    type Answer = Value;

    const NAME: &'static str = A::ACT.as_str();
    const ARRANGES: bool = true;

    fn secret(&self) -> Option<SecretMark> {
        self.0.secret()
    }

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Value>, Halt> {
        let Self(asked) = self;
        let Change { subject, area, before } = asked.carry_out(scene)?;
        let detail = json!({"asked": asked.told(), "before": before});
        let logged = scene.log(Line { act: A::ACT, subject, area, detail })?;
        let mut answer = asked.answers();
        answer.insert("id".to_owned(), json!(subject));
        answer.insert("log_number".to_owned(), json!(logged.0));
        Ok(Done::logged(&logged, Value::Object(answer)))
    }
}
