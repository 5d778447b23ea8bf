//! Memberships: a worker's place in a caseload, for some time.

use super::caseloads::contract_of;
use super::ending::{Ending, Lasting};
use super::examples::{ID, OTHER_ID};
use super::{Arrangement, Change, Day, refuse_faults};
use crate::acts::Scene;
use crate::halt::Halt;
use crate::refusal::Kind;
use crate::who::OrganisationStaff;
use chrono::NaiveDate;
use ruhu_casework::acts::Act;
use ruhu_casework::facts::Membership;
use ruhu_casework::organisations::{
    Education, Employment, OrganisationFault as Fault, Qualification, Term, Title,
    check_employment, check_entry, check_membership,
};
use ruhu_store::organisations::{CaseloadRow, ContractRow};
use ruhu_sync::id::{StreamId, UserId};
use ruhu_sync::storage::Stored;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A place in a caseload.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMembership {
    /// Whose.
    account: Uuid,
    /// In which caseload.
    caseload: Uuid,
    /// The first day, inclusive, within the contract's.
    first_day: Day,
    /// The last day, inclusive; the contract's without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
    /// 学历: `below_college`, `college`, `bachelor` or `postgraduate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Education>)]
    education: Option<String>,
    /// 职业资格: `assistant_social_worker`, `social_worker` or `senior_social_worker`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Title>)]
    title: Option<String>,
    /// Why somebody with neither college nor title may begin. It is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exception_because: Option<String>,
}

impl NewMembership {
    /// As an example shows it.
    pub fn example() -> Value {
        json!({"account": ID, "caseload": OTHER_ID, "first_day": "2026-12-01", "education": "college"})
    }

    /// What the person brings; a fault if a code is none.
    fn qualification(&self) -> (Qualification, Vec<Fault>) {
        let education = self.education.as_deref().map(Education::parse);
        let title = self.title.as_deref().map(Title::parse);
        let exception_because = self.exception_because.clone();
        let (education, title) = match (education, title) {
            (Some(None), _) | (_, Some(None)) => {
                return (Qualification::default(), vec![Fault::QualificationUnknown]);
            }
            (education, title) => (education.flatten(), title.flatten()),
        };
        let brought = Qualification { education, title, exception_because };
        let faults = check_entry(&brought);
        (brought, faults)
    }
}

impl NewMembership {
    /// The caseload and its contract, if they are there for this person to arrange.
    fn place(&self, scene: &mut Scene<'_>) -> Result<Option<(CaseloadRow, ContractRow)>, Halt> {
        let caseload = scene.tx.caseload(StreamId(self.caseload))?;
        let Some(caseload) = caseload.filter(|row| scene.within.contains(&row.area)) else {
            return Ok(None);
        };
        let contract = scene.tx.contract(caseload.contract)?;
        Ok(contract.map(|contract| (caseload, contract)))
    }

    /// What stands against it in what the person has beside it.
    fn person_faults(
        &self,
        scene: &mut Scene<'_>,
        area: String,
        contract: ContractRow,
    ) -> Result<Vec<Fault>, Halt> {
        let (user, last_day) = (UserId(self.account), self.last_day.map(|day| day.0));
        let membership = Membership {
            caseload: StreamId(self.caseload),
            area,
            first_day: self.first_day.0,
            last_day,
            contract_first_day: contract.first_day,
            contract_last_day: contract.last_day,
            bans: Vec::new(),
        };
        let last_day = Some(membership.ends());
        let term = Term { first_day: membership.first_day, last_day };
        let employment =
            Employment { provider: contract.provider, caseload: membership.caseload, term };
        let offices = scene.tx.person_facts(user)?.offices;
        let mut faults = check_membership(&membership, &contract_of(contract), &offices);
        faults.extend(check_employment(&employment, &scene.tx.employments(user)?));
        Ok(faults)
    }
}

impl Arrangement for NewMembership {
    type Right = OrganisationStaff;

    const ACT: Act = Act::MembershipAdded;

    // What the person brings stands with the membership alone.
    fn told(&self) -> Value {
        json!({"account": self.account, "caseload": self.caseload,
            "first_day": self.first_day, "last_day": self.last_day})
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let (brought, mut faults) = self.qualification();
        match scene.known_account(UserId(self.account))? {
            None => faults.push(Fault::AccountUnknown),
            Some(account) if !account.active => faults.push(Fault::AccountOff),
            Some(_) => {}
        }
        if UserId(self.account) == scene.user() {
            faults.push(Fault::ForOneself);
        }
        let mut area = None;
        match self.place(scene)? {
            None => faults.push(Fault::CaseloadUnknown),
            Some((caseload, contract)) => {
                faults.extend(self.person_faults(scene, caseload.area.clone(), contract)?);
                area = Some(caseload.area);
            }
        }
        refuse_faults(&faults)?;
        let (user, caseload) = (UserId(self.account), StreamId(self.caseload));
        let last_day = self.last_day.map(|day| day.0);
        scene.tx.add_membership(scene.id, user, caseload, self.first_day.0, last_day)?;
        scene.tx.keep_entry(scene.id, &brought)?;
        Ok(Change { subject: scene.id, area, before: None })
    }
}

/// A place in a team that ends.
#[derive(Debug)]
pub enum EndedMembership {}

impl Ending for EndedMembership {
    type Right = OrganisationStaff;

    const ACT: Act = Act::MembershipEnded;

    fn find(scene: &mut Scene<'_>, id: Uuid) -> Result<Lasting, Halt> {
        let found = scene.tx.membership(id)?;
        let found = found.filter(|membership| scene.within.contains(&membership.area));
        let membership = found.ok_or(Kind::NotAvailable)?;
        let term = Term { first_day: membership.first_day, last_day: membership.last_day };
        Ok(Lasting { area: membership.area, term })
    }

    fn end(scene: &mut Scene<'_>, id: Uuid, last_day: NaiveDate) -> Stored<()> {
        scene.tx.end_membership(id, last_day)
    }
}
