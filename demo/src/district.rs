//! The demo's district: 西城's fifteen streets with invented communities, providers, teams and
//! people; everything follows from the seed and the day.

use crate::DemoError;
use crate::dice::Dice;
use crate::invented;
use chrono::{Days, NaiveDate};
use ruhu_casework::areas::{Areas, Level, contains};
use ruhu_casework::facts::{Membership, Office, Role};
use ruhu_casework::organisations::{
    self, Caseload, Contract, Provider, check_caseload, check_contract, check_membership,
    check_office, check_provider, last_day_of_years,
};
use ruhu_sync::id::{StreamId, UserId};
use uuid::Uuid;

/// The district's code.
pub(crate) const DISTRICT: &str = "110102";
/// The whole city, as an office's area.
const CITY: &str = "";
/// Who administers the whole city: publishes forms, and enters what holds in it.
pub(crate) const CITY_ADMIN: &str = "cityadmin";
/// The street where the story is told.
const STORY_STREET: &str = "110102012000";
/// Communities a street.
pub(crate) const COMMUNITIES: usize = 4;
const PROVIDERS: usize = 5;
const WORKERS: usize = 34;
/// Contracts began so many days ago: every one is in force, whatever the day.
const CONTRACTS_BEGAN_DAYS_AGO: u64 = 100;

/// A street with its team.
#[derive(Clone, Debug)]
pub(crate) struct Street {
    /// The code, 12 digits.
    pub(crate) code12: String,
    /// The name.
    pub(crate) label_zh: String,
    /// The team's households.
    pub(crate) caseload: Caseload,
    /// The team's name.
    pub(crate) caseload_name: String,
    /// The contract under which the team works.
    pub(crate) contract: usize,
}

impl Street {
    /// The code of one of its communities. Real ones begin at 001; these are nobody's.
    pub(crate) fn community_code(&self, number: usize) -> String {
        format!("{}{}", &self.code12[..9], 901 + number % COMMUNITIES)
    }

    /// The name of one of its communities.
    pub(crate) fn community_name(&self, number: usize) -> String {
        let street = self.label_zh.trim_end_matches("街道");
        format!("{street}{}", invented::community(number))
    }
}

/// What a person does.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// Works in the team of this street, from a day on.
    Team(usize, Membership),
    /// Holds an office, for this street if for one.
    Office(Option<usize>, Office),
}

/// Somebody with an account.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Who.
    pub(crate) id: UserId,
    /// What the person types to sign in.
    pub(crate) login: String,
    /// The name.
    pub(crate) name: String,
    /// 工号.
    pub(crate) staff_no: String,
    /// What the person does.
    pub(crate) place: Place,
}

/// The whole district.
#[derive(Clone, Debug)]
pub(crate) struct District {
    /// The streets, by code.
    pub(crate) streets: Vec<Street>,
    /// The providers, each with its name in the store.
    pub(crate) providers: Vec<(Uuid, Provider)>,
    /// The contracts, each with its name in the store, one a provider.
    pub(crate) contracts: Vec<(Uuid, Contract)>,
    /// Everybody.
    pub(crate) people: Vec<Person>,
}

impl District {
    /// The district as it is on a day.
    pub(crate) fn plan(seed: u64, today: NaiveDate) -> Result<Self, DemoError> {
        let areas = Areas::shipped().map_err(|error| DemoError::Plan(error.to_string()))?;
        let providers = (0..PROVIDERS).map(|number| provider(seed, number)).collect();
        let contracts = (0..PROVIDERS).map(|number| contract(seed, number, today)).collect();
        let in_district = areas
            .list()
            .filter(|area| area.level == Level::Street && contains(DISTRICT, &area.code12));
        let streets = in_district.enumerate().map(|(number, area)| Street {
            code12: area.code12.clone(),
            label_zh: area.label_zh.clone(),
            caseload: Caseload {
                stream: StreamId(Dice::new(seed, "caseload", number).id()),
                area: area.code12[..9].to_owned(),
            },
            caseload_name: format!("{}救助服务所", area.label_zh.trim_end_matches("街道")),
            contract: number % PROVIDERS,
        });
        let mut district =
            Self { streets: streets.collect(), providers, contracts, people: Vec::new() };
        district.fill(seed, today)?;
        district.check(today)?;
        Ok(district)
    }

