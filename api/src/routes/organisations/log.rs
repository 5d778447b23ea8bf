//! What staff did to the organisations, for those who audit it.

use super::{ID, NotListed, OTHER_ID};
use crate::auth::Auditor;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Problem};
use crate::service::Service;
use actix_web::{HttpResponse, get, web};
use ruhu_store::organisations::LogRow;
use ruhu_store::page::Slice;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const LOG: List<u64> = List::named("organisation_log");

/// One thing that was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LogLine {
    /// 1, 2, 3 … without a gap, over all areas.
    number: u64,
    /// When, in microseconds since 1970.
    at_us: i64,
    /// Who; left out if it was done at the server's own command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Uuid>,
    /// That person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_name: Option<String>,
    /// What: `provider_added`, `ban_begun`, `ban_lifted`, `contract_added`, `contract_ended`,
    /// `caseload_added`, `membership_added`, `membership_ended`, `office_added`, `office_ended`,
    /// `account_added` or `account_switched`; of forms `form_published`, `form_retired` and
    /// `form_retirement_lifted`.
    act: String,
    /// To which provider, ban, contract, caseload, membership, office or account; a form's version
    /// is named by the first bytes of its hash.
    subject: Uuid,
    /// In which area; left out if it is of no one area.
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// What was asked, and what of it was otherwise before.
    detail: Value,
}

/// What was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OrganisationLog {
    /// Oldest first.
    lines: Vec<LogLine>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl LogLine {
    fn of(LogRow { number, by_name, entry }: LogRow) -> Answer<Self> {
        let detail = serde_json::from_str(&entry.detail);
        Ok(Self {
            number,
            at_us: entry.at.0,
            by: entry.by.map(|by| by.0),
            by_name,
            act: entry.act,
            subject: entry.subject,
            area: entry.area,
            detail: detail.map_err(|error| Problem::internal(error.to_string()))?,
        })
    }
}

impl OrganisationLog {
    fn of(found: Slice<LogRow, u64>) -> Answer<Self> {
        let next = LOG.next(found.next)?;
        let lines = found.rows.into_iter().map(LogLine::of).collect::<Answer<_>>()?;
        Ok(Self { lines, next })
    }

    fn example() -> Value {
        json!({"lines": [{"number": 12, "at_us": 1_795_406_400_000_000_i64, "by": ID,
            "by_name": "测试甲", "act": "contract_ended", "subject": OTHER_ID, "area": "110102",
            "detail": {"asked": {"id": OTHER_ID, "reason": "未达到既定标准，启动退出机制"},
                "before": {"last_day": "2027-11-30"}}}]})
    }
}

/// Reads what staff did to the organisations.
///
/// Append-only: nothing of it is ever changed or removed. Inside the auditor's areas; what is of no
/// one area, such as a new contractor, for auditors of the whole city.
#[utoipa::path(
    tag = "organisations",
    params(Paging),
    responses(
        (status = 200, description = "A page", body = OrganisationLog, example = json!(OrganisationLog::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/organisations/log")]
pub(crate) async fn read_organisation_log(
    auditor: Auditor,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let (page, within) = (LOG.page(&wanted)?, auditor.acting().within);
    let found = service.read(move |tx| tx.organisation_log(page, &within)).await?;
    Ok(HttpResponse::Ok().json(OrganisationLog::of(found)?))
}
