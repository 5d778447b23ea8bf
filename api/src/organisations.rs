//! What staff do to the organisations: judged in one transaction, done once for each idempotency
//! key, and written down.

use crate::auth::{Acting, SignedIn, areas_filled, fills, fresh_uuid};
use crate::idempotency::{IdempotencyKey, KeyedRequest, SecretMark};
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use chrono::{Days, NaiveDate};
use ruhu_casework::administration::Within;
use ruhu_casework::areas;
use ruhu_casework::grants::day_of;
use ruhu_casework::organisations::{OrganisationFault, Term, check_end, check_text};
use ruhu_store::Tx;
use ruhu_store::accounts::{Account, Recalled, Request};
use ruhu_store::audit::{Act, Entry};
use ruhu_sync::id::UserId;
use ruhu_sync::storage::{StorageError, Stored};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What keeps something from being done. A refusal leaves nothing behind.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The database.
    Storage(StorageError),
    /// Rules, all that stand against it.
    Faults(Vec<OrganisationFault>),
    /// There is no such thing, or it is outside the person's areas: the same to whoever asks.
    NotAvailable,
    /// Something else, which is told as it is.
    Refused(Problem),
}

impl From<StorageError> for Stop {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Stops, if something stands against it.
pub(crate) fn sound(faults: Vec<OrganisationFault>) -> Result<(), Stop> {
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Stop::Faults(faults)),
    }
}

fn refusal(faults: &[OrganisationFault]) -> Problem {
    let told = faults.iter().map(|f| json!({"code": f.code(), "zh": f.zh(), "en": f.en()}));
    let together = |said: Vec<&str>, between: &str, end: &str| said.join(between) + end;
    Problem::new(Kind::OrganisationRefused)
        .detail(
            together(faults.iter().map(|fault| fault.zh()).collect(), "；", "。"),
            together(faults.iter().map(|fault| fault.en()).collect(), "; ", "."),
        )
        .with("faults", told.collect::<Value>())
}

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
    pub(crate) fn known_account(&mut self, user: UserId) -> Result<Option<Account>, Stop> {
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
    ) -> Result<NaiveDate, Stop> {
        let yesterday = self.today.checked_sub_days(Days::new(1)).unwrap_or(self.today);
        let last_day = last_day.unwrap_or(yesterday);
        let mut faults = check_end(term, last_day, self.today);
        faults.extend(check_text(reason, OrganisationFault::ReasonMissing));
        sound(faults).map(|()| last_day)
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
    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Stop>;
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
        self.once(acting, request, move |tx, within| carried_out(tx, &person, within, id, &asked))
            .await
    }

    /// Does something once for each key, while nobody else arranges anything. The right is judged
    /// again in the transaction.
    pub(crate) async fn once(
        &self,
        acting: Acting,
        request: KeyedRequest,
        work: impl Fn(&mut Tx, &Within) -> Result<String, Stop> + Send + 'static,
    ) -> Answer<String> {
        let store = self.store.clone();
        self.block(move || {
            store.write_unless_refused(|tx| {
                once(tx, &acting, &request.of(acting.person.user()), &work)
            })?
        })
        .await
    }
}

fn once(
    tx: &mut Tx,
    acting: &Acting,
    keyed: &Request<'_>,
    work: impl FnOnce(&mut Tx, &Within) -> Result<String, Stop>,
) -> Stored<Answer<String>> {
    match tx.recall(keyed, acting.person.now)? {
        Recalled::Answered { body, .. } => return Ok(Ok(body)),
        Recalled::Other => return Ok(Err(Kind::IdempotencyKeyReused.into())),
        Recalled::New => {}
    }
    tx.lock_organisations()?;
    // The right may have ended since the sign-in was read.
    let facts = tx.person_facts(acting.person.user())?;
    if !fills(&facts, acting.roles, acting.person.now) {
        return Ok(Err(Kind::NotPermitted.into()));
    }
    let within = areas_filled(&facts, acting.roles, acting.person.now);
    match work(tx, &within) {
        Ok(body) => {
            tx.remember(keyed, 200, &body)?;
            Ok(Ok(body))
        }
        Err(Stop::Storage(error)) => Err(error),
        Err(Stop::Faults(faults)) => Ok(Err(refusal(&faults))),
        Err(Stop::NotAvailable) => Ok(Err(Kind::NotAvailable.into())),
        Err(Stop::Refused(problem)) => Ok(Err(problem)),
    }
}

fn carried_out<A: Arrangement>(
    tx: &mut Tx,
    person: &SignedIn,
    within: &Within,
    id: Uuid,
    asked: &A,
) -> Result<String, Stop> {
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
