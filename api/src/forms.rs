//! The forms: served as they stand on the shelf, published and retired by administrators.

mod refusal;

use crate::acts::{Act, Done, Line, Scene};
use crate::etag::etag_of;
use crate::halt::Halt;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use chrono::NaiveDate;
use refusal::{not_published, not_retired};
use ruhu_casework::administration::Within;
use ruhu_casework::shelf::{Candidate, FormHash, ShelvedForm};
use ruhu_forms::Strength;
use ruhu_store::Tx;
use ruhu_store::audit;
use ruhu_store::forms::NewForm;
use serde::Serialize;
use serde_json::{Value, json};
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
}

/// A form to be published. The very same form again changes nothing and is answered the same.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Publication(pub(crate) String);

impl Act for Publication {
    type Answer = Value;

    const NAME: &'static str = "publish a form";
    const ARRANGES: bool = true;

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Value>, Halt> {
        everywhere(scene.within)?;
        let Self(text) = self;
        let checked = scene.tx.shelf()?.check(text);
        let found = checked.map_err(|fault| not_published(&fault))?;
        let (form, version) = (found.form.id(), found.form.version());
        let answer = json!({"id": form, "version": version, "hash": found.hash.hex()});
        if found.is_known {
            return Ok(Done::unchanged(answer));
        }
        let (hash, at, by) = (found.hash.0, scene.now(), scene.user());
        scene.tx.publish_form(&NewForm { form, version, text, hash, at, by })?;
        let detail = json!({"asked": answer, "before": null});
        let logged = scene.log(line(audit::Act::FormPublished, &found.hash, detail))?;
        Ok(Done::logged(&logged, answer))
    }
}

/// A retirement of a version, or its end.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Retirement {
    /// Which form.
    pub(crate) id: String,
    /// Which version.
    pub(crate) version: u32,
    /// The last day on which one is begun; none lifts the retirement.
    pub(crate) last_day: Option<NaiveDate>,
    /// Why.
    pub(crate) reason: String,
}

impl Act for Retirement {
    type Answer = Value;

    const NAME: &'static str = "retire a form";
    const ARRANGES: bool = true;

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<Value>, Halt> {
        everywhere(scene.within)?;
        let shelf = scene.tx.shelf()?;
        let form = shelf.get(&self.id, self.version).ok_or(Kind::NotAvailable)?;
        form.may_retire(self.last_day, scene.today()).map_err(not_retired)?;
        scene.tx.retire_form(&self.id, self.version, self.last_day)?;
        let act = match self.last_day {
            Some(_) => audit::Act::FormRetired,
            None => audit::Act::FormRetirementLifted,
        };
        let detail = json!({"asked": {"id": self.id, "version": self.version,
            "last_day": self.last_day, "reason": self.reason},
            "before": {"last_day": form.last_day}});
        let logged = scene.log(line(act, form.hash, detail))?;
        let mut answer = json!({"id": self.id, "version": self.version});
        if let Some(day) = self.last_day {
            answer["last_day"] = json!(day);
        }
        Ok(Done::logged(&logged, answer))
    }
}

/// A form is everybody's: whoever publishes or retires one fills the office for the whole city.
fn everywhere(within: &Within) -> Result<(), Halt> {
    match within.contains("") {
        true => Ok(()),
        false => Err(Kind::NotPermitted.into()),
    }
}

/// The line under the form's name, which is the beginning of its hash.
fn line(act: audit::Act, form: &FormHash, detail: Value) -> Line {
    Line { act, subject: form.name(), area: None, detail }
}
