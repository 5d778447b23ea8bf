//! Forms: published and retired by administrators.

mod refusal;

use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::refusal::Kind;
use crate::who::Admin;
use chrono::NaiveDate;
use refusal::{not_published, not_retired};
use ruhu_casework::administration::Within;
use ruhu_casework::shelf::{Candidate, FormHash};
use ruhu_store::Tx;
use ruhu_store::audit;
use ruhu_store::forms::NewForm;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// The longest text of a form.
pub const FORM_BYTES_MAX: usize = 1024 * 1024;

/// Looks a text over, as it would be before it is published.
pub fn check_form(tx: &mut Tx, text: &str) -> Result<Candidate, Halt> {
    Ok(tx.shelf()?.check(text).map_err(|fault| not_published(&fault))?)
}

/// A form to be published. The very same form again changes nothing and is answered the same.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Publication(pub String);

/// A form that is published.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormPublished {
    /// SHA-256 of its canonical text.
    hash: String,
    /// Which form.
    id: String,
    /// Which version.
    version: u32,
}

impl Act for Publication {
    type Right = Admin;
    type Answer = FormPublished;

    const NAME: &'static str = "publish a form";
    const LOCKS_ORGANISATIONS: bool = true;

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<FormPublished>, Halt> {
        everywhere(scene.within)?;
        let Self(text) = self;
        let checked = scene.tx.shelf()?.check(text);
        let found = checked.map_err(|fault| not_published(&fault))?;
        let (form, version) = (found.form.id(), found.form.version());
        let answer = FormPublished { hash: found.hash.hex(), id: form.to_owned(), version };
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
pub struct Retirement {
    /// Which form.
    pub id: String,
    /// Which version.
    pub version: u32,
    /// The last day on which one is begun; none lifts the retirement.
    pub last_day: Option<NaiveDate>,
    /// Why.
    pub reason: String,
}

/// A version as it now stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormRetired {
    /// Which form.
    id: String,
    /// The last day on which one is begun, if it is retired.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    last_day: Option<NaiveDate>,
    /// Which version.
    version: u32,
}

impl Act for Retirement {
    type Right = Admin;
    type Answer = FormRetired;

    const NAME: &'static str = "retire a form";
    const LOCKS_ORGANISATIONS: bool = true;

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<FormRetired>, Halt> {
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
        let answer =
            FormRetired { id: self.id.clone(), last_day: self.last_day, version: self.version };
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
