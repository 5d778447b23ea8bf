//! Who works for whom: one file for each thing that staff arrange. Each is a list, and the acts that
//! add to it and end what is in it.

pub mod accounts;
pub mod bans;
pub mod caseloads;
pub mod contracts;
pub mod credentials;
pub mod memberships;
pub mod offices;
pub mod providers;

pub(crate) use accounts::*;
pub(crate) use bans::*;
pub(crate) use caseloads::*;
pub(crate) use contracts::*;
pub(crate) use credentials::*;
pub(crate) use memberships::*;
pub(crate) use offices::*;
pub(crate) use providers::*;

use crate::idempotency::Key;
use crate::openapi::refusals;
use crate::paging::{List, Paging};
use crate::problem::{Answer, Kind};
use crate::recorded::Recorded;
use crate::service::Service;
use actix_web::web::Json;
use ruhu_desk::organisations::{Arranged, Arrangement, Arranging};
use ruhu_desk::who::Staff;
use ruhu_store::Tx;
use ruhu_store::page::{Page, Slice};
use ruhu_sync::storage::Stored;
use uuid::Uuid;

refusals!(NotListed: Kind::NotPermitted, Kind::InvalidRequest);
refusals!(NotAdded: Kind::NotPermitted, Kind::InvalidRequest, Kind::MalformedJson,
    Kind::OrganisationRefused, Kind::IdempotencyKeyReused);
refusals!(NotEnded: Kind::NotPermitted, Kind::NotAvailable, Kind::InvalidRequest,
    Kind::MalformedJson, Kind::OrganisationRefused, Kind::IdempotencyKeyReused);

/// A cursor as an example shows it.
pub(crate) const CURSOR: &str = "cHJvdmlkZXJzICIwMTkyZTRhMC0wMDAwIg";

/// A page of things that staff arrange.
trait Listing: Sized {
    /// As the store knows one of them.
    type Row: Send + 'static;

    /// The list.
    const LIST: List<Uuid>;

    /// A page of it.
    fn page(rows: Vec<Self::Row>, next: Option<String>) -> Self;
}

/// Declares a page: its type, the member that holds the entries, the entry made from which row.
macro_rules! listing {
    ($(#[$doc:meta])* $list:ident { $member:ident: $entry:ident from $row:ty }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
        pub(crate) struct $list {
            /// In order of their names.
            $member: Vec<$entry>,
            /// What to ask for as `after` to go on; left out at the end.
            #[serde(skip_serializing_if = "Option::is_none")]
            next: Option<String>,
        }

        impl $crate::routes::organisations::Listing for $list {
            type Row = $row;

            const LIST: $crate::paging::List<uuid::Uuid> =
                $crate::paging::List::named(stringify!($member));

            fn page(rows: Vec<$row>, next: Option<String>) -> Self {
                Self { $member: rows.into_iter().map($entry::from).collect(), next }
            }
        }
    };
}
use listing;

/// Reads a page.
async fn list<L: Listing>(
    service: &Service,
    wanted: &Paging,
    mut rows: impl FnMut(&mut Tx, Page<Uuid>) -> Stored<Slice<L::Row, Uuid>> + Send + 'static,
) -> Answer<Json<L>> {
    let page = L::LIST.page(wanted)?;
    let found = service.read(move |tx| rows(tx, page)).await?;
    let next = L::LIST.next(found.next)?;
    Ok(Json(L::page(found.rows, next)))
}

/// Carries out an arrangement.
async fn arrange<A: Arrangement>(
    service: &Service,
    staff: Staff<A::Right>,
    key: Key,
    asked: A,
) -> Answer<Recorded<Arranged>> {
    service.act(staff, key, Arranging(asked)).await
}
