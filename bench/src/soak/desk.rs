//! Somebody at a desk: lists, reads, accepts, returns, applies, chooses, and moves households.

use super::clockwork::Clockwork;
use super::line::{Line, Pace};
use super::tally::Tally;
use crate::house::{PASSWORD, desk_login};
use ruhu_device::{Random, Response};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

const SIGN_IN: &str = "/v1/session";

/// How often a call with a lost answer is repeated.
const TRIES_MAX: u32 = 4;

/// Between two things at a desk.
const PAUSE_MS: [u64; 2] = [1_500, 4_500];

/// Somebody at a desk.
pub(crate) struct Desk {
    number: usize,
    line: Line,
    token: Option<String>,
    device: String,
    acts: u64,
    random: Random,
    tally: Arc<Tally>,
}

impl Desk {
    /// Somebody who has not signed in yet.
    pub(crate) fn new(
        number: usize,
        addresses: &Arc<[SocketAddr]>,
        seed: u64,
        tally: &Arc<Tally>,
    ) -> Self {
        let mut random = Random::new(seed.wrapping_mul(999_983).wrapping_add(number as u64));
        let lots = Random::new(random.number());
        let pace = Pace::of_a_desk();
        let line = Line::new(Arc::clone(addresses), pace, lots, Arc::clone(tally));
        let (token, device) = (None, String::new());
        Self { number, line, token, device, acts: 0, random, tally: Arc::clone(tally) }
    }

    /// Works until the time is up.
    pub(crate) fn live(&mut self, clockwork: &Clockwork) {
        while !clockwork.is_over() {
            if self.token.is_none() {
                self.sign_in();
            }
            match self.random.below(100) {
                0..45 => self.review(),
                45..65 => self.decide_on_quarantined(),
                65..85 => self.settle_conflict(),
                85..95 => self.move_household(),
                _ => drop(self.look("/v1/desk/finds")),
            }
            clockwork.wait(Duration::from_millis(self.random.between(PAUSE_MS[0], PAUSE_MS[1])));
        }
    }

    fn sign_in(&mut self) {
        let mut device = json!({"name": "审核工位"});
        if !self.device.is_empty() {
            device["id"] = json!(self.device);
        }
        let body = json!({"login": desk_login(self.number), "password": PASSWORD,
            "device": device});
        let Some(told) = self.ask(("POST", SIGN_IN), Some(&body), None) else {
            return;
        };
        self.tally.count("signed in at a desk");
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        (self.token, self.device) = (Some(text("access_token")), text("device"));
    }

    fn look(&mut self, path: &str) -> Option<Value> {
        self.ask(("GET", path), None, None)
    }

    fn act(&mut self, path: &str, body: &Value) -> Option<Value> {
        self.acts += 1;
        let key = format!("{}-{}", self.device, self.acts);
        self.ask(("POST", path), Some(body), Some(&key))
    }

    /// Calls, and repeats with the same key where the answer was lost.
    fn ask(&mut self, to: (&str, &str), body: Option<&Value>, key: Option<&str>) -> Option<Value> {
        if self.token.is_none() && to.1 != SIGN_IN {
            return None;
        }
        let body = body.map(Value::to_string);
        for _ in 0..TRIES_MAX {
            let token = self.token.clone();
            let Ok(answer) = self.line.ask(to, token.as_deref(), body.as_deref(), key) else {
                continue;
            };
            if let Some(seconds) = patience(&answer) {
                std::thread::sleep(Duration::from_secs(seconds));
                continue;
            }
            if answer.status == 401 {
                self.token = None;
                return None;
            }
            return serde_json::from_str(&answer.body).ok().filter(|_| answer.is_success());
        }
        None
    }

    /// One of the entries of a list.
    fn one(&mut self, path: &str, list: &str) -> Option<Value> {
        let told = self.look(path)?;
        let entries = told[list].as_array()?;
        let at = self.random.index(entries.len());
        entries.get(at).cloned()
    }

    fn review(&mut self) {
        let Some(entry) = self.one("/v1/desk/assessments?status=submitted", "assessments") else {
            return;
        };
        let path = format!("/v1/desk/assessments/{}", entry["record"].as_str().unwrap_or_default());
        let Some(seen) = self.look(&path) else {
            return;
        };
        let rev = &seen["record"]["rev"];
        let taken = match self.random.below(4) {
            0 => {
                let reasons = ["请核实洗澡一项。"];
                self.act(&format!("{path}/return"), &json!({"rev": rev, "reasons": reasons}))
            }
            _ => self.act(&format!("{path}/accept"), &json!({"rev": rev, "reason": "情况属实。"})),
        };
        self.count_done(taken.is_some(), "desk: decided on an assessment");
    }

    fn decide_on_quarantined(&mut self) {
        let Some(entry) = self.one("/v1/desk/quarantine", "edits") else {
            return;
        };
        let device = entry["device"].as_str().unwrap_or_default();
        let path = format!("/v1/desk/quarantine/{device}/{}", entry["device_seq"]);
        if self.look(&path).is_none() {
            return;
        }
        let act = if self.random.below(2) == 0 { "apply" } else { "dismiss" };
        let taken = self.act(&format!("{path}/{act}"), &json!({"reason": "已核实。"}));
        self.count_done(taken.is_some(), "desk: decided on a quarantined edit");
    }

    fn settle_conflict(&mut self) {
        let Some(entry) = self.one("/v1/desk/conflicts", "records") else {
            return;
        };
        let record = entry["record"].as_str().unwrap_or_default();
        let Some(seen) = self.look(&format!("/v1/desk/conflicts/{record}")) else {
            return;
        };
        let Some(open) = seen["conflicts"].as_array().and_then(|open| open.first()) else {
            return;
        };
        let choice = json!({"device": open["device"], "device_seq": open["device_seq"],
            "path": open["path"], "take": self.random.pick(&["current", "alternative"])});
        let body = json!({"records": [{"record": record, "rev": seen["rev"],
            "choices": [choice]}]});
        let taken = self.act("/v1/desk/conflicts/settle", &body);
        self.count_done(taken.is_some(), "desk: settled a conflict");
    }

    fn move_household(&mut self) {
        let (Some(from), Some(to)) = (
            self.one("/v1/desk/caseloads", "caseloads"),
            self.one("/v1/desk/caseloads", "caseloads"),
        ) else {
            return;
        };
        let name = |caseload: &Value| caseload["id"].as_str().unwrap_or_default().to_owned();
        let (from, to) = (name(&from), name(&to));
        let path = format!("/v1/desk/caseloads/{from}/households");
        let Some(home) = self.one(&path, "households").filter(|_| from != to) else {
            return;
        };
        let body = json!({"parts": [{"to": to, "households": [home["record"]]}],
            "reason": "片区调整。"});
        let taken = self.act("/v1/desk/moves", &body);
        self.count_done(taken.is_some(), "desk: moved a household");
    }

    fn count_done(&self, is_done: bool, what: &str) {
        if is_done {
            self.tally.count(what);
        }
    }
}

fn patience(answer: &Response) -> Option<u64> {
    let asks = [429, 503].contains(&answer.status);
    answer.retry_after_seconds.filter(|_| asks)
}
