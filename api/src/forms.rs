//! The forms, served as they stand on the shelf.

use crate::etag::{Tagged, etag_of};
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use ruhu_casework::shelf::ShelvedForm;
use ruhu_forms::Strength;
use ruhu_store::Tx;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

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
    pub async fn form_list(&self) -> Answer<Tagged<FormList>> {
        let shelf = self.read(Tx::shelf).await?;
        let list = FormList { forms: shelf.list().map(FormEntry::from).collect() };
        Tagged::of(&list)
    }

    /// One form's own text.
    pub async fn form_text(&self, id: &str, version: u32) -> Answer<Tagged<Value>> {
        let shelf = self.read(Tx::shelf).await?;
        let form = shelf.get(id, version).ok_or_else(|| Problem::new(Kind::NotAvailable))?;
        Ok(Tagged::json(form.entry.text().to_owned()))
    }

    /// The JSON Schema of its answers.
    pub async fn form_schema(
        &self,
        id: &str,
        version: u32,
        strength: Strength,
    ) -> Answer<Tagged<Value>> {
        let shelf = self.read(Tx::shelf).await?;
        let form = shelf.get(id, version).ok_or_else(|| Problem::new(Kind::NotAvailable))?;
        Ok(Tagged::json(form.entry.form().answer_schema(strength).to_string()))
    }

    /// Its outline, to be printed.
    pub async fn form_outline(&self, id: &str, version: u32) -> Answer<Tagged<String>> {
        let shelf = self.read(Tx::shelf).await?;
        let form = shelf.get(id, version).ok_or_else(|| Problem::new(Kind::NotAvailable))?;
        Ok(Tagged::html(form.entry.form().outline_html()))
    }
}
