//! The PIN with which a person signs on a colleague's tablet.

use crate::auth::SignedIn;
use crate::body::Json;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use actix_web::{HttpResponse, put, web};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

refusals!(NotSet: Kind::MalformedJson, Kind::InvalidRequest, Kind::WrongCredentials,
    Kind::TooManyAttempts, Kind::Busy, Kind::StoreUnavailable);

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
    person: SignedIn,
    service: web::Data<Service>,
    body: Json<NewPin>,
) -> Answer<HttpResponse> {
    let NewPin { password, pin } = body.0;
    service.set_pin(person, password, pin).await?;
    Ok(HttpResponse::NoContent().finish())
}
