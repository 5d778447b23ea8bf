//! Rule tables: the values of the law and of each place by which cases are judged.

use crate::auth::{After, By, Entitled, Three, Two};
use crate::body::Json;
use crate::etag::Tagged;
use crate::idempotency::{Key, KeyHeader};
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::recorded::Recorded;
use crate::routes::desk::rev;
use crate::service::Service;
use actix_web::{get, post, put, web};
use ruhu_casework::tables::{TABLES, TableEntry, TableValue};
use ruhu_desk::organisations::Day;
use ruhu_desk::tables::TableEntered;
use ruhu_desk::tables::{Correction, Entering, EntrySeen, table_entries};
use ruhu_desk::who::{Admin, Staff};
use ruhu_sync::id::RecordId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

refusals!(NotListed: Kind::Closed);
refusals!(NotEntered: Kind::NotPermitted, Kind::InvalidRequest, Kind::MalformedJson,
    Kind::TableRefused, Kind::IdempotencyKeyReused);
refusals!(NotCorrected: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::MalformedJson, Kind::StateConflict, Kind::TableRefused, Kind::IdempotencyKeyReused);

const ID: &str = "0192e4a0-0000-7000-8000-000000000031";

/// The rule tables there are, and what they hold.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TableList {
    /// What each table is about.
    tables: Vec<TableAbout>,
    /// What they say, area by area and day by day. An entered value goes before one that came with the
    /// service, and a smaller area before a larger one.
    entries: Vec<TableValueSeen>,
}

/// A rule table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TableAbout {
    /// The name that forms use.
    name: &'static str,
    /// The name that people read.
    label_zh: &'static str,
    /// The unit of its numbers; empty for yes or no.
    unit_zh: &'static str,
    /// The rule of the law that asks for it.
    source: &'static str,
}

/// What a table says in an area from a day on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TableValueSeen {
    /// The record; none of what came with the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Uuid>,
    /// The record's version.
    #[serde(skip_serializing_if = "Option::is_none")]
    rev: Option<String>,
    /// What it says.
    #[serde(flatten)]
    says: TableEntry,
}

/// A value of a rule table.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableSays {
    /// The table's name.
    table: String,
    /// The area, as 2, 4, 6, 9 or 12 digits; empty is everywhere.
    #[serde(default)]
    area_code: String,
    /// The first day, inclusive.
    valid_from: Day,
    /// The last day, inclusive; none if nobody has stated one.
    #[serde(default)]
    valid_to: Option<Day>,
    /// A whole number in the table's unit, or `true` or `false`; none if nobody has found it yet.
    #[serde(default)]
    #[schema(value_type = Option<TableValue>)]
    value: Option<TableValue>,
    /// Where it comes from.
    source: String,
    /// Whether it was checked against the official notice.
    confirmed: bool,
}

/// What is to stand instead.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableCorrection {
    /// The version that was read.
    rev: String,
    /// The last day, inclusive; none if nobody has stated one.
    #[serde(default)]
    valid_to: Option<Day>,
    /// The value; none if nobody has found it yet.
    #[serde(default)]
    #[schema(value_type = Option<TableValue>)]
    value: Option<TableValue>,
    /// Where it comes from.
    source: String,
    /// Whether it was checked against the official notice.
    confirmed: bool,
    /// Why it is corrected, in at most 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// Lists rule tables with their values.
///
/// For everybody who is signed in: tablets work out by them what the server does. What was entered
/// reaches them by pulling, too, as records of the kind `standard`.
#[utoipa::path(
    tag = "forms",
    responses(
        (status = 200, description = "The tables and their values", body = TableList, example = json!(TableList::example())),
        (status = 304, description = "Nothing has changed since the ETag in If-None-Match"),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/tables")]
pub(crate) async fn list_tables(
    By(_person): By<Entitled>,
    service: web::Data<Service>,
) -> Answer<Tagged<TableList>> {
    let list = TableList::of(service.read(table_entries).await?);
    Tagged::of(&list)
}

/// Enters a value of a rule table.
///
/// From its first day on, cases of its area are judged by it. Decided cases stay as they are; the open
/// ones that it touches are named.
#[utoipa::path(
    tag = "forms",
    params(KeyHeader),
    request_body(content = TableSays, example = json!(TableSays::example())),
    responses(
        (status = 200, description = "It is entered", body = TableEntered, example = json!(TableEntered::example())),
        NotEntered,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/tables")]
pub(crate) async fn enter_table(
    After(admin, (key, asked)): After<Staff<Admin>, Two<Key, Json<TableSays>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<TableEntered>> {
    service.act(admin, key, Entering(asked.0.entry())).await
}

/// Corrects a value of a rule table, with a reason.
///
/// Table, area and first day stay; what was entered under others by mistake is ended, or given no
/// value.
#[utoipa::path(
    tag = "forms",
    params(
        ("record" = Uuid, Path, description = "Which"),
        KeyHeader,
    ),
    request_body(content = TableCorrection, example = json!(TableCorrection::example())),
    responses(
        (status = 200, description = "It is corrected", body = TableEntered, example = json!(TableEntered::example())),
        NotCorrected,
    ),
    security(("access_token" = [])),
)]
#[put("/v1/tables/{record}")]
pub(crate) async fn correct_table(
    After(admin, (id, key, asked)): After<
        Staff<Admin>,
        Three<web::Path<Uuid>, Key, Json<TableCorrection>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<TableEntered>> {
    service.act(admin, key, asked.0.read(*id)?).await
}

impl TableSays {
    fn entry(self) -> TableEntry {
        TableEntry {
            table: self.table,
            area_code: self.area_code,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|day| day.0),
            value: self.value,
            source: self.source,
            confirmed: self.confirmed,
        }
    }

    fn example() -> Value {
        json!({"table": "dibao_standard_fen", "area_code": "11", "valid_from": "2026-07-01",
            "value": 150_000, "source": "演示值，不是法定标准", "confirmed": false})
    }
}

impl TableCorrection {
    fn read(self, record: Uuid) -> Answer<Correction> {
        let rev = rev(&self.rev)?;
        Ok(Correction {
            record: RecordId(record),
            rev,
            valid_to: self.valid_to.map(|day| day.0),
            value: self.value,
            source: self.source,
            confirmed: self.confirmed,
            reason: super::moves::reason(self.reason)?,
        })
    }

    fn example() -> Value {
        json!({"rev": "1-1f0c9a77", "value": 151_000, "source": "演示值，不是法定标准",
            "confirmed": false, "reason": "按正式通知更正。"})
    }
}

impl TableList {
    fn of(entries: Vec<EntrySeen>) -> Self {
        let about = |table: &'static ruhu_casework::tables::RuleTable| TableAbout {
            name: table.name,
            label_zh: table.label_zh,
            unit_zh: table.measure.unit_zh(),
            source: table.source,
        };
        Self {
            tables: TABLES.iter().map(about).collect(),
            entries: entries.into_iter().map(TableValueSeen::from).collect(),
        }
    }

    fn example() -> Value {
        let mut entry = TableSays::example();
        entry["record"] = json!(ID);
        entry["rev"] = json!("1-1f0c9a77");
        json!({"tables": [{"name": "dibao_standard_fen", "label_zh": "低保标准（每人每月）",
            "unit_zh": "分", "source": "民发〔2021〕57号 第3条"}], "entries": [entry]})
    }
}

impl From<EntrySeen> for TableValueSeen {
    fn from(EntrySeen { entered, rev }: EntrySeen) -> Self {
        let record = entered.record.map(|record| record.0);
        Self { record, rev: rev.map(|rev| rev.to_string()), says: entered.entry }
    }
}
