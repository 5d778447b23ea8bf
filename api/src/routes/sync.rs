//! The sync calls. What they mean is `docs/protocol.md`; the rules are in `ruhu-sync`.

mod contract;
mod record;
mod reply;

use crate::auth::{After, By};
use crate::body::{Json, RawBody};
use crate::limits::PersonLimits;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::web::{self, Bytes};
use actix_web::{get, post};
pub(crate) use contract::outcome_example;
use contract::{Handshake, PageBody, PullBody, PushAnswerBody, PushBody};
pub(crate) use record::{RecordBody, any_value};
use ruhu_desk::halt::Halt;
use ruhu_desk::pushing::push_within;
use ruhu_desk::who::OnDevice;
use ruhu_store::Tx;
use ruhu_store::accounts::LateWork;
use ruhu_sync::merge::Hand;
use ruhu_sync::outcome::Verdict;
use ruhu_sync::pull::{Page, PullContext, PullReply, PullRequest, pull};
use ruhu_sync::push::{PushAnswer, PushReply, PushRequest};
use ruhu_sync::storage::{ReadTx as _, Stored};
use secrecy::ExposeSecret as _;

refusals!(NotPushed: Kind::MalformedPush, Kind::ProtocolNotServed, Kind::EpochChanged, Kind::DeviceSeqGap, Kind::DeviceForked,
    Kind::GroupSplit, Kind::DeviceLost, Kind::LateWorkFull, Kind::BodyTooLarge, Kind::Busy, Kind::StoreUnavailable);
refusals!(NotPulled: Kind::CursorRefused, Kind::EpochChanged, Kind::Closed, Kind::UpgradeRequired,
    Kind::DeviceLost, Kind::Busy, Kind::StoreUnavailable);

/// Tells a device what it needs before it syncs.
///
/// The protocol versions for push and for pull, the limits (those of version 1 never shrink), the epoch, the server's
/// time, the device's streams, and the number its next edit must have.
#[utoipa::path(
    tag = "sync",
    responses((status = 200, description = "Where server and device stand", body = Handshake, example = json!(Handshake::example()))),
    security(("access_token" = [])),
)]
#[get("/v1/sync")]
pub(crate) async fn read_handshake(
    By(device): By<OnDevice>,
    service: web::Data<Service>,
) -> Answer<web::Json<Handshake>> {
    Ok(web::Json(service.handshake(device).await?))
}

/// Takes a batch of edits.
///
/// Every edit with a readable number gets an outcome, which is stored and never changes; sending
/// the same again gives the same. What is not an answer changed nothing.
#[utoipa::path(
    tag = "sync",
    request_body(content = PushBody, example = json!(PushBody::example())),
    responses(
        (status = 200, description = "An outcome for every edit", body = PushAnswerBody, example = json!(PushAnswerBody::example())),
        NotPushed,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/sync/push")]
pub(crate) async fn push_edits(
    After(device, body): After<OnDevice, RawBody>,
    service: web::Data<Service>,
) -> Answer<Recorded<PushAnswer>> {
    let pushed = service.push(device, body.0).await;
    let pushed = pushed.and_then(|reply| reply::to_push(device.device, reply));
    reply::count(&service.metrics, &pushed);
    Ok(Recorded::new(pushed?.to_json()))
}

/// Gives a page of what changed since a cursor.
///
/// A page is one snapshot. Ask again with its cursor until `complete`; show nothing before.
#[utoipa::path(
    tag = "sync",
    request_body(content = PullBody, example = json!(PullBody::example())),
    responses(
        (status = 200, description = "A page", body = PageBody, example = json!(PageBody::example())),
        NotPulled,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/sync/pull")]
pub(crate) async fn pull_changes(
    After(device, request): After<OnDevice, Json<PullRequest>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Page>> {
    reply::to_pull(service.pull(device, request.0).await?, service.settings.served)
}

impl Service {
    async fn handshake(&self, on: OnDevice) -> Answer<Handshake> {
        let served = self.settings.served;
        self.read(move |tx| {
            let (epoch, grants) = (tx.epoch()?, tx.grants(on.user, on.now)?);
            let device = tx.device(on.device)?;
            Ok(Handshake::of(epoch, on.now, served, device.as_ref(), &grants))
        })
        .await
    }

    /// Parses and pushes in one blocking thread: the edits borrow from the body.
    async fn push(&self, on: OnDevice, body: Bytes) -> Answer<PushReply> {
        let service = self.clone();
        self.block(move || {
            let text = crate::body::text(&body)?;
            let served = service.settings.served;
            let request = PushRequest::parse_served(text, served)
                .map_err(|error| reply::unreadable(error, served))?;
            let limits = service.settings.person_limits;
            let reply = service.store.transact(|tx| {
                let reply = push_within(tx, on, Hand::Device, &request)?;
                match is_too_late(tx, on, &reply, body.len(), limits)? {
                    true => Err(Halt::from(Kind::LateWorkFull)),
                    false => Ok(reply),
                }
            });
            Ok(reply?)
        })
        .await
    }

    async fn pull(&self, on: OnDevice, request: PullRequest) -> Answer<PullReply> {
        let (key, served) = (self.cursor_key.clone(), self.settings.served);
        self.read(move |tx| {
            let context = PullContext {
                user: on.user,
                device: on.device,
                now: on.now,
                cursor_key: key.expose_secret(),
                served,
            };
            pull(tx, context, &request)
        })
        .await
    }
}

/// Whether a push brings more than is taken after a right has ended. What is refused stays on the
/// tablet: nothing of the push is kept. Only what was put aside costs a question.
fn is_too_late(
    tx: &mut Tx,
    on: OnDevice,
    reply: &PushReply,
    bytes: usize,
    limits: PersonLimits,
) -> Stored<bool> {
    let PushReply::Answer(answer) = reply else {
        return Ok(false);
    };
    if !answer.new_verdicts.contains(&Verdict::Quarantined) || !tx.grants(on.user, on.now)?.closed {
        return Ok(false);
    }
    let more = LateWork { edits: count(answer.new_verdicts.len()), bytes: count(bytes) };
    let late = tx.add_late_work(on.user, more)?;
    let is_over = |is: u64, max: u64| max > 0 && is > max;
    Ok(is_over(late.edits, limits.late_edits) || is_over(late.bytes, limits.late_bytes))
}

fn count(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}
