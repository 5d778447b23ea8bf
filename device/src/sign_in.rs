//! Signing in, and calls on the person's behalf.

use crate::device::TestDevice;
use crate::error::{DeviceError, Problem, read_answer};
use crate::memory::NewEpoch;
use crate::session::{BegunSession, Handshake, Session};
use crate::transport::{Response, Transport};
use serde::Deserialize;
use serde_json::json;

impl<T: Transport> TestDevice<T> {
    /// Signs a person in and enrols the device if it is new. An enrolled device keeps its id, its
    /// numbers and everything else.
    pub fn sign_in(
        &mut self,
        login: &str,
        password: &str,
        device_name: &str,
    ) -> Result<(), DeviceError> {
        self.hand_in_earlier(login, password, device_name)?;
        let mut device = json!({"name": device_name});
        if let Some(id) = self.memory.device {
            device["id"] = json!(id);
        }
        if let Some(continues) = self.memory.continues() {
            // Only the first counts, but a server restored from before the enrolment needs it again.
            device["continues"] = continues;
        }
        let answer = self.ask_for_session(login, password, device)?;
        let (user, device) = (answer.user(), answer.device());
        let memory = &mut self.memory;
        if memory.user.is_some_and(|known| known != user) {
            return Err(DeviceError::AnotherPerson);
        }
        match memory.device {
            None => memory.next = answer.expected_device_seq,
            Some(known) if known != device => {
                let what = "the device was enrolled again under another id";
                return Err(DeviceError::Answer(what.to_owned()));
            }
            Some(_) => {}
        }
        memory.user = Some(user);
        memory.device = Some(device);
        memory.session = Some(answer.tokens());
        let expected = answer.expected_device_seq;
        match memory.epoch {
            None => memory.epoch = Some(answer.epoch),
            // Not adopted yet: the edits that the new history lacks are sent first.
            Some(known) if known != answer.epoch => {
                memory.new_epoch = Some(NewEpoch { epoch: answer.epoch, expected: Some(expected) });
            }
            Some(_) => memory.notice_overtaking(expected),
        }
        Ok(())
    }

    /// Never retried automatically: a lost answer may have enrolled a device.
    pub(crate) fn ask_for_session(
        &mut self,
        login: &str,
        password: &str,
        device: serde_json::Value,
    ) -> Result<BegunSession, DeviceError> {
        let body = json!({"login": login, "password": password, "device": device}).to_string();
        let response = self.transport.call("POST", "/v1/session", None, Some(&body))?;
        read_success(&response)
    }

    /// Fetches versions, limits, epoch and streams.
    pub fn handshake(&mut self) -> Result<Handshake, DeviceError> {
        let response = self.call("GET", "/v1/sync", None)?;
        let handshake: Handshake = read_success(&response)?;
        if self.memory.epoch == Some(handshake.epoch) {
            self.memory.notice_overtaking(handshake.expected_device_seq);
        }
        Ok(handshake)
    }

