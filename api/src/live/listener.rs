//! Who listens, and whether they still may.

use super::registry::Heads;
use crate::auth::{Authority, arrive, claims_of};
use crate::problem::{Answer, Kind};
use crate::service::Service;
use actix_web::HttpRequest;
use ruhu_casework::days::seconds_of;
use ruhu_desk::halt::Halt;
use ruhu_desk::who::SignedIn;
use ruhu_store::Tx;
use ruhu_sync::id::{DeviceId, Instant, UserId};
use ruhu_sync::storage::{ReadTx as _, StreamHead};

/// A device that listens. What its request was admitted by is judged again as long as it listens.
#[derive(Clone, Copy, Debug)]
pub struct Listener {
    pub(super) user: UserId,
    pub(super) device: DeviceId,
    issued_at_seconds: i64,
    pub(super) expires_at_seconds: i64,
}

impl Authority for Listener {
    async fn judge(request: &HttpRequest) -> Answer<Self> {
        let person = SignedIn::judge(request).await?;
        let claims = claims_of(request, person.now)?;
        Ok(Self {
            user: person.user(),
            device: person.device,
            issued_at_seconds: claims.iat,
            expires_at_seconds: claims.exp,
        })
    }
}

impl Listener {
    /// Where the streams stand that the device may hold now, or why it may not listen any more.
    pub(super) async fn look(self, service: &Service) -> Answer<Heads> {
        let now = service.clock.now();
        if seconds_of(now) >= self.expires_at_seconds {
            return Err(Kind::AccessTokenExpired.into());
        }
        let demands = service.settings.staff_second_factor;
        service.view(move |tx| self.look_within(tx, demands, now)).await
    }

    fn look_within(self, tx: &mut Tx, demands: bool, now: Instant) -> Result<Heads, Halt> {
        let arriving = arrive(tx, self.user, self.device, self.issued_at_seconds, demands, now)?;
        arriving.with_nothing_due()?;
        let grants = tx.grants(self.user, now)?;
        if grants.closed {
            return Err(Kind::Closed.into());
        }
        let held = grants.held().map(|(stream, grant)| StreamHead::empty(stream, grant.kind));
        let mut heads: Heads = held.map(|head| (head.id, head.head)).collect();
        let streams: Vec<_> = heads.keys().copied().collect();
        heads.extend(tx.streams(&streams)?.into_iter().map(|head| (head.id, head.head)));
        Ok(heads)
    }
}
