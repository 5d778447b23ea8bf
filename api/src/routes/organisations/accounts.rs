//! Accounts of people.

use super::{CURSOR, NotAdded, NotEnded, NotListed, arrange, list, listing};
use crate::auth::{After, Three, Two};
use crate::body::Json;
use crate::idempotency::{Key, KeyHeader, secret_mark};
use crate::paging::Paging;
use crate::problem::Answer;
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::{get, post, web};
use ruhu_desk::organisations::examples::ID;
use ruhu_desk::organisations::{AccountUse, Arranged, NewAccount};
use ruhu_desk::passwords::check_new_password;
use ruhu_desk::who::{Admin, Staff};
use ruhu_store::accounts::Account;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

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

listing!(
    /// Accounts.
    AccountList { accounts: AccountEntry from Account }
);

impl From<Account> for AccountEntry {
    fn from(row: Account) -> Self {
        Self {
            id: row.id.0,
            login: row.login,
            name: row.name,
            staff_no: row.staff_no,
            active: row.active,
        }
    }
}

impl AccountList {
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
    After(staff, wanted): After<Staff<Admin>, web::Query<Paging>>,
    service: web::Data<Service>,
) -> Answer<web::Json<AccountList>> {
    list(&service, &wanted, move |tx, page| tx.accounts(page, &staff.within)).await
}

/// Adds an account.
///
/// It may sign in and do nothing, until it has an office or a membership.
#[utoipa::path(
    tag = "organisations",
    params(KeyHeader),
    request_body(content = NewAccount, example = json!(NewAccount::example())),
    responses(
        (status = 200, description = "It is added", body = Arranged, example = json!(Arranged::example())),
        NotAdded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/accounts")]
pub(crate) async fn add_account(
    After(staff, (key, asked)): After<Staff<Admin>, Two<Key, Json<NewAccount>>>,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    let new = asked.0;
    let hash = match check_new_password(new.password(), &new.own_words()) {
        Ok(()) => Ok(service.passwords.hash(new.password().clone()).await?.into()),
        Err(words) => Err(words),
    };
    let mark = secret_mark(&service.cursor_key, new.password());
    arrange(&service, staff, key, new.hashed(hash, mark)).await
}

/// Switches an account off, or on again.
///
/// It holds at the next request. All its places must lie inside the areas of who does it.
#[utoipa::path(
    tag = "organisations",
    params(
        ("id" = Uuid, Path, description = "Which"),
        KeyHeader,
    ),
    request_body(content = AccountUse, example = json!(AccountUse::example())),
    responses(
        (status = 200, description = "It is so", body = Arranged, example = json!(Arranged::example())),
        NotEnded,
    ),
    security(("access_token" = [])),
)]
#[post("/v1/organisations/accounts/{id}/use")]
pub(crate) async fn switch_account(
    After(staff, (id, key, asked)): After<
        Staff<Admin>,
        Three<web::Path<Uuid>, Key, Json<AccountUse>>,
    >,
    service: web::Data<Service>,
) -> Answer<Recorded<Arranged>> {
    arrange(&service, staff, key, asked.0.of(*id)).await
}
