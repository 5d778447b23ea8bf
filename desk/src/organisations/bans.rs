//! Bans of contractors: 三年内禁止参与 (京民社救发〔2018〕313号).

use super::ending::{Ending, Lasting};
use super::examples::ID;
use super::{Arrangement, Change, Day, refuse_faults};
use crate::acts::Scene;
use crate::halt::Halt;
use crate::refusal::Kind;
use crate::who::OrganisationStaff;
use chrono::NaiveDate;
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{OrganisationFault as Fault, Term, ban_from, check_text};
use ruhu_sync::storage::Stored;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A ban, which lasts three years.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBan {
    /// The contractor.
    provider: Uuid,
    /// The first day; today without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_day: Option<Day>,
    /// Where it holds: for contracts that are bought inside this area. That of who bans without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    area: Option<String>,
    /// Why.
    reason: String,
}

impl NewBan {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"provider": ID, "first_day": "2026-11-23", "reason": "转包服务"})
    }
}

impl Arrangement for NewBan {
    type Right = OrganisationStaff;

    const ACT: Act = Act::BanBegun;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (first, last) = ban_from(self.first_day.map_or(scene.today(), |day| day.0));
        let mut faults = check_text(&self.reason, Fault::ReasonMissing);
        let area = scene.area(self.area.as_deref()).map_err(|fault| faults.push(fault));
        let area = area.unwrap_or_default();
        match scene.tx.provider(self.provider, &area)? {
            None => faults.push(Fault::ProviderUnknown),
            Some(provider) => {
                let mut bans = provider.bans.iter();
                if bans.any(|(from, to)| *from <= first && first <= *to) {
                    faults.push(Fault::AlreadyBanned);
                }
            }
        }
        refuse_faults(&faults)?;
        scene.tx.add_provider_ban(scene.id, self.provider, (first, last), &self.reason, &area)?;
        Ok(Change { subject: scene.id, area: Some(area), before: None })
    }
}

/// A ban that is lifted.
#[derive(Debug)]
pub enum LiftedBan {}

impl Ending for LiftedBan {
    type Right = OrganisationStaff;

    const ACT: Act = Act::BanLifted;

    fn find(scene: &mut Scene<'_>, id: Uuid) -> Result<Lasting, Halt> {
        let found = scene.tx.ban(id)?.filter(|ban| scene.within.contains(&ban.area));
        let ban = found.ok_or(Kind::NotAvailable)?;
        let term = Term { first_day: ban.first_day, last_day: Some(ban.last_day) };
        Ok(Lasting { area: ban.area, term })
    }

    fn end(scene: &mut Scene<'_>, id: Uuid, last_day: NaiveDate) -> Stored<()> {
        scene.tx.end_ban(id, last_day)
    }
}
