//! The forms, as they are served: their own text, and a list of them.

use crate::etag::etag_of;
use crate::problem::{Answer, Problem};
use ruhu_forms::Catalogue;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One form of the catalogue.
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
}

/// All forms of the catalogue.
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
    fn new(text: String) -> Self {
        let etag = etag_of(text.as_bytes());
        Self { text, etag }
    }
}

/// What is served, worked out once at the start.
#[derive(Clone, Debug)]
pub struct Forms {
    /// The list.
    pub list: Tagged,
    forms: BTreeMap<(String, u32), Tagged>,
}

impl Forms {
    /// The forms of a catalogue.
    pub fn of(catalogue: &Catalogue) -> Answer<Self> {
        let mut forms = BTreeMap::new();
        let mut entries = Vec::new();
        for entry in catalogue.list() {
            let form = entry.form();
            let tagged = Tagged::new(entry.text().to_owned());
            entries.push(FormEntry {
                id: form.id().to_owned(),
                version: form.version(),
                label_zh: form.label_zh().to_owned(),
                valid_from: form.valid_from().map(str::to_owned),
                valid_to: form.valid_to().map(str::to_owned),
                etag: tagged.etag.clone(),
            });
            forms.insert((form.id().to_owned(), form.version()), tagged);
        }
        entries.sort_by(|one, other| (&one.id, one.version).cmp(&(&other.id, other.version)));
        let list = FormList { forms: entries };
        let list = serde_json::to_string(&list).map_err(Problem::internal)?;
        Ok(Self { list: Tagged::new(list), forms })
    }

    /// One form's own text.
    pub fn get(&self, id: &str, version: u32) -> Option<&Tagged> {
        self.forms.get(&(id.to_owned(), version))
    }
}
