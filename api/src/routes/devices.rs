//! Devices: a person's own, and everybody's for administrators.

use crate::auth::{After, Two};
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind};
use crate::recorded::NoContent;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_casework::days::beijing_time;
use ruhu_desk::devices::{DeviceAct, Reach, act_on_device, devices};
use ruhu_desk::who::{Admin, Right as _, SignedIn, Staff};
use ruhu_store::accounts::Installation;
use ruhu_sync::id::{DeviceId, Instant, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

refusals!(NotTheOwn: Kind::InvalidRequest);
refusals!(NoSuchDevice: Kind::NotAvailable, Kind::InvalidRequest);
refusals!(NotListed: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotAdministered: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest);

/// A list of devices.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeviceList {
    /// In order of their ids.
    devices: Vec<DeviceItem>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A device.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeviceItem {
    /// Its id.
    id: Uuid,
    /// What people call it.
    name: String,
    /// Whose it is.
    person: Owner,
    /// Whether it is the one that asks.
    is_this: bool,
    /// When it signed in for the first time.
    enrolled_at: String,
    /// When it was last given tokens that still count; left out if it is signed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_in_at: Option<String>,
    /// How many edits were received from it.
    edits_received: u64,
    /// When it was reported lost, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_lost_at: Option<String>,
}

/// Whose a device is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Owner {
    /// Who.
    id: Uuid,
    /// The login.
    login: String,
    /// The name.
    name: String,
}

/// Whose devices are asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Whose {
    person: Option<Uuid>,
}

const OWN: List<DeviceId> = List::named("own_devices");
const ALL: List<DeviceId> = List::named("devices");

fn told(at: Instant) -> String {
    beijing_time(at)
}

impl DeviceList {
    fn of(found: Vec<Installation>, next: Option<String>, this: DeviceId) -> Self {
        let item = |device: Installation| DeviceItem {
            is_this: device.id == this,
            id: device.id.0,
            name: device.name,
            person: Owner { id: device.user.0, login: device.login, name: device.person_name },
            enrolled_at: told(device.enrolled_at),
            signed_in_at: device.signed_in_at.map(told),
            edits_received: device.last.0,
            reported_lost_at: device.reported_lost_at.map(told),
        };
        Self { devices: found.into_iter().map(item).collect(), next }
    }

    fn example() -> Self {
        let device = Installation {
            id: DeviceId(Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_0007)),
            name: "平板 7".to_owned(),
            user: UserId(Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_0001)),
            login: "li.na".to_owned(),
            person_name: "测己".to_owned(),
            enrolled_at: Instant(1_793_000_000_000_000),
            signed_in_at: Some(Instant(1_795_406_400_000_000)),
            last: ruhu_sync::id::DeviceSeq(128),
            revoked_at: None,
            reported_lost_at: None,
        };
        let this = device.id;
        Self::of(vec![device], None, this)
    }
}

/// Lists the person's own devices.
///
/// A browser that signs in at a desk is one, too.
#[utoipa::path(
    tag = "session",
    params(Paging),
    responses(
        (status = 200, description = "The devices", body = DeviceList, example = json!(DeviceList::example())),
        NotTheOwn,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/me/devices")]
pub(crate) async fn list_my_devices(
    After(person, wanted): After<SignedIn, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<DeviceList>> {
    let (page, own) = (OWN.page(&wanted)?, person.device);
    let found = service.read(move |tx| devices(tx, &person, Reach::Own, None, page)).await?;
    let next = OWN.next(found.next)?;
    Ok(web::Json(DeviceList::of(found.rows, next, own)))
}

/// Ends the sign-ins of one of the person's own devices.
///
/// It keeps everything and may sign in again.
#[utoipa::path(
    tag = "session",
    params(("id" = Uuid, Path, description = "Which")),
    responses((status = 204, description = "Its sign-ins have ended"), NoSuchDevice),
    security(("access_token" = [])),
)]
#[post("/v1/me/devices/{id}/revoke")]
pub(crate) async fn revoke_my_device(
    After(person, id): After<SignedIn, web::Path<Uuid>>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    act(&service, person, Reach::Own, *id, DeviceAct::Revoke).await
}

