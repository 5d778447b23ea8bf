//! Caseloads: the households of one team, under a contract.

use super::examples::ID;
use super::{Arrangement, Change, refuse_faults};
use crate::acts::Scene;
use crate::halt::Halt;
use crate::who::OrganisationStaff;
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{
    Caseload, Contract, OrganisationFault as Fault, check_caseload, check_text,
};
use ruhu_store::organisations::ContractRow;
use ruhu_sync::id::StreamId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A caseload under a contract.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCaseload {
    /// The contract.
    contract: Uuid,
    /// Its area, inside that of who buys.
    area: String,
    /// What people call it.
    name: String,
}

impl NewCaseload {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"contract": ID, "area": "110102012", "name": "什刹海一组"})
    }
}

/// A contract in its table, as the rules know it.
pub(super) fn contract_of(row: ContractRow) -> Contract {
    Contract {
        purchaser_area: row.purchaser_area,
        first_day: row.first_day,
        last_day: row.last_day,
        over_a_year_because: row.over_a_year_because,
    }
}

impl Arrangement for NewCaseload {
    type Right = OrganisationStaff;

    const ACT: Act = Act::CaseloadAdded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let caseload = Caseload { stream: StreamId(scene.id), area: self.area.clone() };
        let mut faults = check_text(&self.name, Fault::NameMissing);
        let found = scene.tx.contract(self.contract)?;
        match found.filter(|row| scene.within.contains(&row.purchaser_area)) {
            None => faults.push(Fault::ContractUnknown),
            Some(row) => faults.extend(check_caseload(&caseload, &contract_of(row), scene.today())),
        }
        refuse_faults(&faults)?;
        scene.tx.add_caseload(self.contract, &self.name, &caseload)?;
        Ok(Change { subject: scene.id, area: Some(self.area.clone()), before: None })
    }
}
