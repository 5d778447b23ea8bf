//! Accounts of people.

use super::{Arranged, CURSOR, ID, NotAdded, NotEnded, NotListed, arranged_example};
use crate::acts::Scene;
use crate::auth::{Admin, check_new_password};
use crate::body::Json;
use crate::halt::{Halt, refuse_faults};
use crate::idempotency::{IdempotencyKey, SecretMark};
use crate::organisations::{Arrangement, Arranging, Change};
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind, Problem, Text};
use crate::routes::json_text;
use crate::service::Service;
use actix_web::{HttpResponse, get, post, web};
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{
    OrganisationFault as Fault, check_account, check_switching, check_text,
};
use ruhu_store::accounts::Account;
use ruhu_store::page::Slice;
use ruhu_sync::id::UserId;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

const ACCOUNTS: List<Uuid> = List::named("accounts");

/// A person's account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
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
    fn example() -> Value {
        json!({"login": "worker.jia", "name": "测试甲", "staff_no": "演示-101", "password": "十个字才够长的新密码"})
    }

    /// With the password's hash, unless it is too weak to have one.
    async fn hashed(self, service: &Service) -> Answer<HashedAccount> {
        let password = self.password.clone();
        let own = [Some(&self.login), Some(&self.name), self.staff_no.as_ref()];
        let own: Vec<_> = own.into_iter().flatten().map(String::as_str).collect();
        let hash = match check_new_password(&password, &own) {
            Ok(()) => Ok(service.passwords.hash(password).await?.into()),
            Err(words) => Err(words),
        };
        let mark = service.secret_mark(&self.password);
        Ok(HashedAccount { new: self, hash, mark })
    }
}

/// Whether an account is in use.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountUse {
    /// Whether it is. One that is switched off may only hand in what was written before.
    active: bool,
    /// Why.
    reason: String,
}

impl AccountUse {
    fn example() -> Value {
        json!({"active": false, "reason": "离职"})
    }
}

/// An account in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AccountEntry {
    /// Which: the person's id.
    id: Uuid,
    /// The login.
    login: String,
    /// The person's name.
    name: String,
    /// 工号.
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_no: Option<String>,
    /// Whether it is in use.
    active: bool,
}

/// Accounts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AccountList {
    /// In order of their names.
    accounts: Vec<AccountEntry>,
    /// What to ask for as `after` to go on; left out at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl AccountList {
    fn of(found: Slice<Account, Uuid>) -> Answer<Self> {
        let entry = |row: Account| AccountEntry {
            id: row.id.0,
            login: row.login,
            name: row.name,
            staff_no: row.staff_no,
            active: row.active,
        };
        let next = ACCOUNTS.next(found.next)?;
        Ok(Self { accounts: found.rows.into_iter().map(entry).collect(), next })
    }

    fn example() -> Value {
        json!({"accounts": [{"id": ID, "login": "worker.jia", "name": "测试甲", "active": true}], "next": CURSOR})
    }
}

/// Lists accounts.
///
/// Those with an office or a place in a team inside the areas of who asks, and those that were made
/// there and have neither yet.
#[utoipa::path(
    tag = "organisations",
    params(Paging),
    responses(
        (status = 200, description = "A page", body = AccountList, example = json!(AccountList::example())),
        NotListed,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/organisations/accounts")]
pub(crate) async fn list_accounts(
    staff: Admin,
    service: web::Data<Service>,
    wanted: web::Query<Paging>,
) -> Answer<HttpResponse> {
    let (page, within) = (ACCOUNTS.page(&wanted)?, staff.staff().within);
    let found = service.read(move |tx| tx.accounts(page, &within)).await?;
    Ok(HttpResponse::Ok().json(AccountList::of(found)?))
}

/// Adds an account.
///
/// It may sign in and do nothing, until it has an office or a membership.
#[utoipa::path(
    tag = "organisations",
    params(("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "account-7f3a0001")),
    request_body(content = NewAccount, example = json!(NewAccount::example())),
    responses(
        (status = 200, description = "It is added", body = Arranged, example = json!(arranged_example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/accounts")]
pub(crate) async fn add_account(
    staff: Admin,
    service: web::Data<Service>,
    key: IdempotencyKey,
    asked: Json<NewAccount>,
) -> Answer<HttpResponse> {
    let account = Arranging(asked.0.hashed(&service).await?);
    Ok(json_text(service.act(staff.staff(), key, account).await?))
}

/// Switches an account off, or on again.
///
/// It holds at the next request. All its places must lie inside the areas of who does it.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Which"),
        ("Idempotency-Key" = String, Header, description = "The same when it is sent again", example = "use-7f3a0001"),
    ),
    request_body(content = AccountUse, example = json!(AccountUse::example())),
    responses(
        (status = 200, description = "It is so", body = Arranged, example = json!(arranged_example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/accounts/{id}/use")]
pub(crate) async fn switch_account(
    staff: Admin,
    service: web::Data<Service>,
    id: web::Path<Uuid>,
    key: IdempotencyKey,
    asked: Json<AccountUse>,
) -> Answer<HttpResponse> {
    let asked = UseOf { id: *id, asked: asked.0 };
    Ok(json_text(service.act(staff.staff(), key, Arranging(asked)).await?))
}

#[derive(Clone, Debug, Serialize)]
struct HashedAccount {
    #[serde(flatten)]
    new: NewAccount,
    /// Why there is none, in words.
    #[serde(skip)]
    hash: Result<SecretString, Text>,
    #[serde(skip)]
    mark: SecretMark,
}

#[derive(Clone, Debug, Serialize)]
struct UseOf {
    id: Uuid,
    #[serde(flatten)]
    asked: AccountUse,
}

impl Arrangement for HashedAccount {
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
fn too_weak(words: &Text) -> Problem {
    let fault = json!([{"code": Fault::PasswordWeak.code(), "zh": words.zh, "en": words.en}]);
    Problem::new(Kind::OrganisationRefused)
        .detail(words.zh.clone(), words.en.clone())
        .with("faults", fault)
}

impl Arrangement for UseOf {
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
