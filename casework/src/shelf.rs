//! The shelf: the forms known at one moment. Those of this build, those published since, and the
//! last days on which each may be begun. A shelf is a snapshot: a change makes another one.

use crate::rules::CaseRules;
use chrono::NaiveDate;
use ruhu_forms::{Catalogue, CatalogueForm, Form, FormError, FormFault, Question, Shape};
use ruhu_sync::canonical;
use ruhu_sync::id::Instant;
use ruhu_sync::json::Json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use uuid::Builder;
use uuid::Uuid;

/// A form that was published, as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedForm {
    /// Its text.
    pub text: String,
    /// When.
    pub at: Instant,
}

/// The last day of a form's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// Which form.
    pub form: String,
    /// Which version.
    pub version: u32,
    /// The last day on which one may be begun, inclusive.
    pub last_day: NaiveDate,
}

/// A form on the shelf.
#[derive(Clone, Copy, Debug)]
pub struct ShelvedForm<'a> {
    /// The form with its text.
    pub entry: &'a CatalogueForm,
    /// The hash of its canonical text.
    pub hash: &'a FormHash,
    /// When it was published; none if it is built in.
    pub published_at: Option<Instant>,
    /// The last day on which one may be begun, inclusive, if it is retired.
    pub last_day: Option<NaiveDate>,
}

/// SHA-256 of a form's canonical text (RFC 8785): the same for the same form, however it is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormHash(pub [u8; 32]);

impl FormHash {
    /// The hash of a text, if the text is JSON that every reader reads alike.
    pub fn of(text: &str) -> Result<Self, FormError> {
        let malformed = |error: serde_json::Error| FormError {
            at: format!("{}:{}", error.line(), error.column()),
            fault: FormFault::Malformed(error.to_string()),
        };
        let canonical = canonical::to_text(&Json::parse(text).map_err(malformed)?);
        Ok(Self(Sha256::digest(canonical).into()))
    }

    /// In lower-case hexadecimal.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A name for whoever needs one of 16 bytes.
    pub fn name(&self) -> Uuid {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.0[..16]);
        Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// A text to be published.
#[derive(Debug)]
pub struct Candidate {
    /// What it says.
    pub form: Form,
    /// Its hash.
    pub hash: FormHash,
    /// This very form has been published.
    pub is_known: bool,
}

/// Why a text cannot be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicationFault {
    /// It is not a form that can work.
    #[error(transparent)]
    Form(#[from] FormError),
    /// This version was published with other content.
    #[error("this version has been published, and says something else")]
    OtherContent,
    /// A version was skipped.
    #[error("the next version is {next}")]
    NotNext {
        /// The version that comes next.
        next: u32,
    },
    /// An earlier version has the question in another shape, so its answers could not be kept when
    /// a draft moves on.
    #[error("a question is answered in another shape than in an earlier version")]
    ShapeChanged {
        /// The question's place, as a JSON pointer.
        at: String,
    },
}

#[derive(Clone, Debug)]
struct Facts {
    hash: FormHash,
    published_at: Option<Instant>,
    last_day: Option<NaiveDate>,
}

/// The known forms, and the rules over them.
#[derive(Debug)]
pub struct Shelf {
    generation: i64,
    rules: CaseRules,
    facts: BTreeMap<(String, u32), Facts>,
}

impl Shelf {
    /// The forms of this build alone.
    pub fn built_in() -> Result<Self, FormError> {
        Self::of(0, Catalogue::load()?, BTreeMap::new(), &[])
    }

    /// These forms, those published since, and their retirements. A published form replaces one of
    /// this build: answers were given under it.
    pub fn with(
        &self,
        generation: i64,
        published: Vec<PublishedForm>,
        retired: &[Retirement],
    ) -> Result<Self, FormError> {
        let mut catalogue = self.rules.catalogue().clone();
        let mut days = BTreeMap::new();
        for PublishedForm { text, at } in published {
            let form = catalogue.put(text)?;
            days.insert((form.id().to_owned(), form.version()), at);
        }
        Self::of(generation, catalogue, days, retired)
    }

