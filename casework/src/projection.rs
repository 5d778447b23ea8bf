//! The read models: what is searched and listed, worked out from a record in the transaction that
//! changes it. Names appear masked only, so that these tables hold no personal data in the clear
//! and documents can be sealed.

use crate::mask;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::record::Content;

/// One row of one read model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadRow {
    /// A household.
    Household(HouseholdRow),
    /// An assessment.
    Assessment(AssessmentRow),
    /// A find.
    Find(FindRow),
}

/// A household in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdRow {
    /// The record.
    pub id: RecordId,
    /// The stream it is in.
    pub stream: StreamId,
    /// The community's code of 12 digits.
    pub community_code: String,
    /// The head's name, masked.
    pub head_name_masked: String,
    /// Whether it has been deleted.
    pub deleted: bool,
}

/// An assessment in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentRow {
    /// The record.
    pub id: RecordId,
    /// The household.
    pub household: RecordId,
    /// The form.
    pub form: String,
    /// The form's version; 0 if the record is deleted.
    pub form_version: i64,
    /// The status.
    pub status: String,
    /// Whether it has been deleted.
    pub deleted: bool,
}

/// A find in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindRow {
    /// The record.
    pub id: RecordId,
    /// The stream it is in.
    pub stream: StreamId,
    /// The community's code of 12 digits, if it is known.
    pub community_code: Option<String>,
    /// What is the matter.
    pub category: Option<String>,
    /// How urgent it is.
    pub urgency: Option<String>,
    /// The status.
    pub status: String,
    /// When it was found, as the reporter said.
    pub found_at: Option<String>,
    /// Whether it has been deleted.
    pub deleted: bool,
}

struct Reader<'a>(&'a Object);

impl Reader<'_> {
    fn text(&self, field: &str) -> Option<String> {
        let text = self.0.get(field).and_then(Json::as_text)?;
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn text_or_empty(&self, field: &str) -> String {
        self.text(field).unwrap_or_default()
    }

    fn masked(&self, field: &str) -> String {
        mask::name(&self.text_or_empty(field))
    }

    fn integer_or_zero(&self, field: &str) -> i64 {
        self.0.get(field).and_then(Json::as_integer).unwrap_or_default()
    }
}

/// The status by which a record is listed, as it now stands; `None` if its kind is not listed by
/// one, or it is deleted.
pub fn listed_status<'a>(kind: &str, content: &'a Content) -> Option<&'a str> {
    let is_listed = matches!(kind, "assessment" | "find") && !content.deleted;
    content.document.get("status").filter(|_| is_listed)?.as_text()
}

/// The row of a record's read model as the record now stands; `None` if its kind has none. A
/// deleted record keeps its row, emptied.
pub fn project(
    kind: &str,
    id: RecordId,
    root: RecordId,
    stream: StreamId,
    content: &Content,
) -> Option<ReadRow> {
    let nothing = Object::new();
    let deleted = content.deleted;
    let document = if deleted { &nothing } else { &content.document };
    let read = Reader(document);
    let row = match kind {
        "household" => ReadRow::Household(HouseholdRow {
            id,
            stream,
            community_code: read.text_or_empty("community_code"),
            head_name_masked: read.masked("head_name"),
            deleted,
        }),
        "assessment" => ReadRow::Assessment(AssessmentRow {
            id,
            household: root,
            form: read.text_or_empty("form"),
            form_version: read.integer_or_zero("form_version"),
            status: read.text_or_empty("status"),
            deleted,
        }),
        "find" => ReadRow::Find(FindRow {
            id,
            stream,
            community_code: read.text("community_code"),
            category: read.text("category"),
            urgency: read.text("urgency"),
            status: read.text_or_empty("status"),
            found_at: read.text("found_at"),
            deleted,
        }),
        _ => return None,
    };
    Some(row)
}

#[cfg(test)]
#[path = "projection_tests.rs"]
mod tests;
