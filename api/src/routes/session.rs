//! Signing in, staying signed in, signing out.

use crate::auth::{Arriving, By, Due, Session, SigningDevice};
use crate::body::Json;
use crate::limits::Address;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::recorded::NoContent;
use crate::service::Service;
use actix_web::{delete, post, web};
use ruhu_store::accounts::Account;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

refusals!(SignInRefused: Kind::WrongCredentials, Kind::SecondFactorRequired, Kind::WrongCode,
    Kind::OneTimePasswordExpired, Kind::TooManyAttempts, Kind::DeviceOfAnother,
    Kind::DeviceLost, Kind::Closed, Kind::InvalidRequest);
refusals!(RefreshRefused: Kind::RefreshTokenRefused, Kind::DeviceLost, Kind::NewPasswordDue,
    Kind::SecondFactorDue);

/// Who signs in, and where.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewSession {
    /// The login.
    login: String,
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The six digits of the person's app, or a recovery code, where the person has set up a second
    /// factor (`second-factor-required`).
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    code: Option<SecretString>,
    /// The device.
    device: Device,
}

/// The device that signs in. A browser at a desk is one, too.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Device {
    /// Its id: one person's for ever. One that is new may be chosen by the device itself, a UUIDv7;
    /// without one it is given one.
    id: Option<Uuid>,
    /// What people call it, 1 to 60 characters.
    name: String,
    /// The earlier installation whose work this one goes on with, as `device-forked` shows it.
    /// Counts when the device is enrolled, and may be said again.
    continues: Option<Continues>,
}

/// An earlier installation.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Continues {
    /// Its id.
    device: Uuid,
    /// The number of its last edit that is this one's own. What the earlier one sends after the
    /// enrolment is another's in any case.
    through: u64,
}

/// A session that was begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct BegunSession {
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    /// How long the access token is valid.
    expires_in_seconds: i64,
    /// Gives new access tokens: kept where only the app can read it.
    refresh_token: String,
    /// Who signed in.
    user: Person,
    /// The device's id, to be kept for ever.
    device: Uuid,
    /// The number that the device's next edit must have.
    expected_device_seq: u64,
    /// The server's epoch.
    epoch: Uuid,
    /// What has to be done before anything else; left out if nothing has. Until it is done every
    /// other call but signing out is refused, and nothing on the device is lost by that:
    /// `new_password`, after an administrator's reset, is done by `PUT /v1/me/password`; `second_factor` by
    /// `POST /v1/me/second-factor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Due>,
}

/// A person, to be shown to that person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    /// Who.
    pub id: Uuid,
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// 工号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub staff_no: Option<String>,
    /// Whether the account is in use.
    pub active: bool,
}

impl From<&Account> for Person {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.0,
            login: account.login.clone(),
            name: account.name.clone(),
            staff_no: account.staff_no.clone(),
            active: account.active,
        }
    }
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ShownRefreshToken {
    /// The last one that `POST /v1/session` or `POST /v1/session/refresh` gave.
    #[schema(value_type = String, format = Password)]
    refresh_token: SecretString,
}

/// New tokens.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefreshedSession {
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    /// How long it is valid.
    expires_in_seconds: i64,
    /// Takes the place of the one that was shown.
    refresh_token: String,
}

const DEVICE: Uuid = Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_0007);
const NEXT_DEVICE: Uuid = Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_0008);
const EPOCH: Uuid = Uuid::from_u128(0x5f0c_3b1e_9d2a_4c47_8f10_2a7d_0c9b_4e11);
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl";
const REFRESH_TOKEN: &str = "q1P0c5Y0T3xK8mZ2vN7bR4wLhJ6dFgS9aXeUiOyQkCkb3Jr0m8tVx2Lz5Hq7Wd1E";
const NEXT_REFRESH_TOKEN: &str = "q1P0c5Y0T3xK8mZ2vN7bR4Yt6Pz0sKd3Gf8Hj1Lq5Wn7Xc9Vb2Mu4Ri6To8Ea0";

/// The person of the examples.
pub(crate) fn example_person() -> Person {
    Person {
        id: Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_0001),
        login: "li.na".to_owned(),
        name: "测己".to_owned(),
        staff_no: Some("XC-0207".to_owned()),
        active: true,
    }
}