/// Reports one of the person's own devices lost.
///
/// From now on every call of it is refused as `device-lost`, which tells it to erase what it holds,
/// and nobody signs in on it, until an administrator reports it found.
#[utoipa::path(
    tag = "session",
    params(("id" = Uuid, Path, description = "Which")),
    responses((status = 204, description = "It is refused from now on"), NoSuchDevice),
    security(("access_token" = [])),
)]
#[post("/v1/me/devices/{id}/report-lost")]
pub(crate) async fn report_my_device_lost(
    After(person, id): After<SignedIn, web::Path<Uuid>>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    act(&service, person, Reach::Own, *id, DeviceAct::ReportLost).await
}

/// Lists the devices of the people whom the administrator administers, or one person's.
///
/// Those whose every office and place in a team lies inside the administrator's areas.
#[utoipa::path(
    tag = "administration",
    params(
        ("person" = Option<Uuid>, Query, description = "Only this person's"),
        Paging,
    ),
    responses(
        (status = 200, description = "The devices", body = DeviceList, example = json!(DeviceList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/admin/devices")]
pub(crate) async fn list_devices(
    After(admin, (whose, wanted)): After<Staff<Admin>, Two<web::Query<Whose>, web::Query<Paging>>>,
    service: web::Data<Service>,
) -> Answer<web::Json<DeviceList>> {
    let (whose, page) = (whose.person.map(UserId), ALL.page(&wanted)?);
    let (person, own) = (admin.person.clone(), admin.person.device);
    let found = service.read(move |tx| devices(tx, &person, ADMINISTERED, whose, page)).await?;
    let next = ALL.next(found.next)?;
    Ok(web::Json(DeviceList::of(found.rows, next, own)))
}

/// Ends the sign-ins of a device of somebody whom the administrator administers.
///
/// It keeps everything and may sign in again.
#[utoipa::path(
    tag = "administration",
    params(("id" = Uuid, Path, description = "Which")),
    responses((status = 204, description = "Its sign-ins have ended"), NotAdministered),
    security(("access_token" = [])),
)]
#[post("/v1/admin/devices/{id}/revoke")]
pub(crate) async fn revoke_device(
    After(admin, id): After<Staff<Admin>, web::Path<Uuid>>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    act(&service, admin.person, ADMINISTERED, *id, DeviceAct::Revoke).await
}

/// Reports a device lost, of somebody whom the administrator administers.
///
/// From now on every call of it is refused as `device-lost`, which tells it to erase what it holds,
/// and nobody signs in on it.
#[utoipa::path(
    tag = "administration",
    params(("id" = Uuid, Path, description = "Which")),
    responses((status = 204, description = "It is refused from now on"), NotAdministered),
    security(("access_token" = [])),
)]
#[post("/v1/admin/devices/{id}/report-lost")]
pub(crate) async fn report_device_lost(
    After(admin, id): After<Staff<Admin>, web::Path<Uuid>>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    act(&service, admin.person, ADMINISTERED, *id, DeviceAct::ReportLost).await
}

/// Takes the report of a device's loss back.
///
/// Its person may sign in on it again. One that has not erased itself yet goes on where it stood,
/// with everything that was not sent.
#[utoipa::path(
    tag = "administration",
    params(("id" = Uuid, Path, description = "Which")),
    responses((status = 204, description = "It may sign in again"), NotAdministered),
    security(("access_token" = [])),
)]
#[post("/v1/admin/devices/{id}/report-found")]
pub(crate) async fn report_device_found(
    After(admin, id): After<Staff<Admin>, web::Path<Uuid>>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    act(&service, admin.person, ADMINISTERED, *id, DeviceAct::ReportFound).await
}

/// The devices of the people whom an administrator administers.
const ADMINISTERED: Reach = Reach::Filling(Admin::ROLES);

async fn act(
    service: &Service,
    person: SignedIn,
    reach: Reach,
    device: Uuid,
    act: DeviceAct,
) -> Answer<NoContent> {
    let (device, by) = (DeviceId(device), person.device);
    service.transact(move |tx| act_on_device(tx, &person, reach, device, act)).await?;
    tracing::info!(%device, %by, ?act, "a device was acted on");
    Ok(NoContent)
}
