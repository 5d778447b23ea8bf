//! What a person proves to be the person by: the own password, and the PIN with which the person signs
//! on a colleague's tablet.

use crate::auth::{After, Arriving, Entitled};
use crate::body::Json;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::recorded::NoContent;
use crate::service::Service;
use actix_web::{put, web};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

refusals!(NotSet: Kind::Closed, Kind::MalformedJson, Kind::InvalidRequest, Kind::WrongCredentials,
    Kind::OneTimePasswordExpired, Kind::TooManyAttempts, Kind::Busy, Kind::StoreUnavailable);

/// A new PIN.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPin {
    /// The person's password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// 6 to 12 digits.
    #[schema(value_type = String, format = Password)]
    pin: SecretString,
}

/// Sets the PIN with which a person confirms an assessment on a colleague's tablet.
///
/// It takes the place of an earlier one: what was signed with that and has not been sent yet does
/// not hold any more.
#[utoipa::path(
    tag = "session",
    request_body(content = NewPin, example = json!({"password": "演示密码 ruhu-demo", "pin": "900150"})),
    responses((status = 204, description = "The PIN is set"), NotSet),
    security(("access_token" = [])),
)]
#[put("/v1/me/pin")]
pub(crate) async fn set_my_pin(
    After(person, body): After<Entitled, Json<NewPin>>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    let NewPin { password, pin } = body.0;
    service.set_pin(person.0, password, pin).await?;
    Ok(NoContent)
}

refusals!(NotChanged: Kind::MalformedJson, Kind::InvalidRequest, Kind::WrongCredentials,
    Kind::OneTimePasswordExpired, Kind::TooManyAttempts, Kind::NotPermitted, Kind::Busy, Kind::StoreUnavailable);

/// Another password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The password until now.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The one from now on: at least 10 characters, and none that is guessed first.
    #[schema(value_type = String, format = Password)]
    new_password: SecretString,
}

/// Changes the own password.
///
/// The person's sign-ins on all other devices end; this one goes on. After an administrator's reset this
/// is the one thing that a session may do, beside signing out (`new-password-due`). What others would try first
/// (repeated, in order, keys beside each other, dates, telephone numbers, years, places, common words,
/// the own login, name or staff number) is refused, and the detail says why.
#[utoipa::path(
    tag = "session",
    request_body(content = NewPassword, example = json!({"password": "演示密码 ruhu-demo", "new_password": "下雨天忘了带伞怎么办"})),
    responses((status = 204, description = "It is changed"), NotChanged),
    security(("access_token" = [])),
)]
#[put("/v1/me/password")]
pub(crate) async fn change_my_password(
    After(arriving, body): After<Arriving, Json<NewPassword>>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    let NewPassword { password, new_password } = body.0;
    service.change_password(arriving, password, new_password).await?;
    Ok(NoContent)
}
