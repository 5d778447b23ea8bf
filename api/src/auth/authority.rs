//! Who asks, judged before anything else of a request is read: a handler that takes an authority
//! cannot be called without it, and an error in the rest is reported to nobody else.
//!
//! The token says who and which device; everything else is read from the store at each request, so
//! that what an administrator changes holds at once.

use super::Claims;
use super::due::{Arriving, arrive};
use crate::middleware::Caller;
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use ruhu_desk::who::{OnDevice, Right, SignedIn, Staff};
use ruhu_sync::id::Instant;
use ruhu_sync::storage::ReadTx as _;
use std::future::Future;
use std::pin::Pin;

type Extraction<T> = Pin<Box<dyn Future<Output = Result<T, actix_web::Error>>>>;

/// Somebody who may ask.
pub trait Authority: Sized + 'static {
    /// Judges whoever sent a request.
    fn judge(request: &HttpRequest) -> impl Future<Output = Answer<Self>>;
}

/// An authority, where nothing else of the request is read.
#[derive(Debug)]
pub struct By<A>(pub A);

impl<A: Authority> FromRequest for By<A> {
    type Error = actix_web::Error;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(A::judge(&request).await?)) })
    }
}

/// An authority, and the rest of the request, which is read only then.
#[derive(Debug)]
pub struct After<A, R>(pub A, pub R);

/// Two parts of a request. The contract's generator reads the types of handlers' arguments and stumbles
/// over a tuple that has no name.
pub type Two<A, B> = (A, B);

/// Three parts of a request.
pub type Three<A, B, C> = (A, B, C);

impl<A: Authority, R: FromRequest + 'static> FromRequest for After<A, R> {
    type Error = actix_web::Error;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let authority = A::judge(&request).await?;
            let rest = R::from_request(&request, &mut payload).await.map_err(Into::into)?;
            Ok(Self(authority, rest))
        })
    }
}

impl Authority for Arriving {
    async fn judge(request: &HttpRequest) -> Answer<Self> {
        let service = service_of(request)?;
        let now = service.clock.now();
        let claims = service.tokens.read(bearer(request)?, now)?;
        Caller(claims.device).note(request);
        let taken = service.limits.users.take(claims.sub, service.clock.elapsed());
        taken.map_err(|seconds| Problem::new(Kind::RateLimited).retry_after_seconds(seconds))?;
        let demands = service.settings.staff_second_factor;
        let (user, device, at) = (claims.sub, claims.device, claims.iat);
        service.view(move |tx| arrive(tx, user, device, at, demands, now)).await
    }
}

impl Authority for SignedIn {
    async fn judge(request: &HttpRequest) -> Answer<Self> {
        Ok(Arriving::judge(request).await?.with_nothing_due()?)
    }
}

/// Somebody who may set up a second factor: nothing has to be done before that.
#[derive(Clone, Debug)]
pub struct SettingUp(pub SignedIn);

impl Authority for SettingUp {
    async fn judge(request: &HttpRequest) -> Answer<Self> {
        Ok(Self(Arriving::judge(request).await?.for_second_factor()?))
    }
}

impl Authority for OnDevice {
    async fn judge(request: &HttpRequest) -> Answer<Self> {
        let person = SignedIn::judge(request).await?;
        Ok(Self { user: person.user(), device: person.device, now: person.now })
    }
}

/// Somebody who has signed in and whose right has not ended: the account is in use, and of the
/// offices and memberships, if there ever were any, one holds today.
#[derive(Clone, Debug)]
pub struct Entitled(pub SignedIn);

impl Authority for Entitled {
    async fn judge(request: &HttpRequest) -> Answer<Self> {
        let person = SignedIn::judge(request).await?;
        let (user, now) = (person.user(), person.now);
        let grants = service_of(request)?.read(move |tx| tx.grants(user, now)).await?;
        match grants.closed {
            true => Err(Kind::Closed.into()),
            false => Ok(Self(person)),
        }
    }
}

impl<R: Right> Authority for Staff<R> {
    async fn judge(request: &HttpRequest) -> Answer<Self> {
        let person = SignedIn::judge(request).await?;
        let user = person.user();
        let facts = service_of(request)?.read(move |tx| tx.person_facts(user)).await?;
        Self::judged(person, &facts).ok_or_else(|| Kind::NotPermitted.into())
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
