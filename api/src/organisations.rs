//! What staff do to the organisations: judged in one transaction, done once for each idempotency
//! key, and written down.

use crate::auth::{Acting, SignedIn, areas_filled, fills, fresh_uuid};
use crate::halt::{Halt, refuse_faults};
use crate::idempotency::{IdempotencyKey, KeyedRequest, SecretMark};
use crate::problem::{Answer, Kind};
use crate::service::Service;
use chrono::{Days, NaiveDate};
use ruhu_casework::administration::Within;
use ruhu_casework::areas;
use ruhu_casework::grants::day_of;
use ruhu_casework::organisations::{OrganisationFault, Term, check_end, check_text};
use ruhu_store::Tx;
use ruhu_store::accounts::Account;
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::UserId;
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Where something is arranged.
pub(crate) struct Scene<'a> {
    /// The transaction. Nobody else changes an organisation while it runs.
    pub(crate) tx: &'a mut Tx,
    /// A name for what is new.
    pub(crate) id: Uuid,
    /// Who arranges it.
    pub(crate) by: UserId,
    /// The day in Beijing.
    pub(crate) today: NaiveDate,
    /// The areas that the person arranges.
    pub(crate) within: &'a Within,
}

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
        let yesterday = self.today.checked_sub_days(Days::new(1)).unwrap_or(self.today);
        let last_day = last_day.unwrap_or(yesterday);
        let mut faults = check_end(term, last_day, self.today);
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

/// Something that staff may ask for.
pub(crate) trait Arrangement: Serialize + Send + 'static {
    /// What is written down.
    const ACT: Act;

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

impl Service {
    /// Arranges something, once for each key; gives the answer's text.
    pub(crate) async fn arrange<A: Arrangement>(
        &self,
        acting: Acting,
        key: IdempotencyKey,
        asked: A,
    ) -> Answer<String> {
        let request = key.sent_for(A::ACT.as_str(), &(&asked, asked.secret()));
        let id = fresh_uuid(acting.person.now)?;
        let person = acting.person.clone();
        self.in_office(acting, request, move |tx, within| {
            carried_out(tx, &person, within, id, &asked)
        })
        .await
    }

    /// Does something once for each key, while nobody else arranges anything. The right is judged
    /// again in the transaction: it may have ended since the sign-in was read.
    pub(crate) async fn in_office(
        &self,
        acting: Acting,
        request: KeyedRequest,
        work: impl Fn(&mut Tx, &Within) -> Result<String, Halt> + Send + 'static,
    ) -> Answer<String> {
        let by = acting.person.clone();
        self.once(&by, request, move |tx| {
            tx.lock_organisations()?;
            let facts = tx.person_facts(acting.person.user())?;
            if !fills(&facts, acting.roles, acting.person.now) {
                return Err(Kind::NotPermitted.into());
            }
            work(tx, &areas_filled(&facts, acting.roles, acting.person.now))
        })
        .await
    }
}

fn carried_out<A: Arrangement>(
    tx: &mut Tx,
    person: &SignedIn,
    within: &Within,
    id: Uuid,
    asked: &A,
) -> Result<String, Halt> {
    let mut scene = Scene { tx, id, by: person.user(), today: day_of(person.now), within };
    let change = asked.carry_out(&mut scene)?;
    let subject = change.subject;
    let detail = json!({"asked": asked.told(), "before": change.before}).to_string();
    let entry = Entry::by(person.user(), person.device, A::ACT, person.now).to(subject);
    let number = tx.audit(&Entry { area: change.area, detail, ..entry })?;
    let mut answer = asked.answers();
    answer.insert("id".to_owned(), json!(subject));
    answer.insert("log_number".to_owned(), json!(number));
    Ok(Value::Object(answer).to_string())
}
