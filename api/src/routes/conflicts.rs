//! Open conflicts at the desk: listed, read, settled.

mod contract;

use crate::auth::{After, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind, Problem};
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_desk::review;
use ruhu_desk::review::ConflictsSettled;
use ruhu_desk::review::{Chosen, ConflictSettlement, RecordSettled};
use ruhu_desk::who::{Reviewer, Staff};
use ruhu_store::page::Place;
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::{DeviceId, DeviceSeq, RecordId};
use ruhu_sync::path::Path;
use ruhu_sync::record::ConflictId;
use ruhu_sync::rev::Rev;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use contract::{ConflictList, ID, OpenConflicts, list_example, read_example};

const CONFLICTS: List<Place> = List::named("conflicts");

refusals!(NotListed: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotRead: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest);
refusals!(NotChosen: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::StateConflict, Kind::IdempotencyKeyReused, Kind::MalformedJson);

/// What is chosen, record by record: all of it is settled, or nothing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Choices {
    /// The records.
    records: Vec<RecordChoices>,
}

/// What is chosen in one record.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RecordChoices {
    /// The record.
    record: Uuid,
    /// The version that was looked at.
    rev: String,
    /// What is chosen.
    choices: Vec<ConflictChoice>,
}

/// What is chosen for one conflict, by its name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConflictChoice {
    /// The device of the edit that opened it.
    device: Uuid,
    /// That edit's number.
    device_seq: u64,
    /// The place, as a JSON pointer.
    path: String,
    /// Which value.
    take: Take,
}

/// Which value is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// The one that stands in the field.
    Current,
    /// The one that waits beside it.
    Alternative,
}

/// Lists the records in which a field waits for a person to choose, what has waited longest first.
///
/// Names are masked.
#[utoipa::path(
    tag = "desk",
    params(Paging),
    responses(
        (status = 200, description = "The records in which something waits", body = ConflictList, example = json!(list_example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/conflicts")]
pub(crate) async fn list_conflicts(
    After(reviewer, paging): After<Staff<Reviewer>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<ConflictList>> {
    let found = {
        let page = CONFLICTS.page(&paging)?;
        service.read(move |tx| review::conflicts(tx, &reviewer.person, page)).await?
    };
    Ok(web::Json(ConflictList::of(found)?))
}

/// Gives the open conflicts of a record: base, the value that stands, the value beside it, and who
/// wrote each when.
///
/// Masked: `POST /v1/desk/records/{record}/full` gives both sides in the clear, for a purpose. A conflict
/// is settled by its name, not by its values.
#[utoipa::path(
    tag = "desk",
    params(("record" = Uuid, Path, description = "Which record")),
    responses(
        (status = 200, description = "Its open conflicts", body = OpenConflicts, example = json!(read_example())),
        NotRead,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/desk/conflicts/{record}")]
pub(crate) async fn read_conflicts(
    After(reviewer, id): After<Staff<Reviewer>, web::Path<Uuid>>,
    service: web::Data<Service>,
) -> Answer<web::Json<OpenConflicts>> {
    let seen =
        service.view(move |tx| review::conflicts_of(tx, &reviewer.person, RecordId(*id))).await?;
    Ok(web::Json(OpenConflicts::from(&seen)))
}

/// Settles open conflicts, each in favour of a value that somebody wrote.
///
/// One record or several; of each, one conflict or several. All of it is settled, or nothing.
#[utoipa::path(
    tag = "desk",
    params(KeyHeader),
    request_body(content = Choices, example = json!(Choices::example())),
    responses(
        (status = 200, description = "Each record's version after it", body = ConflictsSettled, example = json!({"settled": [{"record": ID, "rev": "4-77a0c3d1"}]})),
        NotChosen,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/desk/conflicts/settle")]
pub(crate) async fn settle_conflicts(
    After(reviewer, (key, asked)): After<Staff<Reviewer>, Two<Key, Json<Choices>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<ConflictsSettled>> {
    let settlement = ConflictSettlement(asked.0.read()?);
    service.act(reviewer, key, settlement).await
}

impl Choices {
    fn read(self) -> Answer<Vec<RecordSettled>> {
        let wrong = || {
            Problem::new(Kind::InvalidRequest).detail(
                "records 每项须写明 record、rev 和至少一处 choices，同一记录只列一次。",
                "Each of records names a record once, its rev, and at least one choice.",
            )
        };
        let choice = |choice: ConflictChoice| {
            let path = Path::parse(&choice.path)?;
            let (device, device_seq) = (DeviceId(choice.device), DeviceSeq(choice.device_seq));
            let conflict = ConflictId { device, device_seq, path };
            Some(Chosen { conflict, takes_alternative: choice.take == Take::Alternative })
        };
        let record = |one: RecordChoices| {
            let choices: Option<Vec<_>> = one.choices.into_iter().map(choice).collect();
            let choices = choices.filter(|choices| !choices.is_empty())?;
            Some(RecordSettled {
                record: RecordId(one.record),
                rev: Rev::parse(&one.rev)?,
                choices,
            })
        };
        let records: Option<Vec<_>> = self.records.into_iter().map(record).collect();
        let records = records.ok_or_else(wrong)?;
        let mut named: Vec<_> = records.iter().map(|one| one.record).collect();
        named.sort_unstable();
        named.dedup();
        let is_sound = !named.is_empty()
            && named.len() == records.len()
            && named.len() <= LIMITS.push_edits_max;
        if is_sound { Ok(records) } else { Err(wrong()) }
    }

    fn example() -> Value {
        json!({"records": [{"record": ID, "rev": "3-5c1a9f02", "choices": [
            {"device": ID, "device_seq": 7, "path": "/answers/toilet", "take": "alternative"}]}]})
    }
}
