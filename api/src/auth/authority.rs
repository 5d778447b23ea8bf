//! Authority as an argument's type: a handler that takes one of these cannot be called without it.
//!
//! The token says who and which device; everything else is read from the store at each request, so
//! that what an administrator changes holds at once.

use super::Claims;
use super::door::Door;
use super::due::{Arriving, SettingUp, arrive};
use super::signed_in::{OnDevice, SignedIn};
use crate::middleware::Caller;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use ruhu_casework::administration::Within;
use ruhu_casework::days::day_of;
use ruhu_casework::facts::{Office, PersonFacts, Role};
use ruhu_sync::id::Instant;
use ruhu_sync::storage::ReadTx as _;
use std::future::Future;
use std::pin::Pin;

type Judging<T> = Pin<Box<dyn Future<Output = Answer<T>>>>;

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Judging<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let arriving = Arriving::from_request(request, payload);
        let closed = Door::close(request);
        Box::pin(async move {
            let _closed = closed;
            arriving.await?.with_nothing_due()
        })
    }
}

impl FromRequest for SettingUp {
    type Error = Problem;
    type Future = Judging<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let arriving = Arriving::from_request(request, payload);
        let closed = Door::close(request);
        Box::pin(async move {
            let _closed = closed;
            arriving.await?.for_second_factor().map(Self)
        })
    }
}

impl FromRequest for Arriving {
    type Error = Problem;
    type Future = Judging<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        let closed = Door::close(&request);
        Box::pin(async move {
            let _closed = closed;
            let service = service_of(&request)?;
            let now = service.clock.now();
            let claims = service.tokens.read(bearer(&request)?, now)?;
            Caller(claims.device).note(&request);
            let taken = service.limits.users.take(claims.sub, service.clock.elapsed());
            taken
                .map_err(|seconds| Problem::new(Kind::RateLimited).retry_after_seconds(seconds))?;
            let demands = service.settings.staff_second_factor;
            let (user, device, at) = (claims.sub, claims.device, claims.iat);
            service.read(move |tx| arrive(tx, user, device, at, demands, now)).await?
        })
    }
}

fn service_of(request: &HttpRequest) -> Answer<web::Data<Service>> {
    let service = request.app_data::<web::Data<Service>>().cloned();
    service.ok_or_else(|| Problem::internal("the application was built without its service"))
}

/// What the request's token says.
pub(crate) fn claims_of(request: &HttpRequest, now: Instant) -> Answer<Claims> {
    service_of(request)?.tokens.read(bearer(request)?, now)
}

pub(crate) fn bearer(request: &HttpRequest) -> Answer<&str> {
    request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| Kind::SignInRequired.into())
}

impl FromRequest for OnDevice {
    type Error = Problem;
    type Future = Judging<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        Box::pin(async move {
            let person = signed_in.await?;
            Ok(Self { user: person.user(), device: person.device, now: person.now })
        })
    }
}

/// Judges somebody who has signed in; what the body says is told only then.
fn judged<T: 'static>(
    request: &HttpRequest,
    payload: &mut Payload,
    judge: impl AsyncFnOnce(SignedIn, &Service) -> Answer<T> + 'static,
) -> Judging<T> {
    let request = request.clone();
    let signed_in = SignedIn::from_request(&request, payload);
    let closed = Door::close(&request);
    Box::pin(async move {
        let _closed = closed;
        let person = signed_in.await?;
        let service = service_of(&request)?;
        judge(person, &service).await
    })
}

/// Somebody who has signed in and whose right has not ended: the account is in use, and of the
/// offices and memberships, if there ever were any, one holds today.
#[derive(Clone, Debug)]
pub struct Entitled(pub SignedIn);

impl FromRequest for Entitled {
    type Error = Problem;
    type Future = Judging<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        judged(request, payload, async |person, service| {
            let (user, now) = (person.user(), person.now);
            let grants = service.read(move |tx| tx.grants(user, now)).await?;
            match grants.closed {
                true => Err(Kind::Closed.into()),
                false => Ok(Self(person)),
            }
        })
    }
}

/// Whether a person fills one of these roles today. Whoever works in a contractor's team fills no
/// role of government, whatever offices were entered: what government must do itself may not be
/// bought (京民社救发〔2018〕313号).
pub(crate) fn fills(facts: &PersonFacts, roles: &[Role], now: Instant) -> bool {
    filled(facts, roles, now).next().is_some()
}

