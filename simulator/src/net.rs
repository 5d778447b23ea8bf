//! The network between tablets and server: it loses, repeats, delays and cuts, and the model sees
//! everything that arrives.

use crate::heard::{comparable, difference};
use crate::memory::bearer_of;
use crate::model::{Model, Wrong};
use crate::service::Service;
use crate::step::Fate;
use ruhu_device::{Response, Transport, TransportError};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use uuid::Uuid;

/// A request still under way.
#[derive(Clone, Debug)]
struct Late {
    who: (Uuid, Uuid),
    bearer: Option<String>,
    path: String,
    body: String,
}

/// Server, model, and the network between them and the tablets.
pub struct Net<S> {
    /// The server.
    pub service: S,
    /// The model, unless the server is only compared with another.
    pub model: Option<Model>,
    /// The fates of the next calls.
    pub fates: VecDeque<Fate>,
    late: Vec<Late>,
    /// The recorded answers, in order, if they are recorded.
    pub heard: Option<VecDeque<Value>>,
    /// The answers to the same calls elsewhere, if the server is compared with another.
    pub elsewhere: Option<VecDeque<Value>>,
    /// The number of calls that arrived.
    pub calls: u64,
    /// The first violation.
    pub wrong: Option<Wrong>,
    /// The owner of the calling device: the token of a real server does not say.
    pub caller: (Uuid, Uuid),
}

/// The request behind a transport's call.
#[derive(Clone, Copy)]
struct Request<'a> {
    method: &'a str,
    path: &'a str,
    bearer: Option<&'a str>,
    body: Option<&'a str>,
}

impl<S: Service> Net<S> {
    /// A network to this server.
    pub fn new(service: S, model: Option<Model>) -> Self {
        Self {
            service,
            model,
            fates: VecDeque::new(),
            late: Vec::new(),
            heard: None,
            elsewhere: None,
            calls: 0,
            wrong: None,
            caller: Default::default(),
        }
    }

    /// Remembers a violation, if it is the first.
    pub fn note(&mut self, result: Result<(), Wrong>) {
        if let Err(wrong) = result {
            self.wrong.get_or_insert(wrong);
        }
    }

    /// Records an answer, and compares it with the one elsewhere. No answer at all is `null`.
    fn hear(&mut self, path: &str, response: Option<&Response>) {
        let answer = response.map(|response| comparable(path, response)).unwrap_or_default();
        if let Some(elsewhere) = &mut self.elsewhere {
            let wanted = elsewhere.pop_front().unwrap_or_else(|| Value::from("no call"));
            if let Some(differs) = difference(&wanted, &answer) {
                let wrong =
                    format!("9: call {} to {path} is answered otherwise: {differs}", self.calls);
                self.note(Err(wrong));
            }
        }
        if let Some(heard) = &mut self.heard {
            heard.push_back(answer);
        }
    }

    /// A request arrives.
    fn deliver(&mut self, request: Request<'_>) -> Result<Response, TransportError> {
        self.calls += 1;
        let Request { method, path, bearer, body } = request;
        let answer = self.service.call(method, path, bearer, body);
        self.hear(path, answer.as_ref().ok());
        let who = bearer_of(bearer).unwrap_or(self.caller);
        if let Ok(response) = &answer
            && let Some(mut model) = self.model.take()
        {
            let result = observe(&mut model, who, request, response);
            self.model = Some(model);
            self.note(result);
        }
        if path == "/v1/sync/push" {
            self.look(false);
        }
        answer
    }

    /// Compares what is stored with the model.
    pub fn look(&mut self, thorough: bool) {
        let Some(mut model) = self.model.take() else { return };
        let mut result = Ok(());
        if self.wrong.is_none() {
            self.service.look(&mut |stored| result = model.check(stored, thorough));
        }
        self.model = Some(model);
        self.note(result);
    }

    /// A push of the staff's session.
    pub fn desk(&mut self, staff: (Uuid, Uuid), body: &str) -> Response {
        self.calls += 1;
        let response = self.service.desk(body);
        self.hear("desk", Some(&response));
        if let Some(mut model) = self.model.take() {
            let (status, answer) = (response.status, response.body.as_str());
            let result = model.observe_push(staff.1, staff.0, true, body, status, answer);
            self.model = Some(model);
            self.note(result);
        }
        self.look(false);
        response
    }

