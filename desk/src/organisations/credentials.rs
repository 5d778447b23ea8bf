//! What a person signs in with, taken out of the person's hands by an administrator.

use super::examples::ID;
use super::{Arrangement, Change, refuse_faults};
use crate::acts::{Act, Done, Line, Scene};
use crate::halt::Halt;
use crate::passwords::OneTimePassword;
use crate::refusal::Kind;
use crate::who::Admin;
use ruhu_casework::acts;
use ruhu_casework::days::beijing_time;
use ruhu_casework::organisations::{OrganisationFault as Fault, check_switching, check_text};
use ruhu_sync::id::{Instant, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// Why something is reset.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// Why, and how it was made sure that it is the person who asks.
    reason: String,
}

impl Reset {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"reason": "本人到场，忘记密码，已核对工作证"})
    }

    /// Of this person's password, to one that is given once.
    pub fn password(self, id: Uuid, given: OneTimePassword, now: Instant) -> PasswordReset {
        PasswordReset { of: self.of(id), given, now }
    }

    /// Of this person's second factor.
    pub fn second_factor(self, id: Uuid) -> SecondFactorReset {
        SecondFactorReset { of: self.of(id) }
    }

    fn of(self, id: Uuid) -> ResetOf {
        ResetOf { id, reason: self.reason }
    }
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

/// A password that is reset.
#[derive(Clone, Debug, Serialize)]
pub struct PasswordReset {
    #[serde(flatten)]
    of: ResetOf,
    // Neither the log nor the idempotency key's hash may tell anything of it.
    #[serde(skip)]
    given: OneTimePassword,
    #[serde(skip)]
    now: Instant,
}

impl Act for PasswordReset {
    type Right = Admin;
    type Answer = ResetPassword;

    const NAME: &'static str = acts::Act::PasswordReset.as_str();
    const LOCKS_ORGANISATIONS: bool = true;

    fn run(&self, scene: &mut Scene<'_>) -> Result<Done<ResetPassword>, Halt> {
        let Change { subject: id, area, .. } = self.of.judged(scene)?;
        if !self.given.give_to(scene.tx, UserId(id), self.now)? {
            return Err(Kind::NotAvailable.into());
        }
        let detail = json!({"asked": self.of, "before": null});
        let act = acts::Act::PasswordReset;
        let logged = scene.log(Line { act, subject: id, area, detail })?;
        // Kept sealed for as long as the idempotency key is, and written down nowhere else.
        let answer = ResetPassword {
            expires_at: beijing_time(self.given.expires_at()),
            id,
            log_number: logged.number(),
            one_time_password: self.given.expose().to_owned(),
        };
        Ok(Done::logged(&logged, answer))
    }
}

/// The one-time password, given once: the person changes it at the first sign-in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ResetPassword {
    /// Until when it opens anything.
    expires_at: String,
    /// Whose it is.
    id: Uuid,
    /// Its number in the log.
    log_number: u64,
    /// What the person types.
    one_time_password: String,
}

impl ResetPassword {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"id": ID, "log_number": 12, "one_time_password": "tkw4-hmr7-ac3x-dep6",
            "expires_at": "2026-11-26T12:00:00+08:00"})
    }
}

/// A second factor that is switched off.
#[derive(Clone, Debug, Serialize)]
pub struct SecondFactorReset {
    #[serde(flatten)]
    of: ResetOf,
}

impl Arrangement for SecondFactorReset {
    type Right = Admin;

    const ACT: acts::Act = acts::Act::SecondFactorReset;

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
