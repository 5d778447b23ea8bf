//! The audit log, for those who look after what people do.

use crate::auth::{After, Two};
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use actix_web::{get, web};
use ruhu_casework::acts::Act;
use ruhu_casework::administration::Within;
use ruhu_casework::days::day_begins;
use ruhu_desk::organisations::Day;
use ruhu_desk::who::{LogReader, Staff};
use ruhu_store::audit::WantedLines;
use ruhu_store::page::Slice;
use ruhu_sync::id::UserId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

const LOG: List<u64> = List::named("audit_log");

refusals!(NotListed: Kind::NotPermitted, Kind::InvalidRequest);

/// Which lines are asked for. All of what is given has to hold.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Done by this person.
    by: Option<Uuid>,
    /// Done to this: a person (and the person's devices), a record, a device, an office.
    subject: Option<Uuid>,
    /// This act, by its code.
    #[param(example = "record_viewed")]
    act: Option<String>,
    /// From this day on, by Beijing's calendar.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-01")]
    from: Option<Day>,
    /// Through this day, itself included.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-30")]
    to: Option<Day>,
}

impl Asked {
    fn lines(self, within: Within) -> Answer<WantedLines> {
        let known = |code: String| Act::parse(&code).ok_or_else(no_act);
        Ok(WantedLines {
            within,
            by: self.by.map(UserId),
            subject: self.subject,
            act: self.act.map(known).transpose()?,
            from: self.from.map(|day| day_begins(day.0)),
            until: self.to.and_then(|day| day.0.succ_opt()).map(day_begins),
        })
    }
}

fn no_act() -> Problem {
    let known: Vec<_> = Act::ALL.iter().map(|act| act.as_str()).collect();
    Problem::new(Kind::InvalidRequest)
        .detail(
            "act 不是日志中的事项，全部事项见 acts。",
            "act is none that the log knows; acts lists them.",
        )
        .with("acts", known)
}

/// One thing that was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LogLine {
    /// 1, 2, 3 … without a gap, over all areas.
    number: u64,
    /// When, in microseconds since 1970.
    at_us: i64,
    /// Who; left out if it was done at the server's own command line, or by nobody who has an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Uuid>,
    /// That person's name today.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_name: Option<String>,
    /// At which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<Uuid>,
    /// What, as a stable code.
    act: String,
    /// What, in Chinese.
    act_zh: String,
    /// What, in English.
    act_en: String,
    /// To what: an account, a device, an office, a record; a form's version is named by the first
    /// bytes of its hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Uuid>,
    /// The name today, if it was done to a person with an account.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_name: Option<String>,
    /// In which area; left out if it is of no one area.
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// What else there is to say: what was asked and what was otherwise before, for which purpose a
    /// record was viewed. It names people by their ids alone.
    #[schema(value_type = Object)]
    detail: Value,
}

/// What was done.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuditLog {
    /// Newest first.
    lines: Vec<LogLine>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl LogLine {
    fn of(line: ruhu_store::audit::LogLine) -> Answer<Self> {
        let known = Act::parse(&line.act);
        let words = |words: fn(Act) -> &'static str| {
            known.map_or_else(|| line.act.clone(), |act| words(act).to_owned())
        };
        Ok(Self {
            number: line.number,
            at_us: line.at.0,
            by: line.by.map(|by| by.0),
            by_name: line.by_name,
            device: line.device.map(|device| device.0),
            act_zh: words(Act::zh),
            act_en: words(Act::en),
            act: line.act,
            subject: line.subject,
            subject_name: line.subject_name,
            area: line.area,
            detail: serde_json::from_str(&line.detail).map_err(Problem::internal)?,
        })
    }
}

impl AuditLog {
    fn of(found: Slice<ruhu_store::audit::LogLine, u64>) -> Answer<Self> {
        let next = LOG.next(found.next)?;
        let lines = found.rows.into_iter().map(LogLine::of).collect::<Answer<_>>()?;
        Ok(Self { lines, next })
    }

    fn example() -> Value {
        json!({"lines": [{"number": 12, "at_us": 1_795_406_400_000_000_i64, "by": ID,
            "by_name": "测试甲", "device": ID, "act": "record_viewed", "act_zh": "查看完整记录",
            "act_en": "A record was viewed in full", "subject": OTHER_ID, "area": "110102003",
            "detail": {"kind": "person", "purpose": "review"}}]})
    }
}

const ID: &str = "0192e4a0-0000-7000-8000-000000000021";
const OTHER_ID: &str = "0192e4a0-0000-7000-8000-000000000022";

/// Reads the audit log, newest first.
///
/// Append-only and chained: nothing of it is ever changed or removed. Auditors and administrators read
/// what was done in their areas, and by or to the people they administer; what is of no one area and
/// of nobody there is for those of the whole city.
#[utoipa::path(
    tag = "audit",
    params(Asked, Paging),
    responses(
        (status = 200, description = "A page", body = AuditLog, example = json!(AuditLog::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/audit/log")]
pub(crate) async fn read_audit_log(
    After(reader, (asked, wanted)): After<
        Staff<LogReader>,
        Two<web::Query<Asked>, web::Query<Paging>>,
    >,
    service: web::Data<Service>,
) -> Answer<web::Json<AuditLog>> {
    let page = LOG.page(&wanted)?;
    let lines = asked.into_inner().lines(reader.within)?;
    let found = service.read(move |tx| tx.audit_lines(&lines, page)).await?;
    Ok(web::Json(AuditLog::of(found)?))
}
