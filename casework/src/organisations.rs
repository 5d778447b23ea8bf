//! Who works for whom: the provider, its contract, the caseloads under it, and the people's places
//! and offices. Everything that is wrong is named at once, and nothing is taken that is wrong.

use crate::areas::{self, Level};
use crate::facts::{Membership, Office, Role};
use crate::identity::{self, UsccFault};
use chrono::{Datelike, Days, NaiveDate};
use ruhu_sync::id::StreamId;
use thiserror::Error;

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

/// What a purchaser has a provider do, for some time.
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

/// Why something of this is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum OrganisationFault {
    /// The provider's code is no unified social credit code.
    #[error("统一社会信用代码格式不对")]
    UsccMalformed,
    /// The provider's code was misread.
    #[error("统一社会信用代码校验位不符")]
    UsccCheckDigit,
    /// The name is missing.
    #[error("名称不能为空")]
    NameMissing,
    /// The last day is before the first.
    #[error("结束日期早于开始日期")]
    DaysBackwards,
    /// Neither a district nor a street buys (313号 购买主体).
    #[error("购买主体应为区或街道（乡镇）")]
    PurchaserLevel,
    /// A contract runs for more than three years (政府购买服务管理办法 财政部令第102号 §24; 313号).
    #[error("合同期限不得超过3年")]
    ContractOverThreeYears,
    /// A contract for more than a year gives no reason (财政部令第102号 §24).
    #[error("合同期限超过1年应说明理由")]
    ContractOverOneYearUnexplained,
    /// The provider is banned when the contract begins (313号 三年内禁止参与).
    #[error("承接主体在禁入期内")]
    ProviderBanned,
    /// The caseload is outside the area of who buys.
    #[error("服务范围超出购买主体辖区")]
    CaseloadOutsidePurchaser,
    /// The membership is outside the contract's days.
    #[error("任职日期超出合同期限")]
    MembershipOutsideContract,
    /// The membership names the days of another contract.
    #[error("任职所列合同日期与合同不符")]
    MembershipOfAnotherContract,
    /// The area is no code.
    #[error("区划代码无效")]
    AreaMalformed,
    /// The role is not held at that level.
    #[error("岗位与辖区层级不符")]
    OfficeLevel,
    /// A worker's place is a membership, bounded by a contract, not an office.
    #[error("社工应通过合同任职，不能直接授予岗位")]
    WorkerNeedsMembership,
    /// The person works for a contractor on days on which the office would decide or receive
    /// (313号 应当由政府直接承担的行政管理性事务不得向社会力量购买).
    #[error("承接主体人员不得担任审核、受理岗位")]
    ContractorCannotDecide,
}

impl OrganisationFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::UsccMalformed => "uscc_malformed",
            Self::UsccCheckDigit => "uscc_check_digit",
            Self::NameMissing => "name_missing",
            Self::DaysBackwards => "days_backwards",
            Self::PurchaserLevel => "purchaser_level",
            Self::ContractOverThreeYears => "contract_over_three_years",
            Self::ContractOverOneYearUnexplained => "contract_over_one_year_unexplained",
            Self::ProviderBanned => "provider_banned",
            Self::CaseloadOutsidePurchaser => "caseload_outside_purchaser",
            Self::MembershipOutsideContract => "membership_outside_contract",
            Self::MembershipOfAnotherContract => "membership_of_another_contract",
            Self::AreaMalformed => "area_malformed",
            Self::OfficeLevel => "office_level",
            Self::WorkerNeedsMembership => "worker_needs_membership",
            Self::ContractorCannotDecide => "contractor_cannot_decide",
        }
    }
}

/// How long a ban lasts (313号: 三年内禁止参与).
pub const BAN_YEARS: i32 = 3;
/// How long a contract may run (财政部令第102号 §24).
pub const CONTRACT_YEARS_MAX: i32 = 3;

/// The last of so many years' days, the first being counted. From 29 February of a leap year they
/// end on 28 February, since the day that would begin the next period is 1 March.
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

