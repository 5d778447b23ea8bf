//! Requests that are answered before all of them has come: the connection is closed.
//!
//! actix goes on reading a chunked body that nobody wants any more, to use the connection again:
//! without a bound, and for as long as a client cares to send. It closes the connection soon,
//! however, if the body is still held while the answer leaves.

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _};
use futures_core::Stream;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Holds a chunked body until its answer has left.
pub async fn let_go<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse, Error> {
    if !request.headers().contains_key(header::TRANSFER_ENCODING) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let arriving = Arriving(Rc::new(RefCell::new(request.take_payload())));
    let payload = Box::pin(arriving.clone());
    request.set_payload(Payload::Stream { payload });
    let response = next.call(request).await?;
    let holding =
        response.map_body(|_, body| Holding { body: Box::pin(body), _arriving: arriving });
    Ok(holding.map_into_boxed_body())
}

/// A body as it arrives, held in two places.
#[derive(Clone)]
struct Arriving(Rc<RefCell<Payload>>);

impl Stream for Arriving {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(context)
    }
}

/// An answer's body, and what is left of the request's.
struct Holding<B> {
    body: Pin<Box<B>>,
    _arriving: Arriving,
}

impl<B: MessageBody> MessageBody for Holding<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, B::Error>>> {
        self.body.as_mut().poll_next(context)
    }
}
