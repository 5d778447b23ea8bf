//! A call of staff, and the round of calls that shows what becomes of it in other hands.

use crate::day::{Day, Person};
use crate::names::NOBODY;
use ruhu_tests::Reply;
use ruhu_tests::edits::with;
use serde_json::{Value, json};

/// A call: its route, what fills the braces in it, and its body.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) route: &'static str,
    pub(crate) names: Vec<String>,
    pub(crate) body: Value,
    /// Another body that it could have, for the same key.
    other: Option<Value>,
}

/// How a call is keyed.
#[derive(Clone, Copy)]
pub(crate) enum Key<'a> {
    None,
    New,
    This(&'a str),
}

/// Who does it, and who may not. The outsider has the role and another area.
#[derive(Clone, Copy)]
pub(crate) struct Cast<'a> {
    pub(crate) by: &'a Person,
    pub(crate) outsider: Option<&'a Person>,
    pub(crate) without_role: Option<&'a Person>,
}

impl Act {
    pub(crate) fn new(route: &'static str, names: &[&str], body: Value) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let other = body.get("reason").map(|_| with(body.clone(), "reason", json!("另一个理由。")));
        Self { route, names, body, other }
    }

    /// The same, which could have this body, too.
    pub(crate) fn or(self, other: Value) -> Self {
        Self { other: Some(other), ..self }
    }

    /// The same with another body.
    pub(crate) fn saying(&self, body: Value) -> Self {
        Self { body, ..self.clone() }
    }

    /// The same with this in the place of a member.
    pub(crate) fn with(&self, member: &str, value: Value) -> Self {
        self.saying(with(self.body.clone(), member, value))
    }

    /// The same without a member.
    pub(crate) fn without(&self, member: &str) -> Self {
        let mut body = self.body.clone();
        body.as_object_mut().expect("an object").remove(member);
        self.saying(body)
    }

    /// The same on something else.
    pub(crate) fn on(&self, names: &[&str]) -> Self {
        Self::new(self.route, names, self.body.clone())
    }
}

impl Day {
    /// Shows an act that needs a key: refused to whoever may not, without a key, wrongly said as each
    /// of `wrong` says it, and where there is nothing; then done, with its line in the log,
    /// answered again, and refused to another request under its key. Gives the answer.
    pub(crate) fn keyed(&mut self, cast: Cast<'_>, act: &Act, wrong: &[(&str, Act)]) -> Reply {
        self.refusals(cast, act, wrong, Key::New);
        self.say("without a key", cast.by, act, Key::None);
        self.say("without a key or a member", cast.by, &act.saying(json!({})), Key::None);
        let key = self.new_key();
        let reply = self.say("done", cast.by, act, Key::This(&key));
        assert_eq!(reply.status, 200, "{}: {}", act.route, reply.text());
        self.say_what_the_log_tells();
        self.say_again(&reply, cast.by, act, &key);
        let other = act.saying(act.other.clone().expect("another body"));
        self.say("another body under this key", cast.by, &other, Key::This(&key));
        reply
    }

    /// Shows an act that needs no key.
    pub(crate) fn unkeyed(&mut self, cast: Cast<'_>, act: &Act, wrong: &[(&str, Act)]) -> Reply {
        self.refusals(cast, act, wrong, Key::None);
        let reply = self.say("done", cast.by, act, Key::None);
        self.say_what_the_log_tells();
        reply
    }

    fn refusals(&mut self, cast: Cast<'_>, act: &Act, wrong: &[(&str, Act)], key: Key<'_>) {
        self.heading(act.route);
        self.say("by nobody who is signed in", &cast.by.signed_out(), act, key);
        if let Some(other) = cast.without_role {
            self.say("by somebody without the role", other, act, key);
        }
        if let Some(outsider) = cast.outsider {
            self.say("by somebody of another area", outsider, act, key);
        }
        if !act.body.is_null() {
            self.say("with no member at all", cast.by, &act.saying(json!({})), key);
        }
        for (why, act) in wrong {
            let reply = self.say(why, cast.by, act, key);
            assert!(reply.status >= 400, "{} {why}: {}", act.route, reply.text());
        }
        if let [_, rest @ ..] = &act.names[..] {
            let at = |first: &str| {
                let names = [first].into_iter().chain(rest.iter().map(String::as_str));
                act.on(&names.collect::<Vec<_>>())
            };
            self.say("where there is nothing", cast.by, &at(NOBODY), key);
            self.say("where no id stands", cast.by, &at("1"), key);
        }
    }

    /// Shows what somebody reads, after what whoever may not is answered.
    pub(crate) fn read(&mut self, cast: Cast<'_>, route: &'static str, names: &[&str]) -> Reply {
        let act = Act::new(route, names, Value::Null);
        self.refusals(cast, &act, &[], Key::None);
        self.say("read", cast.by, &act, Key::None)
    }

    /// Shows a list: whole, page by page, and asked for wrongly.
    pub(crate) fn list(&mut self, cast: Cast<'_>, route: &'static str, names: &[&str]) -> Reply {
        let reply = self.read(cast, route, names);
        let act = Act::new(route, names, Value::Null);
        let page = self.ask("one row a page", cast.by, &act, "limit=1");
        if let Some(next) = page.json()["next"].as_str() {
            self.ask("the next page", cast.by, &act, &format!("limit=1&after={next}"));
        }
        self.ask("a limit of nothing", cast.by, &act, "limit=0");
        self.ask("a limit that is no number", cast.by, &act, "limit=x");
        self.ask("a cursor of no list", cast.by, &act, "after=x");
        reply
    }
}
