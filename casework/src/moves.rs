//! Where households may move: to a caseload whose contract is in force, inside the area of the
//! person who moves them.

use chrono::NaiveDate;
use ruhu_sync::id::StreamId;
use serde::Serialize;
use strum::IntoStaticStr;

/// A caseload, with what its contract and its provider say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseloadFacts {
    /// Its stream.
    pub stream: StreamId,
    /// What people call it.
    pub name: String,
    /// Its area's code.
    pub area: String,
    /// The contract's first day, inclusive.
    pub contract_first_day: NaiveDate,
    /// The contract's last day, inclusive.
    pub contract_last_day: NaiveDate,
    /// Who works under the contract.
    pub provider_name: String,
    /// The days on which the provider is banned, first and last inclusive.
    pub bans: Vec<(NaiveDate, NaiveDate)>,
}

/// Why something cannot be moved.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MoveFault {
    /// The caseload does not exist or is outside the area of who moves.
    #[error("该服务小组不在您的辖区")]
    OutsideArea,
    /// Nobody works in it: the contract has not begun, or is over.
    #[error("目标小组的合同不在有效期内")]
    ContractNotInForce,
    /// The provider may not work now (313号 三年内禁止参与).
    #[error("目标小组的承接主体在禁入期内")]
    ProviderBanned,
    /// It would go where it comes from.
    #[error("已在目标小组")]
    AlreadyThere,
    /// The household does not exist, was deleted, or is outside the area of who moves.
    #[error("没有可供移交的这一户")]
    NotAvailable,
    /// The household is named more than once.
    #[error("同一户被列了不止一次")]
    NamedTwice,
    /// It changed while it was to be moved.
    #[error("内容刚有变动，请重试")]
    ChangedMeanwhile,
}

impl MoveFault {
    /// The stable code.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The same sentence in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::OutsideArea => "the caseload is outside your area",
            Self::ContractNotInForce => "the caseload's contract is not in force",
            Self::ProviderBanned => "the caseload's provider is under a ban",
            Self::AlreadyThere => "it is in that caseload already",
            Self::NotAvailable => "there is no such household to be moved",
            Self::NamedTwice => "the household is named more than once",
            Self::ChangedMeanwhile => "it changed just now: try again",
        }
    }
}

impl CaseloadFacts {
    /// Whether somebody may work in it on that day; both days of everything are inclusive.
    pub fn may_receive(&self, day: NaiveDate) -> Result<(), MoveFault> {
        let holds = |first: NaiveDate, last: NaiveDate| first <= day && day <= last;
        if !holds(self.contract_first_day, self.contract_last_day) {
            return Err(MoveFault::ContractNotInForce);
        }
        match self.bans.iter().any(|(first, last)| holds(*first, *last)) {
            true => Err(MoveFault::ProviderBanned),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_caseload_receives_from_the_contracts_first_day_through_its_last_unless_banned() {
        let mut caseload = CaseloadFacts {
            stream: StreamId(Uuid::from_u128(1)),
            name: "一组".to_owned(),
            area: "110102003".to_owned(),
            contract_first_day: day("2026-01-01"),
            contract_last_day: day("2026-12-31"),
            provider_name: "测试社工事务所".to_owned(),
            bans: Vec::new(),
        };
        for (on, said) in [
            ("2025-12-31", Err(MoveFault::ContractNotInForce)),
            ("2026-01-01", Ok(())),
            ("2026-12-31", Ok(())),
            ("2027-01-01", Err(MoveFault::ContractNotInForce)),
        ] {
            assert_eq!(caseload.may_receive(day(on)), said, "{on}");
        }
        caseload.bans.push((day("2026-06-01"), day("2026-06-30")));
        assert_eq!(caseload.may_receive(day("2026-06-30")), Err(MoveFault::ProviderBanned));
        assert_eq!(caseload.may_receive(day("2026-07-01")), Ok(()));
    }
}
