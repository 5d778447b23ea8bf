//! What the service knows of whoever asks.

use super::session::{Person, example_person};
use crate::auth::By;
use crate::problem::Answer;
use crate::service::Service;
use actix_web::{get, web};
use ruhu_casework::days::day_of;
use ruhu_casework::facts::{Office, Role};
use ruhu_casework::grants::grants;
use ruhu_desk::who::SignedIn;
use ruhu_store::accounts::CaseloadName;
use ruhu_sync::chain::to_hex;
use ruhu_sync::grants::Grant;
use ruhu_sync::grants::StreamKind;
use ruhu_sync::id::StreamId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A person, with what the person may do today.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Me {
    /// The person.
    user: Person,
    /// What proofs of PINs are made out to on this device (`docs/protocol.md`, "Two
    /// investigators"): 32 bytes in lower-case hexadecimal. It changes with the service's sealing
    /// key: the last one read counts.
    proof_key: String,
    /// The device of this session.
    device: MyDevice,
    /// The right to write has ended: what is sent goes to quarantine, and nothing is given.
    closed: bool,
    /// The roles held today.
    roles: Vec<HeldRole>,
    /// The caseloads worked in today.
    caseloads: Vec<Caseload>,
    /// The streams that may be seen today.
    streams: Vec<GrantedStream>,
}

/// A device.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyDevice {
    /// Its id.
    id: Uuid,
    /// What people call it.
    name: String,
}

/// A role in an area.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeldRole {
    /// The role's code.
    role: Role,
    /// Its name.
    label_zh: String,
    /// The area's code; empty for the city.
    area: String,
    /// The office's last day, inclusive, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_day: Option<String>,
}

/// The households of one team.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Caseload {
    /// The stream they are in.
    stream: Uuid,
    /// Its name.
    name: String,
    /// Its area's code.
    area: String,
}

/// A stream that may be seen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GrantedStream {
    /// The stream.
    stream: Uuid,
    /// `caseload`, `user` or `reference`.
    kind: StreamKind,
    /// In what capacity: `worker`, `reporter`, `reviewer`, `window` or `reader`.
    capacity: String,
    /// Whether the person's devices hold it.
    held: bool,
}

impl From<&Office> for HeldRole {
    fn from(office: &Office) -> Self {
        Self {
            role: office.role,
            label_zh: office.role.label_zh().to_owned(),
            area: office.area.clone(),
            last_day: office.last_day.map(|day| day.to_string()),
        }
    }
}

impl From<&CaseloadName> for HeldRole {
    fn from(caseload: &CaseloadName) -> Self {
        Self {
            role: Role::Worker,
            label_zh: Role::Worker.label_zh().to_owned(),
            area: caseload.area.clone(),
            last_day: None,
        }
    }
}

impl From<CaseloadName> for Caseload {
    fn from(caseload: CaseloadName) -> Self {
        Self { stream: caseload.stream.0, name: caseload.name, area: caseload.area }
    }
}

impl From<(&StreamId, &Grant)> for GrantedStream {
    fn from((stream, grant): (&StreamId, &Grant)) -> Self {
        Self {
            stream: stream.0,
            kind: grant.kind,
            capacity: grant.capacity.0.to_owned(),
            held: grant.held,
        }
    }
}

fn example() -> Me {
    let stream = Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_0003);
    Me {
        user: example_person(),
        proof_key: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a".to_owned(),
        device: MyDevice {
            id: Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_0007),
            name: "平板 7".to_owned(),
        },
        closed: false,
        roles: vec![HeldRole {
            role: Role::Worker,
            label_zh: "入户社工".to_owned(),
            area: "110102012".to_owned(),
            last_day: None,
        }],
        caseloads: vec![Caseload {
            stream,
            name: "什刹海一组".to_owned(),
            area: "110102012".to_owned(),
        }],
        streams: vec![GrantedStream {
            stream,
            kind: StreamKind::Caseload,
            capacity: "worker".to_owned(),
            held: true,
        }],
    }
}

/// Tells a person who they are here, and what they may do today.
///
/// Worked out anew at each request. Days are those of Beijing, first and last inclusive.
#[utoipa::path(
    tag = "session",
    responses((status = 200, description = "The person", body = Me, example = json!(example()))),
    security(("access_token" = [])),
)]
#[get("/v1/me")]
pub(crate) async fn read_me(
    By(person): By<SignedIn>,
    service: web::Data<Service>,
) -> Answer<web::Json<Me>> {
    Ok(web::Json(service.describe(person).await?))
}

impl Service {
    async fn describe(&self, person: SignedIn) -> Answer<Me> {
        let (user, day) = (person.user(), day_of(person.now));
        let found = self.read(move |tx| {
            let facts = tx.person_facts(user)?;
            let today = facts.memberships.iter().filter(|m| facts.active && m.is_in_force(day));
            let streams: Vec<_> = today.map(|membership| membership.caseload).collect();
            let caseloads = tx.caseload_names(&streams)?;
            Ok((facts, caseloads))
        });
        let (facts, caseloads) = found.await?;
        let granted = grants(&facts, day);
        let offices = facts.offices.iter().filter(|o| facts.active && o.is_in_force(day));
        let offices = offices.map(HeldRole::from);
        // Working in a team is a role, too, though it is no office.
        let teams = caseloads.iter().map(HeldRole::from);
        Ok(Me {
            user: Person::from(&person.account),
            proof_key: to_hex(&self.proof_key),
            device: MyDevice { id: person.device.0, name: person.device_name },
            closed: granted.closed,
            roles: offices.chain(teams).collect(),
            caseloads: caseloads.into_iter().map(Caseload::from).collect(),
            streams: granted.streams.iter().map(GrantedStream::from).collect(),
        })
    }
}