    fn of(
        generation: i64,
        catalogue: Catalogue,
        published: BTreeMap<(String, u32), Instant>,
        retired: &[Retirement],
    ) -> Result<Self, FormError> {
        let mut facts = BTreeMap::new();
        for entry in catalogue.list() {
            let name = (entry.form().id().to_owned(), entry.form().version());
            let retirement = retired.iter().find(|r| r.form == name.0 && r.version == name.1);
            let known = Facts {
                hash: FormHash::of(entry.text())?,
                published_at: published.get(&name).copied(),
                last_day: retirement.map(|retirement| retirement.last_day),
            };
            facts.insert(name, known);
        }
        Ok(Self { generation, rules: CaseRules::new(catalogue), facts })
    }

    /// The generation of this shelf: every change increases it.
    pub fn generation(&self) -> i64 {
        self.generation
    }

    /// The rules over these forms.
    pub fn rules(&self) -> &CaseRules {
        &self.rules
    }

    /// Every form, every version, in order.
    pub fn list(&self) -> impl Iterator<Item = ShelvedForm<'_>> {
        self.facts.keys().filter_map(|(id, version)| self.get(id, *version))
    }

    /// The form of this id and version.
    pub fn get(&self, id: &str, version: u32) -> Option<ShelvedForm<'_>> {
        let entry = self.rules.catalogue().get(id, version)?;
        let facts = self.facts.get(&(id.to_owned(), version))?;
        let Facts { hash, published_at, last_day } = facts;
        Some(ShelvedForm { entry, hash, published_at: *published_at, last_day: *last_day })
    }

    /// The first question, or field of its rows, that an earlier version has in another shape.
    fn shape_changed(&self, form: &Form) -> Option<String> {
        let earlier = self.list().map(|known| known.entry.form());
        let earlier: Vec<_> = earlier
            .filter(|known| known.id() == form.id() && known.version() < form.version())
            .collect();
        let sections = form.sections().iter().enumerate();
        let mut questions = sections.flat_map(|(section, all)| {
            all.questions.iter().enumerate().map(move |(at, question)| (section, at, question))
        });
        questions.find_map(|(section, at, question)| {
            let mut before = earlier.iter().filter_map(|form| form.question(&question.id));
            let inside = before.find_map(|before| other_shape(before, question))?;
            Some(format!("/sections/{section}/questions/{at}{inside}"))
        })
    }

    /// Checks a text before it is published.
    pub fn check(&self, text: &str) -> Result<Candidate, PublicationFault> {
        let form = Form::parse(text)?;
        let hash = FormHash::of(text)?;
        let is_known = match self.get(form.id(), form.version()) {
            Some(known) if *known.hash == hash => true,
            Some(_) => return Err(PublicationFault::OtherContent),
            None => false,
        };
        if let Some(at) = self.shape_changed(&form) {
            return Err(PublicationFault::ShapeChanged { at });
        }
        let versions = self.facts.keys().filter(|(id, _)| id == form.id());
        let next = versions.map(|(_, version)| *version).max().unwrap_or(0).saturating_add(1);
        match is_known || form.version() == next {
            true => Ok(Candidate { form, hash, is_known }),
            false => Err(PublicationFault::NotNext { next }),
        }
    }
}

/// The place inside a question where it is answered in another shape than before.
fn other_shape(before: &Question, now: &Question) -> Option<String> {
    match (before.shape(), now.shape()) {
        (Shape::Leaf, Shape::Leaf) | (Shape::Choices(_), Shape::Choices(_)) => None,
        (Shape::Rows(before), Shape::Rows(now)) => {
            now.iter().enumerate().find_map(|(at, field)| {
                let before = before.iter().find(|before| before.id == field.id)?;
                Some(format!("/kind/questions/{at}{}", other_shape(before, field)?))
            })
        }
        _ => Some(String::new()),
    }
}

/// Why a version cannot be retired like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetirementFault {
    /// The day has passed: people have begun forms on it.
    #[error("the last day is before today")]
    BeforeToday,
    /// It was retired, and its last day is over.
    #[error("its last day is over")]
    Past,
    /// There is no retirement to lift.
    #[error("it is not retired")]
    NotRetired,
}

impl ShelvedForm<'_> {
    /// Whether its retirement may be set to a last day, or lifted with none, on a day.
    pub fn may_retire(
        &self,
        last_day: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<(), RetirementFault> {
        match (self.last_day, last_day) {
            (Some(held), _) if held < today => Err(RetirementFault::Past),
            (None, None) => Err(RetirementFault::NotRetired),
            (_, Some(wanted)) if wanted < today => Err(RetirementFault::BeforeToday),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
