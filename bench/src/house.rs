//! Prepares a service's data through the store: keys, a contractor with one caseload, and people
//! who work in it.

use crate::database::Site;
use crate::error::BenchError;
use ruhu_api::app::{MissingKeys, build};
use ruhu_api::auth::hash_password;
use ruhu_api::clock::Clock;
use ruhu_api::service::Service;
use ruhu_api::settings::Settings;
use ruhu_casework::facts::{Office, Role};
use ruhu_casework::organisations::{Caseload, Contract, Provider};
use ruhu_store::Tx;
use ruhu_store::accounts::Account;
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use secrecy::SecretString;
use uuid::Uuid;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "压测用的密码有十个字";

/// The validity of everything: from long before to long after.
const DAYS: [&str; 2] = ["2020-01-01", "2099-12-31"];

const STREAM: StreamId = StreamId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001));
const PROVIDER: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002);
const CONTRACT: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0003);
const PEOPLE: u128 = 0x0192_0000_0000_7000_8000_0001_0000_0000;
const TEAMS: u128 = 0x0192_0000_0000_7000_8000_0002_0000_0000;
const DESKS: u128 = 0x0192_0000_0000_7000_8000_0003_0000_0000;

/// The street where all of them work.
const STREET: &str = "110102012";

fn not_prepared(error: impl std::fmt::Display) -> BenchError {
    BenchError::NotPrepared(error.to_string())
}

/// The settings of a service on this site, in this process or in its own.
pub(crate) fn settings(site: &Site) -> Result<Settings, BenchError> {
    let mut settings = Settings::defaults().map_err(not_prepared)?;
    let keys = site.path("keys");
    settings.listen = ([127, 0, 0, 1], 0).into();
    settings.database_url = site.url.clone().into();
    settings.data_dir = site.path("");
    settings.key_files.sealing = keys.join("sealing.key");
    settings.key_files.cursor = keys.join("cursor.key");
    settings.key_files.signing = keys.join("signing");
    settings.access_token_minutes = 1_440;
    // Rate limits are off: the service is measured, not its patience.
    settings.rate_limits.per_user_per_minute = 0;
    settings.rate_limits.per_address_per_minute = 0;
    Ok(settings)
}

/// The login of one of the people.
pub(crate) fn login(index: usize) -> String {
    format!("worker-{index}")
}

/// The login of one of those at a desk.
pub(crate) fn desk_login(index: usize) -> String {
    format!("reviewer-{index}")
}

/// Creates a whole street: people in teams, with a caseload each, and reviewers.
pub(crate) fn prepare_street(
    site: &Site,
    (people, of_a_team): (usize, usize),
    desks: usize,
) -> Result<(), BenchError> {
    let service = prepare(site, 0)?;
    let hash = hash_password(&PASSWORD.into()).map_err(not_prepared)?;
    let prepared = service.store.write(|tx| {
        for team in 0..people.div_ceil(of_a_team) {
            let caseload = Caseload { stream: team_stream(team), area: STREET.to_owned() };
            tx.add_caseload(CONTRACT, &format!("第{}组", team + 1), &caseload)?;
        }
        for index in 0..people {
            add_worker(tx, index, team_stream(index / of_a_team), &hash)?;
        }
        (0..desks).try_for_each(|index| add_reviewer(tx, index, &hash))
    });
    prepared.map_err(not_prepared)
}

fn team_stream(team: usize) -> StreamId {
    StreamId(Uuid::from_u128(TEAMS + team as u128))
}

fn add_reviewer(tx: &mut Tx, index: usize, hash: &str) -> Stored<()> {
    let id = |offset: u128| Uuid::from_u128(DESKS + 2 * index as u128 + offset);
    let account = account(UserId(id(0)), desk_login(index), format!("审核员{index}"), hash);
    tx.add_account(&account)?;
    let office = Office {
        role: Role::StreetReviewer,
        area: STREET.to_owned(),
        first_day: DAYS[0].parse().unwrap_or_default(),
        last_day: None,
    };
    tx.add_office(id(1), account.id, &office)
}

fn account(id: UserId, login: String, name: String, hash: &str) -> Account {
    let password_hash = Some(SecretString::from(hash));
    Account { id, login, name, active: true, staff_no: None, password_hash }
}

/// Creates keys, schema, and people with one caseload. Returns the service.
pub(crate) fn prepare(site: &Site, people: usize) -> Result<Service, BenchError> {
    let service =
        build(settings(site)?, MissingKeys::Make, Clock::Machine).map_err(not_prepared)?;
    // One hash for all: each takes a tenth of a second.
    let hash = hash_password(&PASSWORD.into()).map_err(not_prepared)?;
    let prepared = service.store.write(|tx| {
        add_caseload(tx)?;
        (0..people).try_for_each(|index| add_worker(tx, index, STREAM, &hash))
    });
    prepared.map_err(not_prepared)?;
    Ok(service)
}

fn add_caseload(tx: &mut Tx) -> Stored<()> {
    let [first_day, last_day] = DAYS.map(|day| day.parse().unwrap_or_default());
    let provider = Provider {
        uscc: "91110102MA00000000".to_owned(),
        name: "入户社会工作事务所".to_owned(),
        bans: Vec::new(),
    };
    let contract = Contract {
        purchaser_area: "110102".to_owned(),
        first_day,
        last_day,
        over_a_year_because: Some("压测".to_owned()),
    };
    tx.add_provider(PROVIDER, &provider)?;
    tx.add_contract(CONTRACT, PROVIDER, &contract)?;
    let caseload = Caseload { stream: STREAM, area: STREET.to_owned() };
    tx.add_caseload(CONTRACT, "展览馆路一组", &caseload)
}

fn add_worker(tx: &mut Tx, index: usize, caseload: StreamId, hash: &str) -> Stored<()> {
    let id = |offset: u128| Uuid::from_u128(PEOPLE + 2 * index as u128 + offset);
    let account = account(UserId(id(0)), login(index), format!("社工{index}"), hash);
    tx.add_account(&account)?;
    let first_day = DAYS[0].parse().unwrap_or_default();
    tx.add_membership(id(1), account.id, caseload, first_day, None)
}
