//! The scripted day: calls are made, and written down with their answers.

use crate::act::{Act, Key};
use crate::layout::lay_out;
use crate::names::Names;
use ruhu_tests::edits::record;
use ruhu_tests::{Call, Hand, Reply, Server};
use serde_json::Value;
use std::collections::BTreeSet;

/// Headers that differ from run to run, that every answer has, or that follow from the line.
const UNTOLD: [&str; 10] = [
    "connection",
    "content-length",
    "content-security-policy",
    "content-type",
    "date",
    "referrer-policy",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
    "x-request-id",
];

/// A character of which a reason may hold 500.
pub(crate) const TOO_LONG: &str = "长";

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) login: String,
    pub(crate) hand: Hand,
}

/// Before the first device, among the names of records.
const DEVICES: u128 = 0xD000;

impl Person {
    /// The same device without a token.
    pub(crate) fn signed_out(&self) -> Self {
        let mut hand = self.hand.clone();
        hand.token.clear();
        Self { login: "nobody".to_owned(), hand }
    }
}

/// A server, and what was said to it and answered.
pub(crate) struct Day {
    pub(crate) server: Server,
    /// Who reads in the log what was written down of an act.
    reader: Person,
    names: Names,
    text: String,
    /// Members that the next answer tells, and what they are to be called.
    awaited: Vec<(&'static str, &'static str)>,
    /// Refusals that stand in the text already.
    refusals: BTreeSet<String>,
    keys: usize,
    devices: u128,
}

impl Day {
    pub(crate) fn on(server: Server) -> Self {
        let device = record(DEVICES).0;
        let reader = Hand::new(&server, "admin", Some(device));
        let mut names = Names::of_the_field();
        names.give(&device.to_string(), "device of the log's reader");
        Self {
            server,
            reader: Person { login: "admin".to_owned(), hand: reader },
            names,
            text: String::new(),
            awaited: Vec::new(),
            refusals: BTreeSet::new(),
            keys: 0,
            devices: DEVICES,
        }
    }

    /// Signs somebody in, on a device of that person's.
    pub(crate) fn person(&mut self, login: &str) -> Person {
        self.devices += 1;
        let device = record(self.devices).0;
        let name = format!("device of {login}");
        let name = if self.names.has(&name) {
            format!("{name}, {}", self.devices - DEVICES)
        } else {
            name
        };
        self.names.give(&device.to_string(), &name);
        Person { login: login.to_owned(), hand: Hand::new(&self.server, login, Some(device)) }
    }

    /// Names an id that is known before it is told, or another text that differs from run to run.
    pub(crate) fn name(&mut self, text: &str, name: &str) {
        self.names.give(text, name);
    }

    /// Names the text that this member has in the next answer that is no refusal: it differs from
    /// run to run, and is no id.
    pub(crate) fn await_text(&mut self, member: &'static str, name: &'static str) {
        self.awaited.push((member, name));
    }

    pub(crate) fn new_key(&mut self) -> String {
        self.keys += 1;
        format!("golden-{:04}", self.keys)
    }

    /// Time goes by, so that what is made next has a later id.
    pub(crate) fn later(&self) {
        self.server.advance_seconds(1);
    }

    pub(crate) fn heading(&mut self, route: &str) {
        self.text.push_str(&format!("\n# {route}\n"));
    }

    /// Makes a call and writes it down; of a refusal, in both languages.
    pub(crate) fn say(&mut self, title: &str, by: &Person, act: &Act, key: Key<'_>) -> Reply {
        let (key, keyed) = match key {
            Key::None => (None, "no key"),
            Key::New => (Some(self.new_key()), "a new key"),
            Key::This(key) => (Some(key.to_owned()), "this key"),
        };
        let call = || prepared(by, act, "", key.as_deref());
        let reply = call().send();
        self.write_call(title, by, act, "", keyed);
        if reply.status < 400 {
            self.write_answer(act, &reply);
        } else {
            let english = call().header("Accept-Language", "en").send();
            assert_eq!(
                english.status,
                reply.status,
                "a refusal changes nothing: {}",
                english.text()
            );
            self.write_refusal(act, &reply, &english);
        }
        reply
    }

    /// The same with a query, for what is read.
    pub(crate) fn ask(&mut self, title: &str, by: &Person, act: &Act, query: &str) -> Reply {
        let call = || prepared(by, act, query, None);
        let reply = call().send();
        self.write_call(title, by, act, query, "no key");
        if reply.status < 400 {
            self.write_answer(act, &reply);
        } else {
            let english = call().header("Accept-Language", "en").send();
            self.write_refusal(act, &reply, &english);
        }
        reply
    }

    /// Shows the newest line of the log.
    pub(crate) fn say_what_the_log_tells(&mut self) {
        let log = Act::new("GET /v1/audit/log", &[], Value::Null);
        let reader = self.reader.clone();
        self.ask("what the log tells of it", &reader, &log, "limit=1");
    }

