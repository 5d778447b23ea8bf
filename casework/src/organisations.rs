//! Who works for whom: the provider, its contract, the caseloads under it, and people's memberships
//! and offices. All problems are reported at once, and nothing with a problem is taken.

mod entry;
mod fault;
mod places;

pub use entry::{Education, Qualification, Title, check_entry};
pub use fault::OrganisationFault;
pub use places::{Employment, Term, check_account, check_employment, check_end};

use crate::administration::Within;
use crate::areas::{self, Level};
use crate::facts::{Membership, Office, Role};
use crate::identity::{self, UsccFault};
use crate::seen::says_something;
use chrono::{Datelike, Days, NaiveDate};
use ruhu_sync::id::StreamId;

/// A contractor (承接主体).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The unified social credit code.
    pub uscc: String,
    /// The name.
    pub name: String,
    /// The days on which it is banned, first and last inclusive ([`ban_from`]).
    pub bans: Vec<(NaiveDate, NaiveDate)>,
}

/// A contract between a purchaser and a provider, for a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The area of the district or street that buys.
    pub purchaser_area: String,
    /// The first day, inclusive.
    pub first_day: NaiveDate,
    /// The last day, inclusive.
    pub last_day: NaiveDate,
    /// Why it runs for more than a year, if it does.
    pub over_a_year_because: Option<String>,
}

/// The households of one team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caseload {
    /// Its stream.
    pub stream: StreamId,
    /// Its area.
    pub area: String,
}

/// How long a ban lasts (313号: 三年内禁止参与).
pub const BAN_YEARS: i32 = 3;
/// How long a contract may run (财政部令第102号 §24).
pub const CONTRACT_YEARS_MAX: i32 = 3;

/// The last day of a period of this many years that begins on a day. From 29 February of a leap
/// year it ends on 28 February, since the next period would begin on 1 March.
pub fn last_day_of_years(first_day: NaiveDate, years: i32) -> NaiveDate {
    let year = first_day.year().saturating_add(years);
    let next = first_day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, 3, 1));
    next.and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(NaiveDate::MAX)
}

/// The days of a ban that begins on a day.
pub fn ban_from(first_day: NaiveDate) -> (NaiveDate, NaiveDate) {
    (first_day, last_day_of_years(first_day, BAN_YEARS))
}

fn keep<const N: usize>(found: [(bool, OrganisationFault); N]) -> Vec<OrganisationFault> {
    found.into_iter().filter_map(|(is_wrong, fault)| is_wrong.then_some(fault)).collect()
}

/// The maximum length of a name or a reason.
pub const TEXT_CHARACTERS_MAX: usize = 500;

/// The problem of a text that must not be blank.
pub fn check_text(text: &str, missing: OrganisationFault) -> Vec<OrganisationFault> {
    keep([
        (!says_something(text), missing),
        (text.chars().count() > TEXT_CHARACTERS_MAX, OrganisationFault::TextTooLong),
        (text.chars().any(char::is_control), OrganisationFault::TextMalformed),
    ])
}

/// The problems of a provider.
pub fn check_provider(provider: &Provider) -> Vec<OrganisationFault> {
    let uscc = identity::uscc(&provider.uscc);
    let backwards = provider.bans.iter().any(|(first, last)| last < first);
    let mut found = keep([
        (uscc == Err(UsccFault::Malformed), OrganisationFault::UsccMalformed),
        (uscc == Err(UsccFault::CheckDigit), OrganisationFault::UsccCheckDigit),
        (backwards, OrganisationFault::DaysBackwards),
    ]);
    found.extend(check_text(&provider.name, OrganisationFault::NameMissing));
    found
}

/// The problems of a contract that this provider would sign on a day.
pub fn check_contract(
    contract: &Contract,
    provider: &Provider,
    signed_on: NaiveDate,
) -> Vec<OrganisationFault> {
    let level = areas::prefix(&contract.purchaser_area).map(str::len);
    let over = |years| contract.last_day > last_day_of_years(contract.first_day, years);
    let reason = contract.over_a_year_because.as_deref().unwrap_or_default();
    let is_banned =
        |day: NaiveDate| provider.bans.iter().any(|(first, last)| *first <= day && day <= *last);
    let banned = is_banned(signed_on) || is_banned(contract.first_day);
    let mut found = keep([
        (!matches!(level, Some(6 | 9)), OrganisationFault::PurchaserLevel),
        (contract.last_day < contract.first_day, OrganisationFault::DaysBackwards),
        (over(CONTRACT_YEARS_MAX), OrganisationFault::ContractOverThreeYears),
        (over(1) && !says_something(reason), OrganisationFault::ContractOverOneYearUnexplained),
        (banned, OrganisationFault::ProviderBanned),
    ]);
    if says_something(reason) {
        found.extend(check_text(reason, OrganisationFault::ReasonMissing));
    }
    found
}

