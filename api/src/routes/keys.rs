//! The public halves of the keys that sign access tokens.

use crate::service::Service;
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

/// Public keys (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub struct KeySet {
    /// The newest first: it signs. All are believed.
    keys: Vec<PublicKey>,
}

/// A public key (RFC 8037).
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicKey {
    /// `OKP`.
    kty: String,
    /// `Ed25519`.
    crv: String,
    /// `sig`.
    r#use: String,
    /// `EdDSA`.
    alg: String,
    /// Its name in tokens.
    kid: String,
    /// Its 32 bytes in base64url.
    x: String,
}

fn example() -> KeySet {
    KeySet {
        keys: vec![PublicKey {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            r#use: "sig".to_owned(),
            alg: "EdDSA".to_owned(),
            kid: "kPrK_qmxVWaYVA9w".to_owned(),
            // Of RFC 8037, appendix A.
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
        }],
    }
}

/// Gives the keys by which access tokens can be checked.
///
/// That a token is genuine says nothing about what its person may do: rights are in no token.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "The keys", body = KeySet, example = json!(example()))),
    security(()),
)]
#[get("/.well-known/jwks.json")]
pub(crate) async fn read_key_set(service: web::Data<Service>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(service.tokens.key_set())
}
