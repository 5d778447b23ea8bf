//! Contracts: what a purchaser has a contractor do, for some time.

use super::ending::{Ending, Lasting};
use super::examples::ID;
use super::{Arrangement, Change, Day, refuse_faults};
use crate::acts::Scene;
use crate::halt::Halt;
use crate::refusal::Kind;
use crate::who::OrganisationStaff;
use chrono::NaiveDate;
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{
    Contract, OrganisationFault as Fault, Provider, Term, check_contract,
};
use ruhu_sync::storage::Stored;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A contract.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContract {
    /// The contractor.
    provider: Uuid,
    /// The area of who buys: a district's or a street's code.
    purchaser_area: String,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive: at most three years, less a day, after the first.
    last_day: Day,
    /// Why it runs for more than a year; needed if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    over_a_year_because: Option<String>,
}

impl NewContract {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"provider": ID, "purchaser_area": "110102", "first_day": "2026-12-01",
            "last_day": "2027-11-30"})
    }
}

impl Arrangement for NewContract {
    type Right = OrganisationStaff;

    const ACT: Act = Act::ContractAdded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let contract = Contract {
            purchaser_area: self.purchaser_area.clone(),
            first_day: self.first_day.0,
            last_day: self.last_day.0,
            over_a_year_because: self.over_a_year_because.clone(),
        };
        let known = scene.tx.provider(self.provider, &self.purchaser_area)?;
        let mut faults = match known {
            Some(provider) => check_contract(&contract, &provider, scene.today()),
            None => {
                let nobody = Provider { uscc: String::new(), name: String::new(), bans: vec![] };
                let mut faults = check_contract(&contract, &nobody, scene.today());
                faults.push(Fault::ProviderUnknown);
                faults
            }
        };
        if !scene.within.contains(&self.purchaser_area) {
            faults.push(Fault::OutsideYourArea);
        }
        refuse_faults(&faults)?;
        scene.tx.add_contract(scene.id, self.provider, &contract)?;
        let area = Some(self.purchaser_area.clone());
        Ok(Change { subject: scene.id, area, before: None })
    }
}

/// A contract that ends early. With it end, on the same day, the rights of all who work under it.
#[derive(Debug)]
pub enum EndedContract {}

impl Ending for EndedContract {
    type Right = OrganisationStaff;

    const ACT: Act = Act::ContractEnded;

    fn find(scene: &mut Scene<'_>, id: Uuid) -> Result<Lasting, Halt> {
        let found = scene.tx.contract(id)?;
        let found = found.filter(|contract| scene.within.contains(&contract.purchaser_area));
        let contract = found.ok_or(Kind::NotAvailable)?;
        let term = Term { first_day: contract.first_day, last_day: Some(contract.last_day) };
        Ok(Lasting { area: contract.purchaser_area, term })
    }

    fn end(scene: &mut Scene<'_>, id: Uuid, last_day: NaiveDate) -> Stored<()> {
        scene.tx.end_contract(id, last_day)
    }
}
