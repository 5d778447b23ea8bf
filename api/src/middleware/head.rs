//! HEAD where there is GET: the same answer without its body (RFC 9110 §9.3.2).

use actix_web::Error;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Has a HEAD answered as a GET, and leaves the body out.
pub async fn answer_heads<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<actix_web::body::EitherBody<B, LeftOut>>, Error> {
    if request.method() != Method::HEAD {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    request.head_mut().method = Method::GET;
    let response = next.call(request).await?;
    let left_out = response.map_body(|_, body| LeftOut(body.size()));
    Ok(left_out.map_into_right_body())
}

/// A body that is announced with its length and not sent.
#[derive(Debug)]
pub struct LeftOut(BodySize);

impl MessageBody for LeftOut {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}