fn example() -> BegunSession {
    BegunSession {
        access_token: TOKEN.to_owned(),
        expires_in_seconds: 900,
        refresh_token: REFRESH_TOKEN.to_owned(),
        user: example_person(),
        device: DEVICE,
        expected_device_seq: 1,
        epoch: EPOCH,
        first: None,
    }
}

/// Signs in at a device.
///
/// Enrols the device if it is new; not for somebody whose right has ended, who signs in where work
/// is left to hand in. At more devices than one person may have signed in, the one used longest ago is
/// signed out: it keeps everything. The device keeps its id for ever: it names the device's edits.
#[utoipa::path(
    tag = "session",
    request_body(content = NewSession, examples(
        ("new device" = (value = json!({"login": "li.na", "password": "…", "device": {"name": "平板 7"}}))),
        ("after device-forked" = (value = json!({"login": "li.na", "password": "…", "device": {"id": NEXT_DEVICE, "name": "平板 7", "continues": {"device": DEVICE, "through": 41}}}))),
        ("known device" = (value = json!({"login": "li.na", "password": "…", "device": {"id": DEVICE, "name": "平板 7"}}))),
    )),
    responses(
        (status = 200, description = "Signed in", body = BegunSession, example = json!(example())),
        SignInRefused,
    ),
    security(()),
)]
#[post("/v1/session")]
pub(crate) async fn sign_in(
    service: web::Data<Service>,
    from: Address,
    Json(new): Json<NewSession>,
) -> Answer<web::Json<BegunSession>> {
    let session =
        service.sign_in(new.login, (new.password, new.code), new.device.into(), from).await?;
    let lifetime = service.tokens.lifetime_seconds();
    Ok(web::Json(BegunSession::of(session, lifetime)))
}

impl From<Device> for SigningDevice {
    fn from(device: Device) -> Self {
        use ruhu_sync::id::{DeviceId, DeviceSeq};
        let continues = device.continues;
        Self {
            id: device.id.map(DeviceId),
            name: device.name,
            continues: continues.map(|c| (DeviceId(c.device), DeviceSeq(c.through))),
        }
    }
}

impl BegunSession {
    fn of(session: Session, expires_in_seconds: i64) -> Self {
        Self {
            user: Person::from(&session.account),
            device: session.device.id.0,
            expected_device_seq: session.device.expected().0,
            epoch: session.epoch.0,
            first: session.first,
            access_token: session.access_token,
            refresh_token: session.refresh_token.expose().to_owned(),
            expires_in_seconds,
        }
    }
}

/// Gives new tokens.
///
/// Each refresh token is replaced when it is used; store the new one before using it. If the
/// answer is lost, show the same token again: it is replaced for good only when its successor is
/// used. One that comes back after that ends all sign-ins of the device. A refusal is no reason to
/// delete anything from the device: the person signs in again.
#[utoipa::path(
    tag = "session",
    request_body(content = ShownRefreshToken, example = json!({"refresh_token": REFRESH_TOKEN})),
    responses(
        (status = 200, description = "New tokens", body = RefreshedSession,
            example = json!({"access_token": TOKEN, "expires_in_seconds": 900, "refresh_token": NEXT_REFRESH_TOKEN})),
        RefreshRefused,
    ),
    security(()),
)]
#[post("/v1/session/refresh")]
pub(crate) async fn refresh_session(
    service: web::Data<Service>,
    Json(shown): Json<ShownRefreshToken>,
) -> Answer<web::Json<RefreshedSession>> {
    let (access_token, refresh_token) = service.refresh(shown.refresh_token).await?;
    Ok(web::Json(RefreshedSession {
        access_token,
        expires_in_seconds: service.tokens.lifetime_seconds(),
        refresh_token: refresh_token.expose().to_owned(),
    }))
}

/// Signs out.
///
/// Ends all sign-ins of this device at once. The device keeps its id and everything on it: work
/// that was not sent yet is sent after the next sign-in.
#[utoipa::path(
    tag = "session",
    responses((status = 204, description = "Signed out")),
    security(("access_token" = [])),
)]
#[delete("/v1/session")]
pub(crate) async fn sign_out(
    By(arriving): By<Arriving>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    service.sign_out(&arriving.person).await?;
    Ok(NoContent)
}