    /// A push that no tablet makes.
    pub fn push_by_hand(&mut self, who: (Uuid, Uuid), token: &str, body: &str) {
        self.caller = who;
        let (method, path) = ("POST", "/v1/sync/push");
        let request = Request { method, path, bearer: Some(token), body: Some(body) };
        drop(self.deliver(request));
    }

    /// A late request arrives, if there is one.
    pub fn arrive(&mut self, nth: usize) {
        if self.late.is_empty() {
            return;
        }
        let late = self.late.remove(nth % self.late.len());
        self.caller = late.who;
        drop(self.deliver(Request {
            method: "POST",
            path: &late.path,
            bearer: late.bearer.as_deref(),
            body: Some(&late.body),
        }));
    }

    /// The number of requests under way.
    pub fn late(&self) -> usize {
        self.late.len()
    }

    fn hold(&mut self, request: Request<'_>) {
        // Only what can be resent by itself: a sign-in that comes late would enrol a stranger.
        if request.path.starts_with("/v1/sync/") {
            self.late.push(Late {
                who: self.caller,
                bearer: request.bearer.map(str::to_owned),
                path: request.path.to_owned(),
                body: request.body.unwrap_or_default().to_owned(),
            });
        }
    }

    fn call(&mut self, request: Request<'_>) -> Result<Response, TransportError> {
        let lost = |what: &str| Err(TransportError(what.to_owned()));
        match self.fates.pop_front().unwrap_or(Fate::Pass) {
            Fate::Pass => self.deliver(request),
            Fate::LoseRequest => lost("the request was lost"),
            Fate::LoseResponse => {
                self.deliver(request)?;
                lost("the response was lost")
            }
            Fate::Twice => {
                self.deliver(request)?;
                self.deliver(request)
            }
            Fate::CutRequest => {
                let body = request.body.map(half);
                if request.path.starts_with("/v1/sync/") {
                    drop(self.deliver(Request { body, ..request }));
                }
                lost("the line broke")
            }
            Fate::CutResponse => {
                let response = self.deliver(request)?;
                match response.is_success() {
                    true => Ok(Response { body: half(&response.body).to_owned(), ..response }),
                    false => lost("the line broke"),
                }
            }
            Fate::Late => {
                self.hold(request);
                lost("the request is late")
            }
            Fate::Echo => {
                self.hold(request);
                self.deliver(request)
            }
            Fate::ServerDies => {
                if request.path != "/v1/sync/push" {
                    return lost("the server died");
                }
                self.service.die_within_next();
                let answer = self.deliver(request);
                self.service.restart();
                match answer {
                    // It died before it wrote.
                    Ok(_) | Err(_) => lost("the server died"),
                }
            }
        }
    }
}

/// The first half, cut at a character boundary.
fn half(text: &str) -> &str {
    let mut at = text.len() / 2;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    &text[..at]
}

fn observe(
    model: &mut Model,
    (user, device): (Uuid, Uuid),
    request: Request<'_>,
    response: &Response,
) -> Result<(), Wrong> {
    let (status, answer) = (response.status, response.body.as_str());
    let body = request.body.unwrap_or_default();
    match request.path {
        "/v1/sync/push" => model.observe_push(device, user, false, body, status, answer),
        "/v1/sync/pull" if serde_json::from_str::<Value>(body).is_ok() => {
            model.observe_pull(device, user, status, answer).map(drop)
        }
        "/v1/session" if status == 200 => {
            let read: Value = serde_json::from_str(body).unwrap_or_default();
            let id = |value: &Value| value.as_str().and_then(|text| Uuid::try_parse(text).ok());
            let told = &read["device"]["continues"];
            let continues = id(&told["device"]).zip(told["through"].as_u64());
            if let Some(device) = id(&read["device"]["id"]) {
                model.enrol(device, user, continues);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A tablet's end of the network.
pub struct Line<S> {
    /// The network.
    pub net: Rc<RefCell<Net<S>>>,
    /// Whose tablet it is.
    pub user: Uuid,
    /// Its name, for servers whose tokens do not say it.
    pub device: Uuid,
}

impl<S> Clone for Line<S> {
    fn clone(&self) -> Self {
        Self { net: Rc::clone(&self.net), user: self.user, device: self.device }
    }
}

impl<S: Service> Transport for Line<S> {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let mut net = self.net.borrow_mut();
        net.caller = (self.user, self.device);
        net.call(Request { method, path, bearer, body })
    }
}
