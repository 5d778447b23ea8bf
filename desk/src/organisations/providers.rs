//! Contractors (承接主体).

use super::{Arrangement, Change, refuse_faults};
use crate::acts::Scene;
use crate::halt::Halt;
use crate::who::OrganisationStaff;
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{OrganisationFault, Provider, check_provider};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A contractor.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProvider {
    /// Its unified social credit code.
    uscc: String,
    /// Its name.
    name: String,
}

impl NewProvider {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"uscc": "91350100M000100Y43", "name": "演示社工事务所"})
    }
}

impl Arrangement for NewProvider {
    type Right = OrganisationStaff;

    const ACT: Act = Act::ProviderAdded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (uscc, name) = (self.uscc.clone(), self.name.clone());
        let provider = Provider { uscc, name, bans: Vec::new() };
        let mut faults = check_provider(&provider);
        if scene.tx.has_provider_of(&self.uscc)? {
            faults.push(OrganisationFault::UsccTaken);
        }
        refuse_faults(&faults)?;
        scene.tx.add_provider(scene.id, &provider)?;
        Ok(Change { subject: scene.id, area: None, before: None })
    }
}
