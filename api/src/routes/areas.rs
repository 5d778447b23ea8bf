//! The areas, for choosing.

use crate::areas::{Area, AreaList};
use crate::auth::{After, Entitled};
use crate::etag::Tagged;
use crate::openapi::refusals;
use crate::problem::{Answer, Kind};
use crate::service::Service;
use actix_web::{get, web};
use ruhu_casework::areas::Level;
use serde::Deserialize;

refusals!(NoSuchCode: Kind::InvalidRequest, Kind::Closed);

/// Which areas.
#[derive(Clone, Debug, Deserialize)]
pub struct Wanted {
    /// Those inside this one.
    pub under: Option<String>,
}

fn example() -> AreaList {
    AreaList {
        areas: vec![Area {
            code: "110102012000".to_owned(),
            level: Level::Street,
            label_zh: "什刹海街道".to_owned(),
            parent: Some("110102000000".to_owned()),
            valid_from: None,
            valid_to: None,
        }],
    }
}

/// Lists areas.
///
/// Districts, streets and communities by their codes; with `under`, only those inside it, itself
/// included.
#[utoipa::path(
    tag = "reference",
    params(
        ("under" = Option<String>, Query, description = "An area code of 2, 4, 6, 9 or 12 digits", example = "110102"),
        ("If-None-Match" = Option<String>, Header, description = "The ETag of the list that is held"),
    ),
    responses(
        (status = 200, description = "The areas, in order of their codes", body = AreaList, example = json!(example())),
        (status = 304, description = "The list has not changed"),
        NoSuchCode,
    ),
    security(("access_token" = [])),
)]
#[get("/v1/areas")]
pub(crate) async fn list_areas(
    After(_person, wanted): After<Entitled, web::Query<Wanted>>,
    service: web::Data<Service>,
) -> Answer<Tagged<AreaList>> {
    service.areas.under(wanted.under.as_deref())
}