/// What is wrong with a provider.
pub fn check_provider(provider: &Provider) -> Vec<OrganisationFault> {
    let uscc = identity::uscc(&provider.uscc);
    let backwards = provider.bans.iter().any(|(first, last)| last < first);
    keep([
        (uscc == Err(UsccFault::Malformed), OrganisationFault::UsccMalformed),
        (uscc == Err(UsccFault::CheckDigit), OrganisationFault::UsccCheckDigit),
        (provider.name.trim().is_empty(), OrganisationFault::NameMissing),
        (backwards, OrganisationFault::DaysBackwards),
    ])
}

/// What is wrong with a contract that this provider would sign.
pub fn check_contract(contract: &Contract, provider: &Provider) -> Vec<OrganisationFault> {
    let level = areas::prefix(&contract.purchaser_area).map(str::len);
    let over = |years| contract.last_day > last_day_of_years(contract.first_day, years);
    let reason = contract.over_a_year_because.as_deref().unwrap_or_default();
    let banned = provider
        .bans
        .iter()
        .any(|(first, last)| *first <= contract.first_day && contract.first_day <= *last);
    keep([
        (!matches!(level, Some(6 | 9)), OrganisationFault::PurchaserLevel),
        (contract.last_day < contract.first_day, OrganisationFault::DaysBackwards),
        (over(CONTRACT_YEARS_MAX), OrganisationFault::ContractOverThreeYears),
        (over(1) && reason.trim().is_empty(), OrganisationFault::ContractOverOneYearUnexplained),
        (banned, OrganisationFault::ProviderBanned),
    ])
}

/// What is wrong with a caseload under a contract.
pub fn check_caseload(caseload: &Caseload, contract: &Contract) -> Vec<OrganisationFault> {
    let lies_inside = areas::contains(&contract.purchaser_area, &caseload.area);
    keep([(!lies_inside, OrganisationFault::CaseloadOutsidePurchaser)])
}

/// What is wrong with a person's place in a team under a contract, beside the offices that the
/// person holds. An open end is the contract's.
pub fn check_membership(
    membership: &Membership,
    contract: &Contract,
    offices: &[Office],
) -> Vec<OrganisationFault> {
    let last_day = membership.last_day.unwrap_or(contract.last_day);
    let is_outside = membership.first_day < contract.first_day || contract.last_day < last_day;
    let names_another = membership.contract_first_day != contract.first_day
        || membership.contract_last_day != contract.last_day;
    let decides = offices.iter().any(|office| is_governments(office) && meet(office, membership));
    keep([
        (last_day < membership.first_day, OrganisationFault::DaysBackwards),
        (is_outside, OrganisationFault::MembershipOutsideContract),
        (names_another, OrganisationFault::MembershipOfAnotherContract),
        (decides, OrganisationFault::ContractorCannotDecide),
    ])
}

/// What is wrong with an office, beside the teams that the person works in.
pub fn check_office(office: &Office, memberships: &[Membership]) -> Vec<OrganisationFault> {
    let level = areas::prefix(&office.area).map(str::len);
    let fits = match level {
        None => true,
        Some(digits) => fits_level(office.role, digits),
    };
    let backwards = office.last_day.is_some_and(|last| last < office.first_day);
    let decides =
        is_governments(office) && memberships.iter().any(|membership| meet(office, membership));
    keep([
        (level.is_none(), OrganisationFault::AreaMalformed),
        (!fits, OrganisationFault::OfficeLevel),
        (backwards, OrganisationFault::DaysBackwards),
        (office.role == Role::Worker, OrganisationFault::WorkerNeedsMembership),
        (decides, OrganisationFault::ContractorCannotDecide),
    ])
}

fn is_governments(office: &Office) -> bool {
    office.role.desk_capacity().is_some()
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
    let begins_in_time =
        |first: NaiveDate, last: Option<NaiveDate>| last.is_none_or(|l| first <= l);
    begins_in_time(office.first_day, membership.last_day)
        && begins_in_time(membership.first_day, office.last_day)
}

#[cfg(test)]
#[path = "organisations_tests.rs"]
mod tests;
