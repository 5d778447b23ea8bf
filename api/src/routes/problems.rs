//! What every problem type means: where their URIs lead.

use crate::openapi::refusals;
use crate::problem::{Answer, Kind, Problem};
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

refusals!(NoSuchProblem: Kind::NotAvailable);

/// One problem type.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemType {
    /// Its URI, as problems name it.
    pub r#type: String,
    /// The HTTP status it is answered with.
    pub status: u16,
    /// What happened, in Chinese.
    pub title_zh: String,
    /// What happened, in English.
    pub title_en: String,
    /// What to do, in Chinese.
    pub advice_zh: String,
    /// What to do, in English.
    pub advice_en: String,
}

/// All problem types.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProblemTypes {
    /// None is ever renamed; new ones may come.
    pub problems: Vec<ProblemType>,
}

impl From<Kind> for ProblemType {
    fn from(kind: Kind) -> Self {
        let (title, advice) = (kind.title(), kind.advice());
        Self {
            r#type: kind.uri(),
            status: kind.status(),
            title_zh: title.zh.into_owned(),
            title_en: title.en.into_owned(),
            advice_zh: advice.zh.into_owned(),
            advice_en: advice.en.into_owned(),
        }
    }
}

fn example() -> ProblemTypes {
    ProblemTypes { problems: vec![Kind::DeviceSeqGap.into()] }
}

/// Lists every type of problem.
///
/// With its status, what happened and what to do, in both languages.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "The problem types", body = ProblemTypes, example = json!(example()))),
    security(()),
)]
#[get("/problems")]
pub(crate) async fn list_problems() -> HttpResponse {
    let problems = Kind::ALL.iter().map(|kind| (*kind).into()).collect();
    HttpResponse::Ok().json(ProblemTypes { problems })
}

/// Explains one type of problem.
///
/// A problem's `type` is this address.
#[utoipa::path(
    tag = "operations",
    params(("slug" = String, Path, description = "The last part of the type", example = "device-seq-gap")),
    responses(
        (status = 200, description = "The problem type", body = ProblemType,
            example = json!(ProblemType::from(Kind::DeviceSeqGap))),
        NoSuchProblem,
    ),
    security(()),
)]
#[get("/problems/{slug}")]
pub(crate) async fn read_problem(slug: web::Path<String>) -> Answer<web::Json<ProblemType>> {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == slug.as_str());
    let kind = kind.ok_or_else(|| Problem::new(Kind::NotAvailable))?;
    Ok(web::Json(ProblemType::from(*kind)))
}
