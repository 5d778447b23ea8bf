//! Carries a device's requests: one call at a time, each of which may be lost.

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body, decompressed.
    pub body: String,
    /// The seconds in `Retry-After`, if it was there.
    pub retry_after_seconds: Option<u64>,
}

impl Response {
    /// An answer with this status and body.
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self { status, body: body.into(), retry_after_seconds: None }
    }

    /// Whether the call succeeded.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// No answer came. Whether the server did the work is unknown: that is the point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(pub String);

/// Carries one request and returns its answer, or loses one of the two.
pub trait Transport {
    /// Sends a request. `bearer` is the access token; a body is JSON.
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError>;
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        (**self).call(method, path, bearer, body)
    }
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        (**self).call(method, path, bearer, body)
    }
}
