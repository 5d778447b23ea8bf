//! Ends: of a contract, a membership, an office, a ban.

use super::{Arrangement, Change, Day, refuse_faults};
use crate::acts::Scene;
use crate::halt::Halt;
use crate::who::Right;
use chrono::{Days, NaiveDate};
use ruhu_casework::acts::Act;
use ruhu_casework::organisations::{OrganisationFault, Term, check_end, check_text};
use ruhu_sync::storage::Stored;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::marker::PhantomData;
use utoipa::ToSchema;
use uuid::Uuid;

/// An end.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// The last day, inclusive; yesterday at the earliest. Without it, it ends at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_day: Option<Day>,
    /// Why.
    reason: String,
}

impl End {
    /// An end as an example shows it.
    pub fn example() -> Value {
        json!({"last_day": "2026-11-30", "reason": "未达到既定标准，启动退出机制"})
    }

    /// Judges the end of a term and gives the last day: yesterday, if it is to end at once.
    fn judged(&self, term: Term, today: NaiveDate) -> Result<NaiveDate, Halt> {
        let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let last_day = self.last_day.map_or(yesterday, |day| day.0);
        let mut faults = check_end(term, last_day, today);
        faults.extend(check_text(&self.reason, OrganisationFault::ReasonMissing));
        refuse_faults(&faults)?;
        Ok(last_day)
    }
}

/// What lasts for a term.
pub struct Lasting {
    /// The area in which it is arranged.
    pub(super) area: String,
    /// From when until when.
    pub(super) term: Term,
}

/// What can be ended.
pub trait Ending: Send + 'static {
    /// Who may end it.
    type Right: Right;

    /// What is written down.
    const ACT: Act;

    /// Finds it, if it is within the areas of who asks and theirs to end.
    fn find(scene: &mut Scene<'_>, id: Uuid) -> Result<Lasting, Halt>;

    /// Lets it end after this day.
    fn end(scene: &mut Scene<'_>, id: Uuid, last_day: NaiveDate) -> Stored<()>;
}

/// The end of one thing, as an arrangement.
#[derive(Serialize)]
#[serde(bound = "")]
pub struct Ended<T> {
    id: Uuid,
    #[serde(flatten)]
    end: End,
    #[serde(skip)]
    thing: PhantomData<fn() -> T>,
}

impl<T> Ended<T> {
    /// The end of the thing with this id.
    pub fn of(id: Uuid, end: End) -> Self {
        Self { id, end, thing: PhantomData }
    }
}

impl<T: Ending> Arrangement for Ended<T> {
    type Right = T::Right;

    const ACT: Act = T::ACT;

    fn told(&self) -> Value {
        json!(self)
    }

    fn carry_out(&self, scene: &mut Scene<'_>) -> Result<Change, Halt> {
        let Lasting { area, term } = T::find(scene, self.id)?;
        let last_day = self.end.judged(term, scene.today())?;
        T::end(scene, self.id, last_day)?;
        let before = Some(json!({"last_day": term.last_day}));
        Ok(Change { subject: self.id, area: Some(area), before })
    }
}
