//! Devices: a person's own, and everybody's for administrators.

use crate::auth::{Admin, SignedIn};
use crate::clock::in_beijing;
use crate::devices::{DeviceAct, Reach};
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind};
use crate::service::Service;
use actix_web::{HttpResponse, get, post, web};
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
    in_beijing(at).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
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
    person: SignedIn,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let found = service.devices(&person, Reach::Own, None, OWN.page(&wanted)?).await?;
    let next = OWN.next(found.next)?;
    Ok(HttpResponse::Ok().json(DeviceList::of(found.rows, next, person.device)))
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
    person: SignedIn,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
) -> Answer<HttpResponse> {
    service.act_on_device(&person, Reach::Own, DeviceId(*id), DeviceAct::Revoke).await?;
    Ok(HttpResponse::NoContent().finish())
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
    person: SignedIn,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
) -> Answer<HttpResponse> {
    service.act_on_device(&person, Reach::Own, DeviceId(*id), DeviceAct::ReportLost).await?;
    Ok(HttpResponse::NoContent().finish())
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
    admin: Admin,
    service: web::Data<Service>,
    whose: web::Query<Whose>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let (whose, page) = (whose.person.map(UserId), ALL.page(&wanted)?);
    let admin = admin.staff();
    let reach = Reach::Filling(admin.roles);
    let found = service.devices(&admin.person, reach, whose, page).await?;
    let next = ALL.next(found.next)?;
    Ok(HttpResponse::Ok().json(DeviceList::of(found.rows, next, admin.person.device)))
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
    admin: Admin,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
) -> Answer<HttpResponse> {
    let (admin, act) = (admin.staff(), DeviceAct::Revoke);
    service.act_on_device(&admin.person, Reach::Filling(admin.roles), DeviceId(*id), act).await?;
    Ok(HttpResponse::NoContent().finish())
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
    admin: Admin,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
) -> Answer<HttpResponse> {
    let (admin, act) = (admin.staff(), DeviceAct::ReportLost);
    service.act_on_device(&admin.person, Reach::Filling(admin.roles), DeviceId(*id), act).await?;
    Ok(HttpResponse::NoContent().finish())
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
    admin: Admin,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
) -> Answer<HttpResponse> {
    let (admin, act) = (admin.staff(), DeviceAct::ReportFound);
    service.act_on_device(&admin.person, Reach::Filling(admin.roles), DeviceId(*id), act).await?;
    Ok(HttpResponse::NoContent().finish())
}
