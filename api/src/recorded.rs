//! Answers that were recorded with what they answer, and are told the same whenever it is sent again.

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