    fn fill(&mut self, seed: u64, today: NaiveDate) -> Result<(), DemoError> {
        let first_day = today - Days::new(CONTRACTS_BEGAN_DAYS_AGO);
        let count = self.streets.len();
        if count == 0 {
            return Err(DemoError::Plan("the district has no street".to_owned()));
        }
        for number in 0..WORKERS {
            let street = number % count;
            let membership = self.membership(street)?;
            self.add(seed, "worker", number, Place::Team(street, membership));
        }
        let office =
            |role, area: &str| Office { role, area: area.to_owned(), first_day, last_day: None };
        for street in 0..count {
            let community = self.streets[street].community_code(0);
            let code = self.streets[street].caseload.area.clone();
            let offices = [
                ("committee", office(Role::CommitteeMember, &community)),
                ("reviewer", office(Role::StreetReviewer, &code)),
                ("window", office(Role::StreetWindow, &code)),
            ];
            for (login, office) in offices {
                self.add(seed, login, street, Place::Office(Some(street), office));
            }
        }
        // Forms hold in the whole city, and who publishes them administers it.
        let above_the_streets = [
            ("district", office(Role::DistrictReviewer, DISTRICT)),
            ("centre", office(Role::DistrictCentre, DISTRICT)),
            ("admin", office(Role::Admin, DISTRICT)),
            ("provider", office(Role::ProviderAdmin, DISTRICT)),
            ("evaluator", office(Role::ThirdPartyEvaluator, DISTRICT)),
            ("auditor", office(Role::Auditor, DISTRICT)),
            ("city", office(Role::CitySupervisor, CITY)),
            (CITY_ADMIN, office(Role::Admin, CITY)),
        ];
        for (login, office) in above_the_streets {
            self.add(seed, login, 0, Place::Office(None, office));
        }
        Ok(())
    }

    fn membership(&self, street: usize) -> Result<Membership, DemoError> {
        let street = &self.streets[street];
        let (_, contract) = self
            .contracts
            .get(street.contract)
            .ok_or_else(|| DemoError::Plan("a team without a contract".to_owned()))?;
        Ok(Membership {
            caseload: street.caseload.stream,
            area: street.caseload.area.clone(),
            first_day: contract.first_day,
            last_day: None,
            contract_first_day: contract.first_day,
            contract_last_day: contract.last_day,
            bans: Vec::new(),
        })
    }

    fn add(&mut self, seed: u64, role: &str, number: usize, place: Place) {
        let order = self.people.len();
        let login = match &place {
            Place::Office(None, _) => role.to_owned(),
            _ => format!("{role}{:02}", number + 1),
        };
        self.people.push(Person {
            id: UserId(Dice::new(seed, role, number).id()),
            login,
            name: invented::staff_name(order),
            staff_no: format!("演示-{:03}", order + 1),
            place,
        });
    }

    /// The day on which the first of the contracts ends.
    pub(crate) fn contracts_end(&self) -> NaiveDate {
        let last = self.contracts.iter().map(|(_, contract)| contract.last_day).min();
        last.unwrap_or(NaiveDate::MIN)
    }

    /// The people in the team of a street.
    pub(crate) fn team(&self, street: usize) -> impl Iterator<Item = &Person> {
        let is_there = move |place: &Place| matches!(place, Place::Team(at, _) if *at == street);
        self.people.iter().filter(move |person| is_there(&person.place))
    }

    /// The person of this role in a street.
    pub(crate) fn officer(&self, street: usize, role: Role) -> Option<&Person> {
        self.people.iter().find(|person| {
            matches!(&person.place, Place::Office(Some(at), office) if *at == street && office.role == role)
        })
    }

    /// The street where the story is told.
    pub(crate) fn story_street(&self) -> usize {
        self.streets.iter().position(|street| street.code12 == STORY_STREET).unwrap_or(0)
    }

