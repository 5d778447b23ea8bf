//! A device whose requests are made by hand, including those that an honest tablet would never
//! send.

use crate::field::PASSWORD;
use crate::http::{Call, Reply};
use crate::server::Server;
use ruhu_casework::problem_words;
use ruhu_sync::id::{DeviceId, Epoch};
use serde_json::{Value, json};
use uuid::Uuid;

/// A signed-in device that remembers only its next number.
#[derive(Clone, Debug)]
pub struct Hand {
    address: String,
    /// The access token.
    pub token: String,
    /// The refresh token.
    pub refresh_token: String,
    /// The device.
    pub device: DeviceId,
    /// The epoch it learned at its sign-in.
    pub epoch: Epoch,
    next: u64,
}

/// `outcome`, or `outcome/reason`.
pub fn verdict(outcome: &Value) -> String {
    match outcome["reason"].as_str() {
        Some(reason) => format!("{}/{reason}", outcome["outcome"].as_str().unwrap_or("?")),
        None => outcome["outcome"].as_str().unwrap_or("?").to_owned(),
    }
}

impl Server {
    /// A new device on which this person has signed in, and whose requests are made by hand.
    pub fn hand(&self, login: &str) -> Hand {
        Hand::new(self, login, None)
    }
}

impl Hand {
    /// Signs in; under a device's name of the test's choice if given.
    pub fn new(server: &Server, login: &str, device: Option<Uuid>) -> Self {
        let mut told = json!({"name": "手工"});
        if let Some(id) = device {
            told["id"] = json!(id);
        }
        let body = json!({"login": login, "password": PASSWORD, "device": told});
        let session = server.call("POST", "/v1/session").json(&body).send().expect(200).json();
        let text = |name: &str| session[name].as_str().expect("text").to_owned();
        Self {
            address: server.address(),
            token: text("access_token"),
            refresh_token: text("refresh_token"),
            device: DeviceId::parse(&text("device")).expect("a device"),
            epoch: Epoch(text("epoch").parse().expect("an epoch")),
            next: session["expected_device_seq"].as_u64().expect("a number"),
        }
    }

    /// The same device at another address of the server.
    pub fn at(&self, server: &Server) -> Self {
        Self { address: server.address(), ..self.clone() }
    }

    /// A request with the device's token.
    pub fn call(&self, method: &str, path: &str) -> Call {
        Call::new(&self.address, method, path).bearer(&self.token)
    }

    /// The body of a push of these edits, unchanged.
    pub fn body(&self, edits: &[Value]) -> Value {
        json!({"protocol": 1, "epoch": self.epoch, "edits": edits})
    }

    /// Pushes edits that are numbered already.
    pub fn push(&self, edits: &[Value]) -> Reply {
        self.call("POST", "/v1/sync/push").json(&self.body(edits)).send()
    }

    /// Numbers edits.
    pub fn number(&mut self, edits: impl IntoIterator<Item = Value>) -> Vec<Value> {
        let mut numbered = Vec::new();
        for mut edit in edits {
            edit["device_seq"] = json!(self.next);
            self.next += 1;
            numbered.push(edit);
        }
        numbered
    }

    /// Numbers and pushes edits, and returns their outcomes.
    #[track_caller]
    pub fn outcomes(&mut self, edits: impl IntoIterator<Item = Value>) -> Vec<Value> {
        let edits = self.number(edits);
        let answer = self.push(&edits).expect(200).json();
        let outcomes = answer["outcomes"].as_array().expect("outcomes").clone();
        for problem in outcomes.iter().filter_map(|o| o["problems"].as_array()).flatten() {
            let code = problem["code"].as_str().expect("a code");
            assert!(problem_words::of(code).is_some(), "no words for `{code}`");
        }
        outcomes
    }

    /// Numbers and pushes one edit, and returns its outcome as a word.
    #[track_caller]
    pub fn verdict(&mut self, edit: Value) -> String {
        verdict(&self.outcomes([edit])[0])
    }

    /// Numbers and pushes one edit that must be taken; returns its rev.
    #[track_caller]
    pub fn take(&mut self, edit: Value) -> String {
        let outcome = self.outcomes([edit]).remove(0);
        outcome["rev"].as_str().unwrap_or_else(|| panic!("not taken: {outcome}")).to_owned()
    }

    /// Pulls one page.
    pub fn pull(&self, mut request: Value) -> Reply {
        if request.get("protocol").is_none() {
            request["protocol"] = json!(1);
        }
        self.call("POST", "/v1/sync/pull").json(&request).send()
    }

    /// Everything the device may hold, read from the beginning in one page.
    pub fn held(&self) -> Vec<Value> {
        let page = self.pull(json!({})).expect(200).json();
        assert_eq!(page["complete"], true, "more than a page");
        page["records"].as_array().expect("records").clone()
    }

    /// A list, page by page: the `rows` of all answers. Only the last page may be short, and only
    /// it has no next one.
    #[track_caller]
    pub fn pages(&self, path: &str, rows: &str, limit: usize) -> Vec<Vec<Value>> {
        let join = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{join}limit={limit}");
        let (mut pages, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.call("GET", &format!("{path}{after}")).send().expect(200).json();
            pages.push(page[rows].as_array().expect("a list").clone());
            let count = pages.last().map_or(0, Vec::len);
            let Some(next) = page["next"].as_str() else {
                assert!(count <= limit, "{count} rows in a page of {limit}");
                return pages;
            };
            assert_eq!(count, limit, "a page before the last is full");
            after = format!("&after={next}");
        }
    }

    /// A whole list, read in pages of the most rows.
    #[track_caller]
    pub fn listed(&self, path: &str, rows: &str) -> Vec<Value> {
        self.pages(path, rows, 200).concat()
    }
}
