//! What a person signs in with, taken out of the person's hands by an administrator.

use super::{NotEnded, arrange};
use crate::auth::{After, Three};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader};
use crate::problem::Answer;
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{post, web};
use ruhu_desk::organisations::{Arranged, Reset, ResetPassword};
use ruhu_desk::who::{Admin, Staff};
use uuid::Uuid;

/// Gives a person a one-time password.
///
/// It is made here and told in this answer alone; all sign-ins of the person end, and what is on the
/// person's devices stays there. It opens nothing after `expires_at`, and whoever has signed in with it
/// changes it before anything else (`new-password-due`). All the person's places must lie inside the areas
/// of who does it; nobody does it for themselves, and an auditor's is reset from above. The same call
/// sent again is answered with the same password; if an answer was lost for good, call again with
/// another key: the earlier one is void then.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Whose"),
        KeyHeader,
    ),
    request_body(content = Reset, example = json!(Reset::example())),
    responses(
        (status = 200, description = "It is reset", body = ResetPassword, example = json!(ResetPassword::example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/accounts/{id}/reset-password")]
pub(crate) async fn reset_password(
    After(staff, (id, key, asked)): After<Staff<Admin>, Three<web::Path<Uuid>, Key, Json<Reset>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<ResetPassword>> {
    let now = staff.person.now;
    let given = service.one_time_password(now).await?;
    service.act(staff, key, asked.0.password(*id, given, now)).await
}

/// Takes a person's second factor off, for whoever has lost the app and the recovery codes.
///
/// The same right as for the password. The person signs in by the password alone then; where a second
/// factor is demanded, another one is set up before anything else.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Whose"),
        KeyHeader,
    ),
    request_body(content = Reset, example = json!(Reset::example())),
    responses(
        (status = 200, description = "It is off", body = Arranged, example = json!(Arranged::example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/accounts/{id}/reset-second-factor")]
pub(crate) async fn reset_second_factor(
    After(staff, (id, key, asked)): After<Staff<Admin>, Three<web::Path<Uuid>, Key, Json<Reset>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, asked.0.second_factor(*id)).await
}
