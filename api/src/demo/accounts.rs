//! The demo's people and organisations, written into the store.

use super::dice::Dice;
use super::district::{District, Person, Place};
use super::{DemoError, PASSWORD};
use crate::auth::hash_password;
use ruhu_store::accounts::Account;
use ruhu_store::{Store, Tx};
use ruhu_sync::storage::Stored;
use secrecy::SecretString;
use std::thread;

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

/// All have one password, and each hash has its own salt: they are worked out on all processors,
/// with the very parameters of other accounts.
fn accounts(people: &[Person]) -> Result<Vec<Account>, DemoError> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = people.len().div_ceil(threads).max(1);
    let shares = thread::scope(|scope| {
        let begun: Vec<_> = people
            .chunks(share)
            .map(|people| scope.spawn(|| people.iter().map(account).collect::<Vec<_>>()))
            .collect();
        begun.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    let mut accounts = Vec::with_capacity(people.len());
    for share in shares {
        let share = share.map_err(|_| DemoError::Plan("a thread panicked".to_owned()))?;
        for account in share {
            accounts.push(account?);
        }
    }
    Ok(accounts)
}

fn account(person: &Person) -> Result<Account, DemoError> {
    let hash = hash_password(&SecretString::from(PASSWORD))
        .map_err(|problem| DemoError::Plan(problem.to_string()))?;
    Ok(Account {
        id: person.id,
        login: person.login.clone(),
        name: person.name.clone(),
        active: true,
        staff_no: Some(person.staff_no.clone()),
        password_hash: Some(hash.into()),
    })
}
