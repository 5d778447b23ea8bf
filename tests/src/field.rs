//! A small field: two teams in one street, a committee member, two streets' and two districts'
//! reviewers, an administrator and an auditor.

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use ruhu_casework::facts::{Office, Role};
use ruhu_casework::organisations::{Caseload, Contract, Provider};
use ruhu_store::accounts::Account;
use ruhu_store::{Store, Tx};
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "入户社工的密码有十个字";

/// The street in which both caseloads and the committee member are.
pub const AREA_HERE: &str = "110102003";

/// The street of the other reviewer.
pub const AREA_THERE: &str = "110105001";

/// The people, by login. The names are the same on every server, so that two of them can be
/// compared.
#[derive(Clone, Copy, Debug)]
pub struct Field;

const WORKERS: [(&str, u128, u128); 3] =
    [("worker_a", 1, 1), ("worker_a2", 2, 1), ("worker_b", 3, 2)];

const OFFICES: [(&str, u128, Role, &str); 7] = [
    ("committee", 4, Role::CommitteeMember, "110102003001"),
    ("reviewer_here", 5, Role::StreetReviewer, AREA_HERE),
    ("reviewer_there", 6, Role::StreetReviewer, AREA_THERE),
    ("admin", 7, Role::Admin, ""),
    ("district_here", 8, Role::DistrictReviewer, "110102"),
    ("district_there", 9, Role::DistrictReviewer, "110105"),
    ("auditor", 10, Role::Auditor, "110102"),
];

fn numbered(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 | kind << 16 | n)
}

impl Field {
    /// The person of this login.
    pub fn user(login: &str) -> UserId {
        let workers = WORKERS.iter().map(|(login, n, _)| (*login, *n));
        let offices = OFFICES.iter().map(|(login, n, _, _)| (*login, *n));
        let found = workers.chain(offices).find(|(known, _)| *known == login);
        let (_, n) = found.unwrap_or_else(|| panic!("{login} is nobody of the field"));
        UserId(numbered(0xA, n))
    }

    /// The caseload of `worker_a` and `worker_a2`.
    pub const CASELOAD_A: StreamId =
        StreamId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_000C_0001));

    /// The caseload of `worker_b`.
    pub const CASELOAD_B: StreamId =
        StreamId(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_000C_0002));

    /// The provider of both teams.
    pub const PROVIDER: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_000D_0001);

    /// The contract of both teams, for the year 2026.
    pub const CONTRACT: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_000E_0001);

    /// Populates the database of a new server.
    pub(crate) fn people(store: &Store) {
        let hash = cheap_hash(PASSWORD);
        let account = |login: &str| Account {
            id: Self::user(login),
            login: login.to_owned(),
            name: format!("测试{login}"),
            active: true,
            staff_no: None,
            password_hash: Some(hash.clone().into()),
        };
        let made = store.write(|tx| {
            for (login, ..) in WORKERS {
                assert!(tx.add_account(&account(login))?);
            }
            for (login, n, role, area) in OFFICES {
                assert!(tx.add_account(&account(login))?);
                let office = Office {
                    role,
                    area: area.to_owned(),
                    first_day: "2026-01-01".parse().expect("a day"),
                    last_day: None,
                };
                tx.add_office(numbered(0xF, n), Self::user(login), &office)?;
            }
            teams(tx)
        });
        made.expect("accounts");
    }
}

/// A provider under a contract in force, its two caseloads, and their workers. Through the store,
/// so that the audit log covers them like any.
fn teams(tx: &mut Tx) -> Stored<()> {
    let day = |day: &str| day.parse().expect("a day");
    let (name, uscc) = ("测试社工事务所".to_owned(), "91110102MA00000000".to_owned());
    tx.add_provider(Field::PROVIDER, &Provider { name, uscc, bans: Vec::new() })?;
    let terms = Contract {
        purchaser_area: AREA_HERE.to_owned(),
        first_day: day("2026-01-01"),
        last_day: day("2026-12-31"),
        over_a_year_because: None,
    };
    tx.add_contract(Field::CONTRACT, Field::PROVIDER, &terms)?;
    for (stream, name) in [(Field::CASELOAD_A, "一组"), (Field::CASELOAD_B, "二组")] {
        let team = Caseload { stream, area: AREA_HERE.to_owned() };
        tx.add_caseload(Field::CONTRACT, name, &team)?;
    }
    for (login, n, team) in WORKERS {
        let caseload = if team == 1 { Field::CASELOAD_A } else { Field::CASELOAD_B };
        let (id, user) = (numbered(0x9, n), Field::user(login));
        tx.add_membership(id, user, caseload, day("2026-01-01"), None)?;
    }
    Ok(())
}

/// The password's hash, at a cost that tests do not have to wait for: the parameters are part of
/// it.
pub(crate) fn cheap_hash(password: &str) -> String {
    let params = Params::new(8, 1, 1, None).expect("parameters");
    let hash: PasswordHash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(password.as_bytes())
        .expect("a hash");
    hash.to_string()
}
