//! A session that must first do something: until it is done, every call but those that do it is refused,
//! and says what is due. Looked up at each request, so that it holds for every session of a person at
//! once, and is over with the act itself.

use ruhu_casework::days::day_of;
use ruhu_casework::days::seconds_of;
use ruhu_casework::facts::PersonFacts;
use ruhu_casework::secrets;
use ruhu_desk::halt::Halt;
use ruhu_desk::refusal::{Kind, Refusal};
use ruhu_desk::who::SignedIn;
use ruhu_store::Tx;
use ruhu_store::accounts::{Seat, SignInState};
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::Stored;
use serde::Serialize;
use utoipa::ToSchema;

/// What has to be done before anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// The password was given by another: `PUT /v1/me/password`.
    NewPassword,
    /// A second factor is demanded: `POST /v1/me/second-factor`.
    SecondFactor,
}

impl From<secrets::Due> for Due {
    fn from(due: secrets::Due) -> Self {
        match due {
            secrets::Due::NewPassword => Self::NewPassword,
            secrets::Due::SecondFactor => Self::SecondFactor,
        }
    }
}

impl Due {
    /// What is due with somebody whose sign-in stands on this.
    pub(crate) fn of(
        tx: &mut Tx,
        user: UserId,
        state: SignInState,
        demands: bool,
        now: Instant,
    ) -> Stored<Option<Self>> {
        let lacks = demands && !state.has_second_factor && is_staff(&tx.person_facts(user)?, now);
        Ok(secrets::first_due(state.one_time_until.is_some(), lacks).map(Self::from))
    }

    /// That it is due.
    pub(crate) fn refusal(self) -> Refusal {
        Refusal::new(match self {
            Self::NewPassword => Kind::NewPasswordDue,
            Self::SecondFactor => Kind::SecondFactorDue,
        })
    }
}

/// Somebody who has signed in, whatever is due before the work: the authority to do what is due, and
/// to sign out.
#[derive(Clone, Debug)]
pub struct Arriving {
    /// The person, at a device.
    pub person: SignedIn,
    /// What is due.
    pub due: Option<Due>,
}

impl Arriving {
    /// The person, if nothing has to be done before a second factor is set up.
    pub(crate) fn for_second_factor(self) -> Result<SignedIn, Refusal> {
        match self.due {
            Some(due) if due < Due::SecondFactor => Err(due.refusal()),
            _ => Ok(self.person),
        }
    }

    /// The person, if nothing is due.
    pub(crate) fn with_nothing_due(self) -> Result<SignedIn, Refusal> {
        match self.due {
            Some(due) => Err(due.refusal()),
            None => Ok(self.person),
        }
    }
}

/// Whether a second factor may be demanded of a person today: of every office but those of contractors
/// and of communities' committees, who work on tablets without a network.
pub(crate) fn is_staff(facts: &PersonFacts, now: Instant) -> bool {
    let day = day_of(now);
    let mut offices = facts.offices.iter().filter(|office| office.is_in_force(day));
    facts.active && offices.any(|office| office.role.bars_contractors())
}

/// Who it is that shows a token, if the seat it names is still that person's.
pub(crate) fn arrive(
    tx: &mut Tx,
    user: UserId,
    device: DeviceId,
    issued_at_seconds: i64,
    demands: bool,
    now: Instant,
) -> Result<Arriving, Halt> {
    let seat = tx.seat(device)?.filter(|seat| seat.account.id == user);
    let due = match &seat {
        Some(seat) => Due::of(tx, user, seat.state, demands, now)?,
        None => None,
    };
    let person = admit(seat, issued_at_seconds, now)?;
    Ok(Arriving { person, due })
}

/// Lets a seat pass that is neither lost nor was revoked after its token was issued.
fn admit(seat: Option<Seat>, issued_at_seconds: i64, now: Instant) -> Result<SignedIn, Refusal> {
    let seat = seat.ok_or(Kind::SignInRequired)?;
    if seat.reported_lost {
        return Err(Kind::DeviceLost.into());
    }
    let is_void = |revoked_at| issued_at_seconds <= seconds_of(revoked_at);
    if seat.revoked_at.is_some_and(is_void) {
        return Err(Kind::SignInRequired.into());
    }
    Ok(SignedIn { account: seat.account, device: seat.device, device_name: seat.device_name, now })
}