/// The offices of these roles that a person fills today.
fn filled<'a>(
    facts: &'a PersonFacts,
    roles: &'a [Role],
    now: Instant,
) -> impl Iterator<Item = &'a Office> {
    let day = day_of(now);
    let is_contractors = facts.memberships.iter().any(|m| m.is_current(day));
    facts.offices.iter().filter(move |office| {
        facts.active
            && roles.contains(&office.role)
            && office.is_in_force(day)
            && (office.role.is_contractors() || !is_contractors)
    })
}

/// The areas of the offices of these roles that a person fills today.
pub(crate) fn areas_filled(facts: &PersonFacts, roles: &[Role], now: Instant) -> Within {
    Within::areas(filled(facts, roles, now).map(|office| office.area.as_str()))
}

/// Somebody who acts in one of these roles. Whoever writes is judged again in the transaction.
#[derive(Clone, Debug)]
pub(crate) struct Staff {
    /// The person, at a device.
    pub(crate) person: SignedIn,
    /// Any of them is enough.
    pub(crate) roles: &'static [Role],
    /// The areas in which the person fills them.
    pub(crate) within: Within,
}

macro_rules! authorities {
    ($($(#[$doc:meta])* $name:ident: $($role:ident)|+;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            /// The person, at a device.
            pub person: SignedIn,
            /// What the role was judged by.
            pub facts: PersonFacts,
        }

        impl $name {
            /// The roles of which any is enough.
            const ROLES: &'static [Role] = &[$(Role::$role),+];

            #[allow(dead_code, reason = "not every authority is bounded by an area")]
            pub(crate) fn staff(self) -> Staff {
                let within = areas_filled(&self.facts, Self::ROLES, self.person.now);
                Staff { person: self.person, roles: Self::ROLES, within }
            }
        }

        impl FromRequest for $name {
            type Error = Problem;
            type Future = Judging<Self>;

            fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
                judged(request, payload, async |person, service| {
                    let user = person.user();
                    let facts = service.read(move |tx| tx.person_facts(user)).await?;
                    match fills(&facts, Self::ROLES, person.now) {
                        true => Ok(Self { person, facts }),
                        false => Err(Kind::NotPermitted.into()),
                    }
                })
            }
        }
    )*};
}

authorities! {
    /// A person of government who reviews.
    Reviewer: DistrictReviewer | StreetReviewer;
    /// A person of government at a desk: who reviews, or receives at a window.
    DeskStaff: DistrictReviewer | StreetReviewer | StreetWindow;
    /// An administrator of accounts and configuration.
    Admin: Admin;
    /// Who arranges providers, contracts and teams: the purchasing district's staff, and
    /// administrators.
    OrganisationStaff: DistrictReviewer | Admin;
    /// Who reads what people did: finance and audit, and administrators.
    LogReader: Auditor | Admin;
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use ruhu_casework::facts::Membership;
    use ruhu_sync::id::{StreamId, UserId};
    use uuid::Uuid;

    const NOON_2026_11_23: Instant = Instant(1_795_406_400_000_000);
    const REVIEWS: &[Role] = &[Role::DistrictReviewer, Role::StreetReviewer];

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("day")
    }

    fn reviewer(last_day: &str) -> PersonFacts {
        PersonFacts {
            user: UserId(Uuid::from_u128(1)),
            active: true,
            offices: vec![Office {
                role: Role::StreetReviewer,
                area: "110102012".to_owned(),
                first_day: day("2026-01-01"),
                last_day: Some(day(last_day)),
            }],
            memberships: Vec::new(),
            desk: Vec::new(),
        }
    }

    #[test]
    fn an_office_counts_through_its_last_day_in_beijing() {
        assert!(fills(&reviewer("2026-11-23"), REVIEWS, NOON_2026_11_23));
        assert!(!fills(&reviewer("2026-11-22"), REVIEWS, NOON_2026_11_23));
        assert!(!fills(&reviewer("2026-11-23"), &[Role::Admin], NOON_2026_11_23));
    }

    #[test]
    fn an_account_that_is_switched_off_fills_no_role() {
        let mut facts = reviewer("2026-12-31");
        facts.active = false;
        assert!(!fills(&facts, REVIEWS, NOON_2026_11_23));
    }

    #[test]
    fn whoever_works_for_a_contractor_reviews_nothing() {
        let mut facts = reviewer("2026-12-31");
        facts.memberships.push(Membership {
            caseload: StreamId(Uuid::from_u128(2)),
            area: "110102012".to_owned(),
            first_day: day("2026-01-01"),
            last_day: None,
            contract_first_day: day("2026-01-01"),
            contract_last_day: day("2026-12-31"),
            bans: Vec::new(),
        });
        assert!(!fills(&facts, REVIEWS, NOON_2026_11_23));
    }
}
