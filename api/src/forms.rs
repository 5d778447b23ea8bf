//! The forms: served as they stand on the shelf, published and retired by administrators.

mod refusal;

use crate::auth::{Acting, SignedIn};
use crate::etag::etag_of;
use crate::halt::Halt;
use crate::idempotency::IdempotencyKey;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use chrono::NaiveDate;
use refusal::{not_published, not_retired};
use ruhu_casework::administration::Within;
use ruhu_casework::grants::day_of;
use ruhu_casework::shelf::{Candidate, FormHash, ShelvedForm};
use ruhu_forms::Strength;
use ruhu_store::Tx;
use ruhu_store::audit::{Act, Entry};
use ruhu_store::forms::NewForm;
use ruhu_sync::storage::Stored;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The longest text of a form.
pub(crate) const FORM_BYTES_MAX: usize = 1024 * 1024;

/// One form, one version.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormEntry {
    /// Which form.
    pub id: String,
    /// Which version: a published one never changes.
    pub version: u32,
    /// Its name.
    pub label_zh: String,
    /// The first day on which it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// The last day on which it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The ETag of its definition: what is known need not be asked for.
    pub etag: String,
    /// SHA-256 of its canonical text (RFC 8785), in lower-case hexadecimal.
    pub hash: String,
    /// When it was published, in microseconds since 1970; left out if it came with the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at_us: Option<i64>,
    /// The last day on which one is begun, inclusive, if it is retired. Whatever was begun is
    /// finished on its own version, however late.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<String>,
}

/// All forms.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormList {
    /// In order of id and version.
    pub forms: Vec<FormEntry>,
}

/// A text with its ETag.
#[derive(Clone, Debug)]
pub struct Tagged {
    /// The text.
    pub text: String,
    /// Its ETag.
    pub etag: String,
}

impl Tagged {
    pub(crate) fn new(text: String) -> Self {
        let etag = etag_of(text.as_bytes());
        Self { text, etag }
    }
}

impl From<ShelvedForm<'_>> for FormEntry {
    fn from(shelved: ShelvedForm<'_>) -> Self {
        let form = shelved.entry.form();
        Self {
            id: form.id().to_owned(),
            version: form.version(),
            label_zh: form.label_zh().to_owned(),
            valid_from: form.valid_from().map(str::to_owned),
            valid_to: form.valid_to().map(str::to_owned),
            etag: etag_of(shelved.entry.text().as_bytes()),
            hash: shelved.hash.hex(),
            published_at_us: shelved.published_at.map(|at| at.0),
            last_day: shelved.last_day.map(|day| day.to_string()),
        }
    }
}

impl Service {
    /// The list of forms.
    pub(crate) async fn form_list(&self) -> Answer<Tagged> {
        let shelf = self.read(Tx::shelf).await?;
        let list = FormList { forms: shelf.list().map(FormEntry::from).collect() };
        serde_json::to_string(&list).map(Tagged::new).map_err(Problem::internal)
    }

    /// One form's own text.
    pub(crate) async fn form_text(&self, id: &str, version: u32) -> Answer<Tagged> {
        let shelf = self.read(Tx::shelf).await?;
        let form = shelf.get(id, version).ok_or_else(|| Problem::new(Kind::NotAvailable))?;
        Ok(Tagged::new(form.entry.text().to_owned()))
    }

    /// The JSON Schema of its answers.
    pub(crate) async fn form_schema(
        &self,
        id: &str,
        version: u32,
        strength: Strength,
    ) -> Answer<Tagged> {
        let shelf = self.read(Tx::shelf).await?;
        let form = shelf.get(id, version).ok_or_else(|| Problem::new(Kind::NotAvailable))?;
        Ok(Tagged::new(form.entry.form().answer_schema(strength).to_string()))
    }

    /// Its outline, to be printed.
    pub(crate) async fn form_outline(&self, id: &str, version: u32) -> Answer<Tagged> {
        let shelf = self.read(Tx::shelf).await?;
        let form = shelf.get(id, version).ok_or_else(|| Problem::new(Kind::NotAvailable))?;
        Ok(Tagged::new(form.entry.form().outline_html()))
    }

    /// Looks a text over, as it would be before it is published.
    pub(crate) async fn check_form(&self, text: String) -> Answer<Candidate> {
        let store = self.store.clone();
        self.block(move || store.read(Tx::shelf)?.check(&text).map_err(|f| not_published(&f))).await
    }

    /// Publishes a form, once; gives the answer's text. The very same form again is answered the
    /// same.
    pub(crate) async fn publish_form(
        &self,
        acting: Acting,
        key: IdempotencyKey,
        text: String,
    ) -> Answer<String> {
        let request = key.sent_for(Act::FormPublished.as_str(), &text);
        let person = acting.person.clone();
        let (at, by) = (person.now, person.user());
        self.in_office(acting, request, move |tx, within| {
            everywhere(within)?;
            let checked = tx.shelf()?.check(&text);
            let found = checked.map_err(|fault| not_published(&fault))?;
            let (form, version) = (found.form.id(), found.form.version());
            if !found.is_known {
                let hash = found.hash.0;
                tx.publish_form(&NewForm { form, version, text: &text, hash, at, by })?;
                let told = json!({"asked": {"id": form, "version": version,
                    "hash": found.hash.hex()}, "before": null});
                log(tx, &person, Act::FormPublished, &found.hash, &told)?;
            }
            Ok(json!({"id": form, "version": version, "hash": found.hash.hex()}).to_string())
        })
        .await
    }

    /// Retires a version after a last day, or lifts its retirement; gives the answer's text.
    pub(crate) async fn retire_form(
        &self,
        acting: Acting,
        key: IdempotencyKey,
        (id, version): (String, u32),
        asked: Retiring,
    ) -> Answer<String> {
        let act = match asked.last_day {
            Some(_) => Act::FormRetired,
            None => Act::FormRetirementLifted,
        };
        let request = key.sent_for(&format!("{} {id} {version}", act.as_str()), &asked);
        let person = acting.person.clone();
        self.in_office(acting, request, move |tx, within| {
            everywhere(within)?;
            let shelf = tx.shelf()?;
            let form = shelf.get(&id, version).ok_or(Kind::NotAvailable)?;
            form.may_retire(asked.last_day, day_of(person.now)).map_err(not_retired)?;
            tx.retire_form(&id, version, asked.last_day)?;
            let told = json!({"asked": {"id": id, "version": version, "last_day": asked.last_day,
                "reason": asked.reason}, "before": {"last_day": form.last_day}});
            log(tx, &person, act, form.hash, &told)?;
            let mut answer = BTreeMap::from([("id", json!(id)), ("version", json!(version))]);
            answer.extend(asked.last_day.map(|day| ("last_day", json!(day))));
            Ok(json!(answer).to_string())
        })
        .await
    }
}

/// A retirement, or its end.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Retiring {
    /// The last day on which one is begun; none lifts the retirement.
    pub(crate) last_day: Option<NaiveDate>,
    /// Why.
    pub(crate) reason: String,
}

/// A form is everybody's: whoever publishes or retires one fills the office for the whole city.
fn everywhere(within: &Within) -> Result<(), Halt> {
    match within.contains("") {
        true => Ok(()),
        false => Err(Kind::NotPermitted.into()),
    }
}

/// Written down under the form's name, which is the beginning of its hash.
fn log(tx: &mut Tx, person: &SignedIn, act: Act, form: &FormHash, detail: &Value) -> Stored<()> {
    let entry = Entry::by(person.user(), person.device, act, person.now).to(form.name());
    tx.audit(&Entry { detail: detail.to_string(), ..entry }).map(drop)
}