    /// The district keeps the rules that a real one is held to.
    fn check(&self, today: NaiveDate) -> Result<(), DemoError> {
        let mut faults = Vec::new();
        for ((_, provider), (_, contract)) in self.providers.iter().zip(&self.contracts) {
            faults.extend(check_provider(provider));
            faults.extend(check_contract(contract, provider, today));
        }
        for street in &self.streets {
            if let Some((_, contract)) = self.contracts.get(street.contract) {
                faults.extend(check_caseload(&street.caseload, contract, today));
            }
        }
        for person in &self.people {
            match &person.place {
                Place::Office(_, office) => faults.extend(check_office(office, &[], &[])),
                Place::Team(street, membership) => {
                    let (_, contract) = &self.contracts[self.streets[*street].contract];
                    faults.extend(check_membership(membership, contract, &[]));
                }
            }
        }
        match faults.first() {
            None => Ok(()),
            Some(fault) => Err(DemoError::Plan(fault.to_string())),
        }
    }
}

fn provider(seed: u64, number: usize) -> (Uuid, Provider) {
    const NAMES: [&str; PROVIDERS] = [
        "演示甲社工事务所",
        "演示乙社工事务所",
        "演示丙社工事务所",
        "演示丁社工事务所",
        "演示戊社工事务所",
    ];
    let provider = Provider {
        uscc: invented::uscc(number),
        name: NAMES[number % PROVIDERS].to_owned(),
        bans: Vec::new(),
    };
    (Dice::new(seed, "provider", number).id(), provider)
}

/// One year, two or three in turn; the longer ones with the reason that the law asks for.
fn contract(seed: u64, number: usize, today: NaiveDate) -> (Uuid, Contract) {
    let years = i32::try_from(number % 3).unwrap_or(0) + 1;
    let first_day = today - Days::new(CONTRACTS_BEGAN_DAYS_AGO);
    let reason = "服务对象固定、需长期跟踪，经费已列入中期预算（演示）";
    let contract = Contract {
        purchaser_area: DISTRICT.to_owned(),
        first_day,
        last_day: last_day_of_years(first_day, years.min(organisations::CONTRACT_YEARS_MAX)),
        over_a_year_because: (years > 1).then(|| reason.to_owned()),
    };
    (Dice::new(seed, "contract", number).id(), contract)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn district(today: &str) -> District {
        District::plan(7, today.parse().expect("day")).expect("district")
    }

    fn count(district: &District, role: Role) -> usize {
        let holds =
            |person: &&Person| matches!(&person.place, Place::Office(_, o) if o.role == role);
        district.people.iter().filter(holds).count()
    }

    #[test]
    fn the_district_is_the_size_of_the_real_one() {
        let district = district("2026-11-23");
        assert_eq!(district.streets.len(), 15);
        assert_eq!(district.providers.len(), 5);
        let workers: usize = (0..15).map(|street| district.team(street).count()).sum();
        assert_eq!(workers, 34);
        assert!((0..15).all(|street| district.team(street).count() >= 2));
        for role in [Role::CommitteeMember, Role::StreetReviewer, Role::StreetWindow] {
            assert_eq!(count(&district, role), 15, "{role}");
        }
        assert_eq!(count(&district, Role::DistrictReviewer), 1);
        assert_eq!(district.streets[district.story_street()].label_zh, "什刹海街道");
    }

    #[test]
    fn every_contract_is_in_force_on_the_day_and_for_half_a_year_more() {
        for day in ["2026-11-23", "2028-02-29", "2027-01-01"] {
            let today: NaiveDate = day.parse().expect("day");
            let district = district(day);
            assert!(district.contracts_end() > today + Days::new(180));
            assert!(district.contracts.iter().all(|(_, c)| c.first_day <= today));
        }
    }

    #[test]
    fn no_login_is_given_twice_and_the_same_seed_gives_the_same_people() {
        let (one, other) = (district("2026-11-23"), district("2026-11-23"));
        let mut logins: Vec<_> = one.people.iter().map(|person| person.login.clone()).collect();
        logins.sort_unstable();
        logins.dedup();
        assert_eq!(logins.len(), one.people.len());
        assert!(
            one.people.iter().zip(&other.people).all(|(a, b)| a.id == b.id && a.name == b.name)
        );
    }
}
