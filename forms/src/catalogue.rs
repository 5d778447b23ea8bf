//! The known forms: the real ones, compiled in, and those published since.

use std::borrow::Cow;

use crate::error::{FormError, FormFault};
use crate::form::Form;

/// File name and text of every real form. A new form or version is one new file and one line here;
/// a released text never changes, because answers name the version they were given under.
const FORMS: &[(&str, &str)] = &[
    ("barthel.v1.json", include_str!("../catalogue/barthel.v1.json")),
    ("gbt42195.v1.json", include_str!("../catalogue/gbt42195.v1.json")),
    ("iadl.v1.json", include_str!("../catalogue/iadl.v1.json")),
    ("means.v1.json", include_str!("../catalogue/means.v1.json")),
    ("needs.v1.json", include_str!("../catalogue/needs.v1.json")),
    ("tekun_six.v1.json", include_str!("../catalogue/tekun_six.v1.json")),
];

/// Forms, by id and version.
#[derive(Debug, Clone)]
pub struct Catalogue {
    forms: Vec<CatalogueForm>,
}

/// A form of the catalogue with the text it was read from.
#[derive(Debug, Clone)]
pub struct CatalogueForm {
    form: Form,
    text: Cow<'static, str>,
}

impl Catalogue {
    /// Parses the built-in forms. Load it once, at start-up. It fails only if this very build
    /// contains a broken form, which the crate's own tests rule out.
    pub fn load() -> Result<Self, FormError> {
        let mut forms: Vec<CatalogueForm> = Vec::with_capacity(FORMS.len());
        for (file, text) in FORMS {
            let form = Form::parse(text)
                .map_err(|error| FormError::new(format!("{file} {}", error.at), error.fault))?;
            // One name per form and version, and each name once in a folder: so no form can be there twice.
            let name = format!("{}.v{}.json", form.id(), form.version());
            if name != *file {
                return Err(FormError::new(*file, FormFault::WrongFileName(name)));
            }
            forms.push(CatalogueForm { form, text: Cow::Borrowed(text) });
        }
        Ok(Self { forms })
    }

    /// Adds a published form. It replaces one of the same id and version: answers were given under
    /// what was published.
    pub fn put(&mut self, text: String) -> Result<&Form, FormError> {
        let form = Form::parse(&text)?;
        self.forms
            .retain(|known| (known.form.id(), known.form.version()) != (form.id(), form.version()));
        let at = self.forms.len();
        self.forms.push(CatalogueForm { form, text: Cow::Owned(text) });
        Ok(&self.forms[at].form)
    }

    /// Every form, every version.
    pub fn list(&self) -> &[CatalogueForm] {
        &self.forms
    }

    /// The form of this id and version.
    pub fn get(&self, id: &str, version: u32) -> Option<&CatalogueForm> {
        self.forms.iter().find(|entry| entry.form.id() == id && entry.form.version() == version)
    }
}

impl CatalogueForm {
    /// The form.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The form's JSON, byte for byte the same in every process: to serve, and to make an ETag
    /// from.
    pub fn text(&self) -> &str {
        &self.text
    }
}
