//! A reviewer's desk in the story: calls over HTTP, as a browser would make them.

use crate::{DemoError, PASSWORD};
use ruhu_device::{DeviceError, HttpTransport, Response, Transport as _, TransportError};
use serde_json::{Value, json};

/// Somebody at a desk.
pub(crate) struct Desk {
    /// The person's name.
    pub(crate) name: String,
    address: String,
    token: String,
    device: String,
    acts: u32,
}

impl Desk {
    /// Signs in.
    pub(crate) fn sign_in(address: &str, login: &str, name: &str) -> Result<Self, DemoError> {
        let body = json!({"login": login, "password": PASSWORD, "device": {"name": "审核工位"}});
        let mut line = HttpTransport::new(address);
        let answer = line.call("POST", "/v1/session", None, Some(&body.to_string()));
        let session = heard(answer)?;
        let text = |name: &str| session[name].as_str().unwrap_or_default().to_owned();
        let (token, device) = (text("access_token"), text("device"));
        Ok(Self { name: name.to_owned(), address: address.to_owned(), token, device, acts: 0 })
    }

    /// Looks at something.
    pub(crate) fn look(&self, path: &str) -> Result<Value, DemoError> {
        let mut line = HttpTransport::new(&self.address);
        heard(line.call("GET", path, Some(&self.token), None))
    }

    /// Does something, under a key of its own.
    pub(crate) fn act(&mut self, path: &str, body: &Value) -> Result<Value, DemoError> {
        self.acts += 1;
        let key = format!("{}-{}", self.device, self.acts);
        let mut line = HttpTransport::new(&self.address).with_header("Idempotency-Key", &key);
        heard(line.call("POST", path, Some(&self.token), Some(&body.to_string())))
    }
}

fn heard(answer: Result<Response, TransportError>) -> Result<Value, DemoError> {
    let answer = answer.map_err(DeviceError::from)?;
    match answer.is_success() {
        true => Ok(serde_json::from_str(&answer.body).unwrap_or_default()),
        false => Err(DemoError::Astray("the desk may do what it does")),
    }
}
