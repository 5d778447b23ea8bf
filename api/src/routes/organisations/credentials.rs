//! What a person signs in with, taken out of the person's hands by an administrator.

use super::{Arranged, ID, NotEnded, arranged_example};
use crate::acts::Scene;
use crate::auth::{Admin, OneTimePassword};
use crate::body::Json;
use crate::clock::in_beijing;
use crate::halt::{Halt, refuse_faults};
use crate::idempotency::IdempotencyKey;
use crate::organisations::{Arrangement, Arranging, Change};
use crate::problem::{Answer, Kind};
use crate::routes::json_text;
use crate::service::Service;
use actix_web::{HttpResponse, post, web};
use ruhu_casework::organisations::{OrganisationFault as Fault, check_switching, check_text};
use ruhu_store::audit::Act;
use ruhu_sync::id::{Instant, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Why something is reset.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reset {
    /// Why, and how it was made sure that it is the person who asks.
    reason: String,
}

impl Reset {
    fn example() -> Value {
        json!({"reason": "本人到场，忘记密码，已核对工作证"})
    }

    fn of(&self, id: Uuid) -> ResetOf {
        ResetOf { id, reason: self.reason.clone() }
    }
}

/// A one-time password, told once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ResetPassword {
    /// Whose.
    id: Uuid,
    /// The number in the log.
    log_number: u64,
    /// The one-time password, to be handed to the person and to nobody else.
    one_time_password: String,
    /// Until when it opens anything.
    expires_at: String,
}

impl ResetPassword {
    fn example() -> Value {
        json!({"id": ID, "log_number": 12, "one_time_password": "tkw4-hmr7-ac3x-dep6",
            "expires_at": "2026-11-26T12:00:00+08:00"})
    }
}

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
        ("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "reset-7f3a0001"),
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
    staff: Admin,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
    key: IdempotencyKey,
    asked: Json<Reset>,
) -> Answer<HttpResponse> {
    let acting = staff.staff();
    let now = acting.person.now;
    let given = OneTimePassword::by(&service, now).await?;
    let asked = PasswordReset { of: asked.0.of(*id), given, now };
    Ok(json_text(service.act(acting, key, Arranging(asked)).await?))
}

#[derive(Clone, Debug, Serialize)]
struct ResetOf {
    id: Uuid,
    reason: String,
}

impl ResetOf {
    /// The change that it is, if who asks may reset what that person signs in with.
    fn judged(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let user = UserId(self.id);
        let ties = scene.tx.ties_of(user)?.filter(|ties| ties.are_administered(scene.within));
        let ties = ties.ok_or(Kind::NotAvailable)?;
        let offices = scene.tx.person_facts(user)?.offices;
        let mut faults = check_text(&self.reason, Fault::ReasonMissing);
        // Whoever signs in as an auditor audits: who is audited must not.
        faults.extend(check_switching(&offices, scene.within, scene.today()));
        if user == scene.user() {
            faults.push(Fault::ForOneself);
        }
        refuse_faults(&faults)?;
        Ok(Change { subject: user.0, area: ties.areas().first().cloned(), before: None })
    }
}

#[derive(Clone, Debug, Serialize)]
struct PasswordReset {
    #[serde(flatten)]
    of: ResetOf,
    // Neither the log nor the idempotency key's hash may tell anything of it.
    #[serde(skip)]
    given: OneTimePassword,
    #[serde(skip)]
    now: Instant,
}

impl Arrangement for PasswordReset {
    const ACT: Act = Act::PasswordReset;

    fn told(&self) -> Value {
        json!(self.of)
    }

    fn answers(&self) -> Map<String, Value> {
        let expires_at = in_beijing(self.given.expires_at());
        let told = [
            ("one_time_password", self.given.expose().to_owned()),
            ("expires_at", expires_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)),
        ];
        told.map(|(member, text)| (member.to_owned(), Value::from(text))).into_iter().collect()
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let change = self.of.judged(scene)?;
        match self.given.give_to(scene.tx, UserId(change.subject), self.now)? {
            true => Ok(change),
            false => Err(Kind::NotAvailable.into()),
        }
    }
}

/// Takes a person's second factor off, for whoever has lost the app and the recovery codes.
///
/// The same right as for the password. The person signs in by the password alone then; where a second
/// factor is demanded, another one is set up before anything else.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Whose"),
        ("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "reset-7f3a0002"),
    ),
    request_body(content = Reset, example = json!(Reset::example())),
    responses(
        (status = 200, description = "It is off", body = Arranged, example = json!(arranged_example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/accounts/{id}/reset-second-factor")]
pub(crate) async fn reset_second_factor(
    staff: Admin,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
    key: IdempotencyKey,
    asked: Json<Reset>,
) -> Answer<HttpResponse> {
    let asked = SecondFactorReset { of: asked.0.of(*id) };
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked)).await?))
}

#[derive(Clone, Debug, Serialize)]
struct SecondFactorReset {
    #[serde(flatten)]
    of: ResetOf,
}

impl Arrangement for SecondFactorReset {
    const ACT: Act = Act::SecondFactorReset;

    fn told(&self) -> Value {
        json!(self.of)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let change = self.of.judged(scene)?;
        if !scene.tx.remove_second_factor(UserId(change.subject))? {
            refuse_faults(&[Fault::StateAlready])?;
        }
        Ok(change)
    }
}
