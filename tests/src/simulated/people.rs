//! The people and organisations on a simulated server before anything happens.

use crate::database::Place;
use crate::field::{AREA_HERE, cheap_hash};
use crate::server::Server;
use ruhu_casework::facts::{Office, Role};
use ruhu_casework::organisations::{Caseload, Contract, Provider};
use ruhu_simulator::names::{self, STAFF, TEAMS};
use ruhu_store::accounts::Account;
use ruhu_sync::id::{StreamId, UserId};
use uuid::Uuid;

/// The maximum number of people.
pub(super) const PEOPLE: u8 = 20;

/// Everybody's password; the simulator has the same constant.
pub(super) const PASSWORD: &str = "password";

/// The administrator.
pub(super) const ADMIN: Uuid = Uuid::from_u128(STAFF.as_u128() - 1);

/// Creates the accounts and the offices; the contractor, its contract and its teams; and the
/// trigger that lets the server die.
pub(super) fn people(server: &Server) {
    let hash = cheap_hash(PASSWORD);
    let account = |id: Uuid, login: String| Account {
        id: UserId(id),
        name: format!("测试{login}"),
        login,
        active: true,
        staff_no: None,
        password_hash: Some(hash.clone().into()),
    };
    let offices =
        [(STAFF, "staff", Role::StreetReviewer, AREA_HERE), (ADMIN, "admin", Role::Admin, "")];
    let made = server.store().write(|tx| {
        for n in 0..PEOPLE {
            tx.add_account(&account(names::user(n), n.to_string()))?;
        }
        for (id, login, role, area) in offices {
            tx.add_account(&account(id, login.to_owned()))?;
            let first_day = "2026-01-01".parse().expect("a day");
            let office = Office { role, area: area.to_owned(), first_day, last_day: None };
            tx.add_office(id, UserId(id), &office)?;
        }
        let (provider, contract) = (names::made(1 << 40), names::made(2 << 40));
        let day = |day: &str| day.parse().expect("a day");
        let (name, uscc) = ("测试社工事务所".to_owned(), "91110102MA00000000".to_owned());
        tx.add_provider(provider, &Provider { name, uscc, bans: Vec::new() })?;
        let terms = Contract {
            purchaser_area: AREA_HERE.to_owned(),
            first_day: day("2026-01-01"),
            last_day: day("2026-12-31"),
            over_a_year_because: None,
        };
        tx.add_contract(contract, provider, &terms)?;
        for n in 0..TEAMS {
            let team = Caseload { stream: StreamId(names::team(n)), area: AREA_HERE.to_owned() };
            tx.add_caseload(contract, &format!("{n}组"), &team)?;
        }
        Ok(())
    });
    made.expect("accounts");
    let place = server.place();
    place.run(dying(place));
}

/// While `dying` has a row, no transaction that writes to a device commits: on PostgreSQL its
/// COMMIT fails, on SQLite its last statement.
fn dying(place: &Place) -> &'static str {
    match place {
        Place::Sqlite { .. } => {
            "CREATE TABLE dying (n INTEGER); \
             CREATE TRIGGER dies AFTER UPDATE ON device \
             WHEN EXISTS (SELECT 1 FROM dying) \
             BEGIN SELECT RAISE(ABORT, 'the process ended'); END;"
        }
        Place::Postgres { .. } => {
            "CREATE TABLE dying (n INTEGER); \
             CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF EXISTS (SELECT 1 FROM dying) THEN RAISE EXCEPTION 'the process ended'; END IF; \
             RETURN NULL; END $$; \
             CREATE CONSTRAINT TRIGGER dies AFTER UPDATE ON device \
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dies();"
        }
    }
}
