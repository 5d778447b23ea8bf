//! The story of two tablets and of a household that moves, played over HTTP against the very server
//! that is being shown. Whatever
//! is told is checked first: if it is not so, the story ends with an error.

mod acts;
mod handover;
mod scene;

pub use handover::HandedOver;

use crate::DemoError;
use crate::narrate::Narrator;
use crate::tablet::Tablet;
use acts::Acts;
use ruhu_casework::rules::CaseRules;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::json::Json;
use ruhu_sync::record::Conflict;
use serde::{Deserialize, Serialize};

/// Who plays, and where.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    /// The team's stream.
    pub(crate) stream: StreamId,
    /// The team's name.
    pub(crate) team: String,
    /// Two workers of the team: login and name.
    pub(crate) workers: [(String, String); 2],
    /// Who moves the household and decides on what came late: login and name.
    pub(crate) reviewer: (String, String),
    /// The stream of the team that gets the household.
    pub(crate) next_stream: StreamId,
    /// That team's name.
    pub(crate) next_team: String,
    /// A worker of that team: login and name.
    pub(crate) receiver: (String, String),
}

/// What the story left behind, for the page to show: names and the conflict as the server told it.
/// Everything else is read from the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The household.
    pub household: RecordId,
    /// The person who was assessed.
    pub person: RecordId,
    /// The assessment.
    pub assessment: RecordId,
    /// The conflict while it was open.
    pub conflict: Conflict,
    /// The value that stood beside it.
    pub standing: Option<Json>,
    /// Who had written that value.
    pub standing_by: String,
    /// Who had written the other one.
    pub other_by: String,
    /// The value that a person chose.
    pub chosen: Option<Json>,
    /// Who chose.
    pub settled_by: String,
    /// The records of the team, once the conflict was settled.
    pub records: u64,
    /// Their digest, on both tablets and on the server.
    pub digest: String,
    /// How the household then went to another team.
    pub handed_over: HandedOver,
}

/// Tells the story from the beginning to the end.
pub(crate) fn tell(
    address: &str,
    cast: &Cast,
    rules: &CaseRules,
    narrator: &mut Narrator<'_>,
) -> Result<Told, DemoError> {
    narrator.say("");
    narrator.say("故事：两名社工，同一户人家，没有信号");
    narrator.say("The story: two social workers, one household, no signal");
    let [a, b] = &cast.workers;
    let a = Tablet::new(address, "平板甲", &a.0, &a.1)?;
    let b = Tablet::new(address, "平板乙", &b.0, &b.1)?;
    let mut acts = Acts::begin(a, b, cast, narrator)?;
    let scene = acts.choose_household(rules)?;
    let written = acts.write_offline(&scene)?;
    acts.lose_an_answer(&scene, &written)?;
    let conflict = acts.meet_the_other(&scene, &written)?;
    let (standing, chosen) = acts.settle(&scene, &conflict)?;
    let (records, digest) = acts.compare(&scene)?;
    let handed_over = acts.hand_over(&scene, address, cast)?;
    Ok(Told {
        household: scene.household,
        person: scene.person,
        assessment: scene.assessment,
        conflict,
        standing,
        standing_by: acts.a.name.clone(),
        other_by: acts.b.name.clone(),
        chosen,
        settled_by: acts.a.name,
        records,
        digest,
        handed_over,
    })
}
