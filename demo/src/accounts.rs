//! The demo's people and organisations, written into the store.

use crate::dice::Dice;
use crate::district::{District, Person, Place};
use crate::{DemoError, PASSWORD};
use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use ruhu_store::accounts::Account;
use ruhu_store::{Store, Tx};
use ruhu_sync::storage::Stored;

/// Writes everybody, and for whom they work: all, or nothing.
pub(crate) fn write(store: &Store, district: &District, seed: u64) -> Result<(), DemoError> {
    let accounts = accounts(&district.people)?;
    store.write(|tx| {
        for (id, provider) in &district.providers {
            tx.add_provider(*id, provider)?;
        }
        for ((id, contract), (provider, _)) in district.contracts.iter().zip(&district.providers) {
            tx.add_contract(*id, *provider, contract)?;
        }
        for street in &district.streets {
            if let Some((contract, _)) = district.contracts.get(street.contract) {
                tx.add_caseload(*contract, &street.caseload_name, &street.caseload)?;
            }
        }
        for (account, person) in accounts.iter().zip(&district.people) {
            tx.add_account(account)?;
            seat(tx, person, seed)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn seat(tx: &mut Tx, person: &Person, seed: u64) -> Stored<()> {
    let id = Dice::new(seed, &person.login, 1).id();
    match &person.place {
        Place::Office(_, office) => tx.add_office(id, person.id, office),
        Place::Team(_, of) => {
            tx.add_membership(id, person.id, of.caseload, of.first_day, of.last_day)
        }
    }
}

/// All have one password, and each hash has its own salt. The password is printed for everybody to
/// read, so that a hash that takes long would protect nothing and only keep the reader waiting: 1 MiB
/// and one pass, where real accounts have 19 MiB and two.
const MEMORY_KIB: u32 = 1024;
const PASSES: u32 = 1;
const LANES: u32 = 1;

fn accounts(people: &[Person]) -> Result<Vec<Account>, DemoError> {
    let failed = |error: &dyn std::fmt::Display| DemoError::Plan(error.to_string());
    let cost = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| failed(&error))?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
    let account = |person: &Person| {
        let hash: PasswordHash =
            hasher.hash_password(PASSWORD.as_bytes()).map_err(|error| failed(&error))?;
        Ok(Account {
            id: person.id,
            login: person.login.clone(),
            name: person.name.clone(),
            active: true,
            staff_no: Some(person.staff_no.clone()),
            password_hash: Some(hash.to_string().into()),
        })
    };
    people.iter().map(account).collect()
}
