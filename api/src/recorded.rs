//! What handlers give besides JSON: answers that were recorded with what they answer, and are the same
//! whenever it is sent again; and nothing.

use actix_web::body::BoxBody;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, Responder};
use std::marker::PhantomData;

/// The JSON text of a `T`.
#[derive(Debug)]
pub struct Recorded<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

impl<T> Recorded<T> {
    pub(crate) fn new(text: String) -> Self {
        Self { text, of: PhantomData }
    }
}

impl<T> Responder for Recorded<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().content_type(ContentType::json()).body(self.text)
    }
}

/// That it is done, and that there is nothing to tell.
#[derive(Clone, Copy, Debug)]
pub struct NoContent;

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}
