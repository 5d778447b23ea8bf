//! What the page shows while the service is a demo.

use crate::district::{District, Person, Place};
use crate::story::{Cast, Told};
use ruhu_casework::facts::Role;
use std::sync::{PoisonError, RwLock};

/// An account to look around with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAccount {
    /// What to type to sign in.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// What the person does, and where.
    pub role: String,
}

/// The demo's accounts and its story.
#[derive(Debug)]
pub struct Showcase {
    accounts: Vec<ShownAccount>,
    told: RwLock<Option<Told>>,
}

impl Showcase {
    pub(crate) fn of(district: &District) -> Self {
        Self { accounts: accounts(district), told: RwLock::new(None) }
    }

    /// The accounts to look around with; there are more of their kind.
    pub fn accounts(&self) -> &[ShownAccount] {
        &self.accounts
    }

    /// What the story left, if it has been told.
    pub fn told(&self) -> Option<Told> {
        self.told.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, told: Option<Told>) {
        *self.told.write().unwrap_or_else(PoisonError::into_inner) = told;
    }
}

/// Those of the story's street, of the district, and of the city: every role.
fn accounts(district: &District) -> Vec<ShownAccount> {
    let story = district.story_street();
    let here = district.people.iter().filter_map(|person| {
        let role = match &person.place {
            Place::Team(at, _) if *at == story => Role::Worker,
            Place::Office(None, office) => office.role,
            Place::Office(Some(at), office) if *at == story => office.role,
            _ => return None,
        };
        let place = match &person.place {
            Place::Office(None, office) if office.area.is_empty() => "全市",
            Place::Office(None, _) => "西城区",
            _ => &district.streets[story].label_zh,
        };
        Some(ShownAccount {
            login: person.login.clone(),
            name: person.name.clone(),
            role: format!("{place} {}", role.label_zh()),
        })
    });
    here.collect()
}

impl District {
    /// The people of the story: the two workers and their team, the team that the household goes
    /// to, and the reviewer of the district, to whom both teams' streets belong.
    pub(crate) fn cast(&self) -> Cast {
        let street = self.story_street();
        let next_street = (street + 1) % self.streets.len().max(1);
        let named = |person: &Person| (person.login.clone(), person.name.clone());
        let mut team = self.team(street).map(named);
        let mut next = || team.next().unwrap_or_default();
        let reviews = |person: &&Person| matches!(&person.place, Place::Office(None, office) if office.role == Role::DistrictReviewer);
        Cast {
            stream: self.streets[street].caseload.stream,
            team: self.streets[street].caseload_name.clone(),
            workers: [next(), next()],
            reviewer: self.people.iter().find(reviews).map(named).unwrap_or_default(),
            next_stream: self.streets[next_street].caseload.stream,
            next_team: self.streets[next_street].caseload_name.clone(),
            receiver: self.team(next_street).next().map(named).unwrap_or_default(),
        }
    }
}
