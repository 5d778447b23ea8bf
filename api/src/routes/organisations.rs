//! Who works for whom: one file for each thing that staff arrange.

pub mod accounts;
pub mod bans;
pub mod caseloads;
pub mod contracts;
pub mod credentials;
pub mod memberships;
pub mod offices;
pub mod providers;

pub(crate) use accounts::*;
pub(crate) use bans::*;
pub(crate) use caseloads::*;
pub(crate) use contracts::*;
pub(crate) use credentials::*;
pub(crate) use memberships::*;
pub(crate) use offices::*;
pub(crate) use providers::*;

use crate::openapi::refusals;
use crate::problem::Kind;
use chrono::NaiveDate;
use ruhu_casework::days::day;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

refusals!(NotListed: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotAdded: Kind::NotPermitted, Kind::InvalidRequest, Kind::MalformedJson,
    Kind::OrganisationRefused, Kind::IdempotencyKeyReused);
refusals!(NotEnded: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::MalformedJson, Kind::OrganisationRefused, Kind::IdempotencyKeyReused);

const ID: &str = "0192e4a0-0000-7000-8000-000000000021";
/// A cursor as an example shows it.
pub(crate) const CURSOR: &str = "cHJvdmlkZXJzICIwMTkyZTRhMC0wMDAwIg";
const OTHER_ID: &str = "0192e4a0-0000-7000-8000-000000000022";

/// A day of the calendar in Beijing, as `2026-11-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = String, format = Date)]
pub(crate) struct Day(pub(crate) NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        day(&text).map(Self).ok_or_else(|| D::Error::custom("a day is written 2026-11-23"))
    }
}

/// What was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Arranged {
    /// What it was done to: what is new has its name from here.
    id: Uuid,
    /// Its number in the log.
    log_number: u64,
}

fn arranged_example() -> Value {
    json!({"id": ID, "log_number": 12})
}

/// An end.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct End {
    /// The last day, inclusive; yesterday at the earliest. Without it, it ends at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
    /// Why.
    reason: String,
}

impl End {
    fn last_day(&self) -> Option<NaiveDate> {
        self.last_day.map(|day| day.0)
    }

    fn example() -> Value {
        json!({"last_day": "2026-11-30", "reason": "未达到既定标准，启动退出机制"})
    }
}

/// The end of one thing.
#[derive(Clone, Debug, Serialize)]
struct EndOf {
    id: Uuid,
    #[serde(flatten)]
    end: End,
}
