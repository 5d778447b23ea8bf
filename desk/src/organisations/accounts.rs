//! Accounts of people.

use super::{Arrangement, Change, refuse_faults};
use crate::acts::Scene;
use crate::halt::Halt;
use crate::idempotency::SecretMark;
use crate::refusal::{Kind, Refusal, Text};
use crate::who::Admin;
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{
    OrganisationFault as Fault, check_account, check_switching, check_text,
};
use ruhu_store::accounts::Account;
use ruhu_sync::id::UserId;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A person's account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// What the person types to sign in: letters, digits and `. - _ @`.
    login: String,
    /// The person's name, at most 50 characters.
    name: String,
    /// 工号, on watermarks and prints.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    staff_no: Option<String>,
    /// For which area: it belongs there until it has an office or a place in a team. That of who adds
    /// it, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// The first password, at least 10 characters.
    // Neither the log nor the idempotency key's hash may tell anything of it.
    #[serde(skip_serializing)]
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

impl NewAccount {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"login": "worker.jia", "name": "测试甲", "staff_no": "演示-101", "password": "十个字才够长的新密码"})
    }

    /// The first password, to be hashed.
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// What a password must not be made of.
    pub fn own_words(&self) -> Vec<&str> {
        let own = [Some(&self.login), Some(&self.name), self.staff_no.as_ref()];
        own.into_iter().flatten().map(String::as_str).collect()
    }

    /// With the password's hash, or why it has none, and a mark of the password.
    pub fn hashed(self, hash: Result<SecretString, Text>, mark: SecretMark) -> HashedAccount {
        HashedAccount { new: self, hash, mark }
    }
}

/// Whether an account is in use.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountUse {
    /// Whether it is. One that is switched off may only hand in what was written before.
    active: bool,
    /// Why.
    reason: String,
}

impl AccountUse {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"active": false, "reason": "离职"})
    }
}

/// An account to be added, with its password's hash.
#[derive(Clone, Debug, Serialize)]
pub struct HashedAccount {
    #[serde(flatten)]
    new: NewAccount,
    /// Why there is none, in words.
    #[serde(skip)]
    hash: Result<SecretString, Text>,
    #[serde(skip)]
    mark: SecretMark,
}

impl AccountUse {
    /// Of this account.
    pub fn of(self, id: Uuid) -> UseOf {
        UseOf { id, asked: self }
    }
}

/// An account that is switched off or on.
#[derive(Clone, Debug, Serialize)]
pub struct UseOf {
    id: Uuid,
    #[serde(flatten)]
    asked: AccountUse,
}

impl Arrangement for HashedAccount {
    type Right = Admin;

    const ACT: Act = Act::AccountAdded;

    fn secret(&self) -> Option<SecretMark> {
        Some(self.mark)
    }

    // Login, name and staff number stand in the account alone.
    fn told(&self) -> Value {
        json!({"area": self.new.area})
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let Self { new, hash, .. } = self;
        let mut faults = check_account(&new.login, &new.name);
        if let Some(staff_no) = &new.staff_no {
            faults.extend(check_text(staff_no, Fault::NameMissing));
        }
        if let (Err(words), true) = (hash, faults.is_empty()) {
            return Err(too_weak(words).into());
        }
        if hash.is_err() {
            faults.push(Fault::PasswordWeak);
        }
        if scene.tx.account_by_login(&new.login)?.is_some() {
            faults.push(Fault::LoginTaken);
        }
        let area = scene.area(new.area.as_deref()).map_err(|fault| faults.push(fault));
        refuse_faults(&faults)?;
        let area = area.unwrap_or_default();
        let added = scene.tx.add_account(&Account {
            id: UserId(scene.id),
            login: new.login.clone(),
            name: new.name.clone(),
            active: true,
            staff_no: new.staff_no.clone(),
            password_hash: hash.as_ref().ok().cloned(),
        })?;
        // The command line gives logins without waiting for us.
        if !added {
            refuse_faults(&[Fault::LoginTaken])?;
        }
        scene.tx.make_account_for(UserId(scene.id), &area)?;
        Ok(Change { subject: scene.id, area: Some(area), before: None })
    }
}

/// That nothing but the password stands against an account, and why it does.
fn too_weak(words: &Text) -> Refusal {
    let fault = json!([{"code": Fault::PasswordWeak.code(), "zh": words.zh, "en": words.en}]);
    Refusal::new(Kind::OrganisationRefused)
        .detail(words.zh.clone(), words.en.clone())
        .with("faults", fault)
}

impl Arrangement for UseOf {
    type Right = Admin;

    const ACT: Act = Act::AccountSwitched;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (user, AccountUse { active, reason }) = (UserId(self.id), &self.asked);
        let ties = scene.tx.ties_of(user)?.filter(|ties| ties.are_administered(scene.within));
        let ties = ties.ok_or(Kind::NotAvailable)?;
        let account = scene.tx.account(user)?.ok_or(Kind::NotAvailable)?;
        let offices = scene.tx.person_facts(user)?.offices;
        let mut faults = check_text(reason, Fault::ReasonMissing);
        faults.extend(check_switching(&offices, scene.within, scene.today()));
        if account.active == *active {
            faults.push(Fault::StateAlready);
        }
        refuse_faults(&faults)?;
        scene.tx.set_account_active(user, *active)?;
        let before = Some(json!({"active": account.active}));
        Ok(Change { subject: self.id, area: ties.areas().first().cloned(), before })
    }
}
