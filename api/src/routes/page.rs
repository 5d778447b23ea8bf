//! The front door.

use crate::page::FrontPage;
use crate::problem::Answer;
use crate::service::Service;
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};

/// Says what this is.
///
/// One page for people, with links to the rest. A demo's page also shows its story and its
/// accounts; any other shows no record.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "The page", body = String, content_type = "text/html")),
    security(()),
)]
#[get("/")]
pub(crate) async fn read_front_page(
    service: web::Data<Service>,
    page: web::Data<FrontPage>,
) -> Answer<HttpResponse> {
    let page = page.text(&service).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page))
}