    /// Any call on the person's behalf. When an answer is lost the same bytes are sent again, and
    /// an expired access token is renewed once. A 401 never deletes anything.
    pub fn call(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Result<Response, DeviceError> {
        let response = self.call_with_token(method, path, body)?;
        if response.status != 401 {
            return Ok(response);
        }
        self.refresh()?;
        let response = self.call_with_token(method, path, body)?;
        if response.status == 401 {
            return Err(DeviceError::SignInNeeded);
        }
        Ok(response)
    }

    fn call_with_token(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&str>,
    ) -> Result<Response, DeviceError> {
        let session = self.memory.session.as_ref();
        let token = session.ok_or(DeviceError::SignInNeeded)?.access_token.clone();
        self.try_call(method, path, Some(&token), body)
    }

    pub(crate) fn try_call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, DeviceError> {
        let mut lost = 0;
        loop {
            match self.transport.call(method, path, bearer, body) {
                Ok(response) => return Ok(response),
                Err(error) => {
                    lost += 1;
                    if lost >= self.settings.attempts {
                        return Err(error.into());
                    }
                }
            }
        }
    }

    fn refresh(&mut self) -> Result<(), DeviceError> {
        #[derive(Deserialize)]
        struct Answer {
            access_token: String,
            refresh_token: String,
        }
        let session = self.memory.session.as_ref();
        let token = &session.ok_or(DeviceError::SignInNeeded)?.refresh_token;
        let body = json!({"refresh_token": token}).to_string();
        let response = self.try_call("POST", "/v1/session/refresh", None, Some(&body))?;
        let answer: Answer = read_success(&response)?;
        self.memory.session = Some(Session {
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
        });
        Ok(())
    }
}

fn read_success<A: serde::de::DeserializeOwned>(response: &Response) -> Result<A, DeviceError> {
    if !response.is_success() {
        return Err(Problem::read(response).into_error(response));
    }
    read_answer(&response.body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EPOCH, Fake, applied, device, doc, ok, problem};
    use crate::outside::Counted;
    use ruhu_sync::id::DeviceSeq;
    use uuid::Uuid;

    fn signed_in(user: u128, device: u128) -> Response {
        let (user, device) = (Uuid::from_u128(user), Uuid::from_u128(device));
        ok(&json!({"access_token": "a", "expires_in_seconds": 900, "refresh_token": "r",
            "user": {"id": user, "name": "测试丁"}, "device": device,
            "expected_device_seq": 4, "epoch": EPOCH}))
    }

    #[test]
    fn a_new_device_takes_its_name_and_number_and_keeps_them_when_it_signs_in_again() {
        let mut device = TestDevice::new(Fake::default(), Counted::new(1));
        let line = device.transport_mut();
        line.then(signed_in(1, 2)).then(signed_in(1, 2)).then(signed_in(3, 2));
        device.sign_in("wang", "secret", "平板一").expect("signed in");
        device.create("household", None, doc("{}")).expect("kept");
        assert_eq!(device.memory.next_device_seq(), DeviceSeq(5));
        device.sign_in("wang", "secret", "平板一").expect("signed in");
        assert_eq!(device.memory.next_device_seq(), DeviceSeq(5));
        let bodies = device.transport().bodies("/session");
        assert!(bodies[0]["device"].get("id").is_none());
        assert_eq!(bodies[1]["device"]["id"], json!(Uuid::from_u128(2)));
        let other = device.sign_in("li", "secret", "平板一");
        assert_eq!(other, Err(DeviceError::AnotherPerson));
    }

    #[test]
    fn an_expired_token_is_renewed_once_and_the_same_bytes_go_again() {
        let mut device = device();
        device.create("household", None, doc("{}")).expect("kept");
        let expired = || problem(401, "access-token-expired", json!({}));
        let renewed = ok(&json!({"access_token": "fresh", "expires_in_seconds": 900,
            "refresh_token": "next"}));
        let line = device.transport_mut();
        line.then(expired()).then(renewed).then(applied(1..=1, &[]));
        device.push().expect("pushed");
        let calls = &device.transport().calls;
        assert_eq!(calls[0].bytes, calls[2].bytes);
        assert_eq!(calls[1].body, json!({"refresh_token": "refresh"}));
        assert_eq!(calls[2].bearer.as_deref(), Some("fresh"));
        let session = device.memory.session.as_ref().expect("a session");
        assert_eq!(session.refresh_token, "next");
    }

    #[test]
    fn a_session_that_cannot_be_renewed_deletes_nothing() {
        let mut device = device();
        device.create("household", None, doc("{}")).expect("kept");
        let before = device.memory.clone();
        let refused = |slug| problem(401, slug, json!({}));
        let line = device.transport_mut();
        line.then(refused("access-token-expired")).then(refused("refresh-token-refused"));
        assert_eq!(device.sync(), Err(DeviceError::SignInNeeded));
        assert_eq!(device.memory, before);
    }

    #[test]
    fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
        let mut device = device();
        let busy = Response { retry_after_seconds: Some(7), ..problem(503, "busy", json!({})) };
        device.transport_mut().then(busy);
        let retry_after_seconds = Some(7);
        let expected = DeviceError::Busy { retry_after_seconds };
        assert_eq!(device.handshake(), Err(expected));
    }

    #[test]
    fn a_session_is_never_shown_in_a_log() {
        assert_eq!(format!("{:?}", crate::fake::session()), "Session(…)");
    }
}