    /// Sends a call again under the key that it had: nothing is done, and not a byte differs.
    pub(crate) fn say_again(&mut self, first: &Reply, by: &Person, act: &Act, key: &str) {
        let again = prepared(by, act, "", Some(key)).send();
        self.write_call("sent again", by, act, "", "this key");
        if (again.status, &again.body) == (first.status, &first.body) {
            self.text.push_str(&format!("{} the same answer\n", again.status));
        } else {
            self.write_answer(act, &again);
        }
    }

    fn write_call(&mut self, title: &str, by: &Person, act: &Act, query: &str, keyed: &str) {
        let mut places = act.route.split('{').skip(1).filter_map(|part| part.split('}').next());
        let filled: String = act
            .names
            .iter()
            .map(|name| format!(", {} {name}", places.next().expect("a name in the route")))
            .collect();
        let query = if query.is_empty() { String::new() } else { shown_query(query) };
        let asked = format!("{}{query}\nby {}{filled}, {keyed}\n", act.route, by.login);
        let asked = self.named(act, &asked);
        self.text.push_str(&format!("\n## {title}\n{asked}"));
        if !act.body.is_null() {
            let body = self.named(act, &act.body.to_string());
            let body = body.replace(&TOO_LONG.repeat(501), "长 501 times");
            let body = body.replace(&TOO_LONG.repeat(51), "长 51 times");
            self.text.push_str(&format!("{}\n", lay_out(&body)));
        }
    }

    fn write_answer(&mut self, act: &Act, reply: &Reply) {
        for (member, name) in std::mem::take(&mut self.awaited) {
            let told = reply.json()[member].take();
            let texts = told.as_array().map_or(std::slice::from_ref(&told), Vec::as_slice);
            texts.iter().for_each(|text| self.names.give(text.as_str().expect("a text"), name));
        }
        let body = lay_out(&self.body(act, reply));
        self.text.push_str(&format!("\n{}\n{body}\n", head(reply)));
    }

    /// A refusal in Chinese, and what is other in English. One that stands in the text already takes
    /// one line.
    fn write_refusal(&mut self, act: &Act, reply: &Reply, english: &Reply) {
        let (body, english) = (self.body(act, reply), lay_out(&self.body(act, english)));
        let lines = lay_out(&body);
        let other = english.lines().filter(|line| !lines.lines().any(|same| same == *line));
        let whole = other.fold(lines.clone(), |all, line| format!("{all}\nen {line}"));
        let is_new = self.refusals.insert(whole.clone());
        let shown = if is_new { whole } else { body };
        self.text.push_str(&format!("\n{}\n{shown}\n", head(reply)));
    }

    fn body(&mut self, act: &Act, reply: &Reply) -> String {
        let request = reply.header("x-request-id");
        self.named(act, &reply.text().replace(request, "<request>"))
    }

    /// The text under the day's names; what is made by a call is named by its route.
    fn named(&mut self, act: &Act, text: &str) -> String {
        let mut parts = act.route.split('/').skip(2);
        let kind = match parts.next() {
            Some("organisations") => parts.next().unwrap_or_default().trim_end_matches('s'),
            _ => "id",
        };
        self.names.put_into(text, kind)
    }

    /// Holds what was said and answered since the last time against the file of this name.
    #[track_caller]
    pub(crate) fn holds(&mut self, name: &str) {
        let text = std::mem::take(&mut self.text);
        self.refusals.clear();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("answers");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

/// The status and the headers that matter; that nothing is to be stored goes without saying.
fn head(reply: &Reply) -> String {
    let told = reply.headers.iter().filter(|(name, _)| !UNTOLD.contains(&name.as_str()));
    let told = told.map(|(name, value)| (name.as_str(), value.to_str().expect("text")));
    let mut told: Vec<String> = told
        .filter(|header| *header != ("cache-control", "no-store"))
        .map(|(name, value)| format!("; {name}: {}", if name == "etag" { "<etag>" } else { value }))
        .collect();
    told.sort();
    format!("{} {}{}", reply.status, reply.header("content-type"), told.concat())
}

fn prepared(by: &Person, act: &Act, query: &str, key: Option<&str>) -> Call {
    let (method, template) = act.route.split_once(' ').expect("a method and an address");
    let mut path = template.to_owned();
    for name in &act.names {
        let (open, close) = (path.find('{').expect("a name"), path.find('}').expect("a name"));
        path.replace_range(open..=close, name);
    }
    if !query.is_empty() {
        path = format!("{path}?{query}");
    }
    let call = by.hand.call(method, &path);
    let call = match key {
        Some(key) => call.header("Idempotency-Key", key),
        None => call,
    };
    if act.body.is_null() { call } else { call.json(&act.body) }
}

/// A query without the text of its cursor.
fn shown_query(query: &str) -> String {
    let shown = |part: &str| match part.split_once('=') {
        Some(("after", cursor)) if cursor.len() > 1 => "after=<the next>".to_owned(),
        _ => part.to_owned(),
    };
    format!("?{}", query.split('&').map(shown).collect::<Vec<_>>().join("&"))
}
