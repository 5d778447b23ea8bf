//! Offices: a role in an area, for some time.

use super::ending::{Ending, Lasting};
use super::examples::ID;
use super::{Arrangement, Change, Day, refuse_faults};
use crate::acts::Scene;
use crate::halt::Halt;
use crate::refusal::Kind;
use crate::who::Admin;
use chrono::NaiveDate;
use ruhu_casework::acts::Act;
use ruhu_casework::facts::{Office, Role};
use ruhu_casework::organisations::{
    OrganisationFault as Fault, Term, check_appointment, check_office,
};
use ruhu_sync::id::UserId;
use ruhu_sync::storage::Stored;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A role in an area.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOffice {
    /// Whose.
    account: Uuid,
    /// The role; a worker has a membership instead.
    #[schema(value_type = Role)]
    role: String,
    /// The area's code: 6, 9 or 12 digits; empty for the whole city.
    area: String,
    /// The first day, inclusive.
    first_day: Day,
    /// The last day, inclusive; open without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
}

impl NewOffice {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"account": ID, "role": "street_reviewer", "area": "110102012", "first_day": "2026-12-01"})
    }
}

impl Arrangement for NewOffice {
    type Right = Admin;

    const ACT: Act = Act::OfficeAdded;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (user, mut faults) = (UserId(self.account), Vec::new());
        let office = Role::parse(&self.role).map(|role| Office {
            role,
            area: self.area.clone(),
            first_day: self.first_day.0,
            last_day: self.last_day.map(|day| day.0),
        });
        match &office {
            None => faults.push(Fault::RoleUnknown),
            Some(office) => {
                let facts = scene.tx.person_facts(user)?;
                faults.extend(check_office(office, &facts.offices, &facts.memberships));
                faults.extend(check_appointment(office.role, &office.area, scene.within));
            }
        }
        match scene.known_account(user)? {
            None => faults.push(Fault::AccountUnknown),
            Some(account) if !account.active => faults.push(Fault::AccountOff),
            Some(_) => {}
        }
        if user == scene.user() {
            faults.push(Fault::ForOneself);
        }
        if !scene.within.contains(&self.area) {
            faults.push(Fault::OutsideYourArea);
        }
        refuse_faults(&faults)?;
        if let Some(office) = office {
            scene.tx.add_office(scene.id, user, &office)?;
        }
        Ok(Change { subject: scene.id, area: Some(self.area.clone()), before: None })
    }
}

/// An office that ends.
#[derive(Debug)]
pub enum EndedOffice {}

impl Ending for EndedOffice {
    type Right = Admin;

    const ACT: Act = Act::OfficeEnded;

    fn find(scene: &mut Scene<'_>, id: Uuid) -> Result<Lasting, Halt> {
        let found = scene.tx.office(id)?;
        let found = found.filter(|office| scene.within.contains(&office.area));
        let office = found.ok_or(Kind::NotAvailable)?;
        if let Some(role) = Role::parse(&office.role) {
            refuse_faults(&check_appointment(role, &office.area, scene.within))?;
        }
        let term = Term { first_day: office.first_day, last_day: office.last_day };
        Ok(Lasting { area: office.area, term })
    }

    fn end(scene: &mut Scene<'_>, id: Uuid, last_day: NaiveDate) -> Stored<()> {
        scene.tx.end_office(id, last_day)
    }
}
