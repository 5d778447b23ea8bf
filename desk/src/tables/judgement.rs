//! What a case comes to, and by which values: worked out anew while it is open, and kept as it was
//! when it was accepted.

use super::{Held, SHIPPED, held};
use chrono::NaiveDate;
use ruhu_casework::judging::{Entered, Judging, judging};
use ruhu_casework::shelf::Shelf;
use ruhu_casework::tables::TableValue;
use ruhu_forms::{Answers, Form, Suggestion, Worked};
use ruhu_store::Tx;
use ruhu_sync::id::RecordId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::record::StoredRecord;
use ruhu_sync::storage::{StorageError, Stored, WriteTx as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What an assessment's form comes to: suggestions, for a person who decides.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Judgement {
    /// Every computed value by name: a value, what it needs, or why it has none.
    #[schema(value_type = std::collections::BTreeMap<String, Worked>)]
    pub computed: Value,
    /// The suggestions among them, each with its reasons and the rule's source.
    #[schema(value_type = Vec<Suggestion>)]
    pub suggestions: Value,
    /// The values of rule tables that were used, by the name the form gives them, with source and
    /// days; one without a value has not been entered.
    #[schema(value_type = std::collections::BTreeMap<String, UsedTable>)]
    pub tables: Value,
    /// The day whose tables were used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_date: Option<String>,
    /// Whether it stands as it was when the assessment was accepted.
    pub is_decided: bool,
}

impl Judgement {
    /// As a record keeps it.
    pub fn to_text(&self) -> String {
        json!(self).to_string()
    }

    fn of(form: &Form, answers: &Answers, judging: &Judging) -> Self {
        let computed = form.compute(answers, &judging.given);
        let suggestions = form.suggestions(&computed, &judging.given);
        let table = |(name, used): &(String, Entered)| (name.clone(), json!(UsedTable::from(used)));
        Self {
            computed: json!(computed),
            suggestions: json!(suggestions),
            tables: Value::Object(judging.entries.iter().map(table).collect()),
            reference_date: judging.reference_date.map(|day| day.to_string()),
            is_decided: false,
        }
    }
}

/// The value of a rule table that a case was judged by.
#[derive(Serialize, ToSchema)]
pub struct UsedTable<'a> {
    /// The area it is for; empty is the whole country.
    area_code: &'a str,
    /// Whether it was checked against the official notice.
    confirmed: bool,
    /// The record; none of what came with the service.
    record: Option<RecordId>,
    /// Where it comes from.
    source: &'a str,
    /// The table's name.
    table: &'a str,
    /// The first day, inclusive.
    #[schema(value_type = String, format = Date)]
    valid_from: NaiveDate,
    /// The last day, inclusive; none if nobody has stated one.
    #[schema(value_type = Option<String>, format = Date)]
    valid_to: Option<NaiveDate>,
    /// What it says; none if nobody has found it yet.
    value: Option<TableValue>,
}

impl<'a> From<&'a Entered> for UsedTable<'a> {
    fn from(Entered { record, entry }: &'a Entered) -> Self {
        Self {
            area_code: &entry.area_code,
            confirmed: entry.confirmed,
            record: *record,
            source: &entry.source,
            table: &entry.table,
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
            value: entry.value,
        }
    }
}

/// What an assessment comes to; as it was accepted, if it is.
pub fn judgement(tx: &mut Tx, shelf: &Shelf, record: &StoredRecord) -> Stored<Judgement> {
    let document = document(record)?;
    if let Some(kept) = kept(&document) {
        return Ok(Judgement { is_decided: true, ..kept });
    }
    let Some((form, answers)) = answered(shelf, &document) else {
        return Ok(Judgement { computed: json!({}), ..Judgement::default() });
    };
    let household = tx.records(&[record.root])?.pop();
    let household = household.as_ref().map(self::document).transpose()?.unwrap_or_default();
    let area = household.get("community_code").and_then(Json::as_text).unwrap_or_default();
    let entered: Vec<Entered> = held(tx)?.into_iter().map(|Held { entered, .. }| entered).collect();
    Ok(Judgement::of(form, &answers, &judging(form, &answers, area, &entered, &SHIPPED)))
}

fn kept(document: &Object) -> Option<Judgement> {
    let is_accepted = document.get("status").and_then(Json::as_text) == Some("accepted");
    let text = document.get("review")?.as_object()?.get("judgement")?.as_text()?;
    serde_json::from_str(text).ok().filter(|_| is_accepted)
}

/// The form that a document names, with its answers.
pub(super) fn answered<'a>(shelf: &'a Shelf, document: &Object) -> Option<(&'a Form, Answers)> {
    let id = document.get("form")?.as_text()?;
    let version = u32::try_from(document.get("form_version")?.as_integer()?).ok()?;
    let form = shelf.rules().catalogue().get(id, version)?.form();
    let answers = document.get("answers").map(ruhu_sync::canonical::to_text);
    let answers = answers.and_then(|text| serde_json::from_str(&text).ok());
    Some((form, answers.unwrap_or_default()))
}

/// What a record holds.
pub fn document(record: &StoredRecord) -> Stored<Object> {
    let content = record.content().map_err(|error| StorageError::Corrupt(error.to_string()))?;
    Ok(content.document)
}
