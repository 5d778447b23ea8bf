//! A person's own second factor.

use crate::auth::{After, By, SettingUp};
use crate::body::Json;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::recorded::NoContent;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_desk::who::SignedIn;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

refusals!(NotBegun: Kind::WrongCredentials, Kind::OneTimePasswordExpired, Kind::TooManyAttempts,
    Kind::StateConflict);
refusals!(NotConfirmed: Kind::WrongCode, Kind::StateConflict);
refusals!(NotOff: Kind::WrongCredentials, Kind::WrongCode, Kind::OneTimePasswordExpired,
    Kind::TooManyAttempts, Kind::StateConflict);

/// How a person stands to the second factor.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MySecondFactor {
    /// A code is asked for at each sign-in.
    enrolled: bool,
    /// It is demanded of this person.
    demanded: bool,
    /// How many recovery codes are left.
    recovery_codes_left: usize,
}

/// The password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnPassword {
    /// The person's password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// What an app makes codes from, told once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CodeSecretTold {
    /// In base 32, to be typed.
    secret: String,
    /// The same as an `otpauth:` address, to be shown as a QR code.
    uri: String,
}

/// A code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// The six digits that the app shows now.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
}

/// Codes for when the app is gone, told once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each does for one sign-in.
    recovery_codes: Vec<String>,
}

/// A password and a code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordAndCode {
    /// The person's password.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The six digits that the app shows now, or a recovery code.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
}

/// Tells how a person stands to the second factor.
#[utoipa::path(
    tag = "session",
    responses((status = 200, description = "How it stands", body = MySecondFactor,
        example = json!({"enrolled": true, "demanded": true, "recovery_codes_left": 9}))),
    security(("access_token" = [])),
)]
#[get("/v1/me/second-factor")]
pub(crate) async fn read_my_second_factor(
    By(SettingUp(person)): By<SettingUp>,
    service: web::Data<Service>,
) -> Answer<web::Json<MySecondFactor>> {
    let (user, now) = (person.user(), person.now);
    let demands = service.settings.staff_second_factor;
    let found = service.read(move |tx| {
        let demanded = demands && crate::auth::is_staff(&tx.person_facts(user)?, now);
        Ok((tx.second_factor(user)?.filter(|factor| factor.is_confirmed), demanded))
    });
    let (factor, demanded) = found.await?;
    Ok(web::Json(MySecondFactor {
        enrolled: factor.is_some(),
        demanded,
        recovery_codes_left: factor.map_or(0, |factor| factor.recovery_codes.len()),
    }))
}

/// Begins a second factor: gives the secret from which an app makes codes.
///
/// It counts from the first right code on; asked again before that, there is another secret. One that
/// counts already is switched off first.
#[utoipa::path(
    tag = "session",
    request_body(content = OwnPassword, example = json!({"password": "演示密码 ruhu-demo"})),
    responses((status = 200, description = "The secret", body = CodeSecretTold, example = json!({
        "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "uri": "otpauth://totp/Ruhu:li.na?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ruhu&algorithm=SHA1&digits=6&period=30"})),
        NotBegun),
    security(("access_token" = [])),
)]
#[post("/v1/me/second-factor")]
pub(crate) async fn begin_my_second_factor(
    After(SettingUp(person), body): After<SettingUp, Json<OwnPassword>>,
    service: web::Data<Service>,
) -> Answer<web::Json<CodeSecretTold>> {
    let begun = service.begin_second_factor(person, body.0.password).await?;
    Ok(web::Json(CodeSecretTold { secret: begun.secret, uri: begun.uri }))
}

/// Makes the second factor count, by a right code, and gives the recovery codes.
///
/// From now on a code is asked for at each sign-in. The person's sign-ins on all other devices end.
#[utoipa::path(
    tag = "session",
    request_body(content = Code, example = json!({"code": "287082"})),
    responses((status = 200, description = "It counts", body = RecoveryCodes,
        example = json!({"recovery_codes": ["tkw4-hmr7-ac3x-dep6"]})), NotConfirmed),
    security(("access_token" = [])),
)]
#[post("/v1/me/second-factor/confirm")]
pub(crate) async fn confirm_my_second_factor(
    After(SettingUp(person), body): After<SettingUp, Json<Code>>,
    service: web::Data<Service>,
) -> Answer<web::Json<RecoveryCodes>> {
    let recovery_codes = service.confirm_second_factor(person, body.0.code).await?;
    Ok(web::Json(RecoveryCodes { recovery_codes }))
}

/// Switches the own second factor off.
#[utoipa::path(
    tag = "session",
    request_body(content = PasswordAndCode, example = json!({"password": "演示密码 ruhu-demo", "code": "287082"})),
    responses((status = 204, description = "It is off"), NotOff),
    security(("access_token" = [])),
)]
#[post("/v1/me/second-factor/off")]
pub(crate) async fn switch_my_second_factor_off(
    After(person, body): After<SignedIn, Json<PasswordAndCode>>,
    service: web::Data<Service>,
) -> Answer<NoContent> {
    let PasswordAndCode { password, code } = body.0;
    service.switch_second_factor_off(person, password, code).await?;
    Ok(NoContent)
}
