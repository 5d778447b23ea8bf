//! The read models: what is searched and listed, worked out from a record in the transaction that
//! changes it. Names appear masked only, so that these tables hold no personal data in the clear
//! and documents can be sealed.

use crate::mask;
use ruhu_sync::id::{Instant, RecordId, StreamId};
use ruhu_sync::json::{Json, Object};
use ruhu_sync::record::Content;

/// One row of one read model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadRow {
    /// A household.
    Household(HouseholdRow),
    /// A member of a household.
    Person(PersonRow),
    /// A visit.
    Visit(VisitRow),
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
    /// The category of assistance, once it has one.
    pub category: Option<String>,
    /// The head's name, masked.
    pub head_name_masked: String,
    /// How many conflicts wait for a person.
    pub open_conflicts: i64,
    /// Whether it has been deleted.
    pub deleted: bool,
    /// The version's number.
    pub rev_number: i64,
    /// When it last changed, by the server.
    pub changed_at: Instant,
}

/// A member of a household in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// The record.
    pub id: RecordId,
    /// The household.
    pub household: RecordId,
    /// The stream it is in.
    pub stream: StreamId,
    /// The name, masked.
    pub name_masked: String,
    /// The relation to the head (GB/T 4761), if it is known.
    pub relation_code: Option<String>,
    /// Whether it has been deleted.
    pub deleted: bool,
    /// The version's number.
    pub rev_number: i64,
}

/// A visit in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitRow {
    /// The record.
    pub id: RecordId,
    /// The household.
    pub household: RecordId,
    /// The stream it is in.
    pub stream: StreamId,
    /// The status.
    pub status: String,
    /// The day it is planned on.
    pub planned_on: Option<String>,
    /// Whether it has been deleted.
    pub deleted: bool,
    /// The version's number.
    pub rev_number: i64,
}

/// An assessment in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentRow {
    /// The record.
    pub id: RecordId,
    /// The household.
    pub household: RecordId,
    /// The stream it is in.
    pub stream: StreamId,
    /// The form.
    pub form: String,
    /// The form's version; 0 if the record is deleted.
    pub form_version: i64,
    /// The person assessed, if it is about one.
    pub person: Option<RecordId>,
    /// The status.
    pub status: String,
    /// How many conflicts wait for a person.
    pub open_conflicts: i64,
    /// Whether it has been deleted.
    pub deleted: bool,
    /// The version's number.
    pub rev_number: i64,
    /// When it last changed, by the server.
    pub changed_at: Instant,
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
    /// The version's number.
    pub rev_number: i64,
    /// When it last changed, by the server.
    pub changed_at: Instant,
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

    fn record(&self, field: &str) -> Option<RecordId> {
        RecordId::parse(self.0.get(field)?.as_text()?)
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
    rev_number: u64,
    content: &Content,
    changed_at: Instant,
) -> Option<ReadRow> {
    let nothing = Object::new();
    let deleted = content.deleted;
    let document = if deleted { &nothing } else { &content.document };
    let read = Reader(document);
    let rev_number = i64::try_from(rev_number).unwrap_or(i64::MAX);
    let open_conflicts = i64::try_from(content.conflicts.len()).unwrap_or(i64::MAX);
    let row = match kind {
        "household" => ReadRow::Household(HouseholdRow {
            id,
            stream,
            community_code: read.text_or_empty("community_code"),
            category: read.text("category"),
            head_name_masked: read.masked("head_name"),
            open_conflicts,
            deleted,
            rev_number,
            changed_at,
        }),
        "person" => ReadRow::Person(PersonRow {
            id,
            household: root,
            stream,
            name_masked: read.masked("name"),
            relation_code: read.text("relation_code"),
            deleted,
            rev_number,
        }),
        "visit" => ReadRow::Visit(VisitRow {
            id,
            household: root,
            stream,
            status: read.text_or_empty("status"),
            planned_on: read.text("planned_on"),
            deleted,
            rev_number,
        }),
        "assessment" => ReadRow::Assessment(AssessmentRow {
            id,
            household: root,
            stream,
            form: read.text_or_empty("form"),
            form_version: read.integer_or_zero("form_version"),
            person: read.record("person"),
            status: read.text_or_empty("status"),
            open_conflicts,
            deleted,
            rev_number,
            changed_at,
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
            rev_number,
            changed_at,
        }),
        _ => return None,
    };
    Some(row)
}

#[cfg(test)]
#[path = "projection_tests.rs"]
mod tests;
