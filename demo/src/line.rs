//! The line between a tablet and the server, with an ear at the server's end of it: what the server
//! answered is known even if the tablet never hears it.

use ruhu_device::{Response, Transport, TransportError};
use serde_json::Value;

/// Where a tablet sends its edits.
pub(crate) const PUSH: &str = "/v1/sync/push";
/// Where it reads what changed.
pub(crate) const PULL: &str = "/v1/sync/pull";

/// A transport that remembers what was answered.
#[derive(Debug)]
pub(crate) struct Ear<T> {
    inner: T,
    heard: Vec<(String, Value)>,
}

impl<T> Ear<T> {
    /// Listens at this line.
    pub(crate) fn new(inner: T) -> Self {
        Self { inner, heard: Vec::new() }
    }

    /// The answers to the calls of one address, in their order.
    pub(crate) fn answers(&self, path: &str) -> Vec<&Value> {
        self.heard.iter().filter(|(to, _)| to == path).map(|(_, answer)| answer).collect()
    }
}

impl<T: Transport> Transport for Ear<T> {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let response = self.inner.call(method, path, bearer, body)?;
        // Tokens are nobody's business; only these two are looked at.
        if [PUSH, PULL].contains(&path) {
            let answer = serde_json::from_str(&response.body).unwrap_or_default();
            self.heard.push((path.to_owned(), answer));
        }
        Ok(response)
    }
}
