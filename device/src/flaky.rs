//! A bad network: a transport that loses requests or answers at chosen calls.

use crate::transport::{Response, Transport, TransportError};
use std::collections::VecDeque;

/// The fault of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// None: it passes.
    Pass,
    /// The server never sees it.
    LoseRequest,
    /// The server does the work, and the device never hears of it.
    LoseResponse,
    /// The server gets it twice; the device hears the second answer.
    Duplicate,
}

/// A transport with faults at chosen calls; without a plan everything passes.
#[derive(Debug)]
pub struct Flaky<T> {
    inner: T,
    plan: VecDeque<Fault>,
    calls: usize,
}

impl<T> Flaky<T> {
    /// A transport without faults, so far.
    pub fn new(inner: T) -> Self {
        Self { inner, plan: VecDeque::new(), calls: 0 }
    }

    /// Plans the faults of the calls after those already planned.
    pub fn script(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.plan.extend(faults);
    }

    /// Clears the plan: everything passes again.
    pub fn heal(&mut self) {
        self.plan.clear();
    }

    /// Loses the next unplanned request.
    pub fn lose_next_request(&mut self) {
        self.plan.push_back(Fault::LoseRequest);
    }

    /// Loses the next unplanned response.
    pub fn lose_next_response(&mut self) {
        self.plan.push_back(Fault::LoseResponse);
    }

    /// Sends the next unplanned request twice.
    pub fn duplicate_next(&mut self) {
        self.plan.push_back(Fault::Duplicate);
    }

    /// The number of calls the device made, including lost ones.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// The wrapped transport.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// The wrapped transport, mutable.
    pub fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: Transport> Transport for Flaky<T> {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        self.calls += 1;
        match self.plan.pop_front().unwrap_or(Fault::Pass) {
            Fault::Pass => self.inner.call(method, path, bearer, body),
            Fault::LoseRequest => Err(TransportError("the request was lost".to_owned())),
            Fault::LoseResponse => {
                self.inner.call(method, path, bearer, body)?;
                Err(TransportError("the response was lost".to_owned()))
            }
            Fault::Duplicate => {
                self.inner.call(method, path, bearer, body)?;
                self.inner.call(method, path, bearer, body)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Fake;

    fn fates(faults: &[Fault]) -> (Vec<bool>, usize) {
        let mut line = Flaky::new(Fake::answering((0..9).map(|_| Response::new(200, "{}"))));
        line.script(faults.iter().copied());
        let heard = faults.iter().map(|_| line.call("GET", "/", None, None).is_ok()).collect();
        (heard, line.inner().calls.len())
    }

    #[test]
    fn a_lost_request_never_reaches_the_server_and_a_lost_response_did() {
        assert_eq!(fates(&[Fault::LoseRequest]), (vec![false], 0));
        assert_eq!(fates(&[Fault::LoseResponse]), (vec![false], 1));
        assert_eq!(fates(&[Fault::Duplicate, Fault::Pass]), (vec![true, true], 3));
    }
}
