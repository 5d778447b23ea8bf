//! A tablet's line to the service, which looks at every refusal.

use crate::service::Ruhu;
use ruhu_device::{HttpTransport, Response, Transport, TransportError};
use serde_json::Value;

/// A line on which whoever is told to come again is told when, and why, by a problem.
pub(crate) struct Line(HttpTransport);

impl Line {
    pub(crate) fn to(ruhu: &Ruhu) -> Self {
        Self(HttpTransport::new(&ruhu.address()))
    }
}

impl Transport for Line {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let answer = self.0.call(method, path, bearer, body)?;
        if answer.status >= 500 {
            is_told_to_come_again(&answer);
        }
        Ok(answer)
    }
}

fn is_told_to_come_again(answer: &Response) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    let told: Value = serde_json::from_str(&answer.body).expect("a problem");
    let kind = told["type"].as_str().expect("a type");
    assert!(["/problems/store-unavailable", "/problems/busy"].contains(&kind), "{told}");
    assert!(answer.retry_after_seconds.is_some_and(|seconds| seconds > 0), "{told}");
}