/// The problems of a caseload under a contract on a day.
pub fn check_caseload(
    caseload: &Caseload,
    contract: &Contract,
    today: NaiveDate,
) -> Vec<OrganisationFault> {
    let lies_inside = areas::contains(&contract.purchaser_area, &caseload.area);
    keep([
        (!lies_inside, OrganisationFault::CaseloadOutsidePurchaser),
        (contract.last_day < today, OrganisationFault::ContractEnded),
    ])
}

/// The problems of a person's membership under a contract, given the offices that the person holds.
/// An open end is the contract's.
pub fn check_membership(
    membership: &Membership,
    contract: &Contract,
    offices: &[Office],
) -> Vec<OrganisationFault> {
    let last_day = membership.last_day.unwrap_or(contract.last_day);
    let is_outside = membership.first_day < contract.first_day || contract.last_day < last_day;
    let names_another = membership.contract_first_day != contract.first_day
        || membership.contract_last_day != contract.last_day;
    let decides =
        offices.iter().any(|office| office.role.bars_contractors() && meet(office, membership));
    keep([
        (last_day < membership.first_day, OrganisationFault::DaysBackwards),
        (is_outside, OrganisationFault::MembershipOutsideContract),
        (names_another, OrganisationFault::MembershipOfAnotherContract),
        (decides, OrganisationFault::ContractorCannotDecide),
    ])
}

/// The problems of an office, given the person's other offices and teams.
pub fn check_office(
    office: &Office,
    others: &[Office],
    memberships: &[Membership],
) -> Vec<OrganisationFault> {
    let level = areas::prefix(&office.area).map(str::len);
    let fits = match level {
        None => true,
        Some(digits) => fits_level(office.role, digits),
    };
    let backwards = office.last_day.is_some_and(|last| last < office.first_day);
    let decides = office.role.bars_contractors()
        && memberships.iter().any(|membership| meet(office, membership));
    let excludes = others
        .iter()
        .any(|other| office.role.excludes(other.role) && days_of(office).meets(days_of(other)));
    keep([
        (level.is_none(), OrganisationFault::AreaMalformed),
        (!fits, OrganisationFault::OfficeLevel),
        (backwards, OrganisationFault::DaysBackwards),
        (office.role == Role::Worker, OrganisationFault::WorkerNeedsMembership),
        (decides, OrganisationFault::ContractorCannotDecide),
        (excludes, OrganisationFault::DutiesExclude),
    ])
}

/// The problem of who appoints to an office, or dismisses from it: an auditor's appointment comes
/// from above the audited area.
pub fn check_appointment(role: Role, area: &str, within: &Within) -> Vec<OrganisationFault> {
    let from_beside = role == Role::Auditor && !within.is_above(area);
    keep([(from_beside, OrganisationFault::AuditorFromAbove)])
}

/// The problem of who disables, or enables, the account of somebody with these offices: a present
/// or future auditor is out of reach of the audited.
pub fn check_switching(
    offices: &[Office],
    within: &Within,
    today: NaiveDate,
) -> Vec<OrganisationFault> {
    let audits = |office: &&Office| {
        office.role == Role::Auditor && office.last_day.is_none_or(|last| today <= last)
    };
    let mut found: Vec<_> = offices
        .iter()
        .filter(audits)
        .flat_map(|office| check_appointment(office.role, &office.area, within))
        .collect();
    found.dedup();
    found
}

fn fits_level(role: Role, digits: usize) -> bool {
    match role.level() {
        None => true,
        Some(Level::City) => digits < 6,
        Some(Level::District) => digits == 6,
        Some(Level::Street) => digits == 9,
        Some(Level::Community) => digits == 12,
    }
}

fn meet(office: &Office, membership: &Membership) -> bool {
    let term = Term { first_day: membership.first_day, last_day: membership.last_day };
    days_of(office).meets(term)
}

fn days_of(office: &Office) -> Term {
    Term { first_day: office.first_day, last_day: office.last_day }
}

#[cfg(test)]
#[path = "organisations_tests.rs"]
mod tests;
