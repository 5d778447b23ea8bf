//! The kinds of a simulated world, as plain data: for the model, which reads nothing of the
//! server's, and for people, who need words to write.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How two people's different values are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A person chooses.
    Ask,
    /// The last to arrive stands: marks, nothing that people type.
    LastArrival,
    /// Only the server writes it.
    Server,
    /// A status.
    State,
}

/// What a place holds.
#[derive(Clone, Debug)]
pub enum Holds {
    /// One value.
    Leaf(Class),
    /// Known fields.
    Object(Fields),
    /// Rows of known fields.
    Rows(Fields),
    /// Options.
    Choices,
}

/// Fields by name.
pub type Fields = BTreeMap<&'static str, Holds>;

/// A kind of record.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Whether it is a root; others belong to a root.
    pub is_root: bool,
    /// Whether it is a root in its maker's own stream, which nothing belongs to.
    pub is_own: bool,
    /// Its known fields.
    pub fields: Fields,
    /// The legal transitions of `status`; `""` stands for no status yet.
    pub transitions: &'static [(&'static str, &'static str)],
    /// The fields required at submission.
    pub needed: &'static [&'static str],
    /// The fields required when it is made.
    pub made_with: &'static [&'static str],
    /// Two fields that may not both hold this word.
    pub not_both: &'static [(&'static str, &'static str, &'static str)],
    /// A first document.
    pub made_as: Value,
    /// Places that people write, as JSON pointers.
    pub places: &'static [&'static str],
    /// Objects and maps that can be removed or asked for whole.
    pub whole: &'static [&'static str],
    /// Where its rows are, and a row's fields.
    pub rows: Option<(&'static str, &'static [&'static str])>,
    /// The statuses that people set, in order.
    pub statuses: &'static [&'static str],
    /// The values of a place, by a small number, if it takes no words.
    pub takes: fn(&str, u8) -> Option<Value>,
}

/// Places without a list take words.
fn words(_: &str, _: u8) -> Option<Value> {
    None
}

impl Kind {
    /// A value for a place: `true` for options, everywhere else a word, in one spelling or another.
    pub fn word(&self, place: &str, value: u8) -> Value {
        if let Some(taken) = (self.takes)(place, value) {
            return taken;
        }
        let first = place.split('/').nth(1).unwrap_or_default();
        match self.fields.get(first) {
            Some(Holds::Choices) => json!(true),
            _ => {
                let word = ["甲", "乙\n二层", "丙é", "丁"][usize::from(value % 4)];
                // Each in the spellings of several keyboards.
                json!(match value / 4 % 3 {
                    0 => word.to_owned(),
                    1 => format!("\u{3000}{} ", word.replace('\n', "\r\n")),
                    _ => format!("{}\n", word.replace('é', "e\u{301}")),
                })
            }
        }
    }
}

/// All kinds of a world.
#[derive(Clone, Debug)]
pub struct Kinds(pub Vec<Kind>);

impl Kinds {
    /// The kind of this name.
    pub fn get(&self, name: &str) -> Option<&Kind> {
        self.0.iter().find(|kind| kind.name == name)
    }

    /// The kinds of the protocol's own tests: they have every sort of field.
    pub fn plain() -> Self {
        let ask = || Holds::Leaf(Class::Ask);
        let thing = Kind {
            name: "thing",
            is_root: true,
            is_own: false,
            fields: [
                ("x", ask()),
                ("y", ask()),
                ("mark", Holds::Leaf(Class::LastArrival)),
                ("level", Holds::Leaf(Class::Server)),
                ("aids", Holds::Choices),
                ("home", Holds::Object([("street", ask()), ("door", ask())].into())),
                ("rows", Holds::Rows([("wage", ask()), ("age", ask())].into())),
            ]
            .into(),
            transitions: &[],
            needed: &[],
            made_with: &[],
            not_both: &[],
            made_as: json!({}),
            places: &[
                "/x",
                "/x",
                "/x",
                "/y",
                "/mark",
                "/aids/cane",
                "/home/street",
                "/home/door",
                "/level",
                "/unknown",
            ],
            whole: &["/home", "/rows", "/aids"],
            rows: Some(("/rows", &["wage", "age"])),
            statuses: &[],
            takes: words,
        };
        let part = Kind {
            name: "part",
            is_root: false,
            is_own: false,
            fields: [
                ("status", Holds::Leaf(Class::State)),
                ("x", ask()),
                ("y", ask()),
                ("rows", Holds::Rows([("wage", ask())].into())),
            ]
            .into(),
            transitions: &[
                ("", "draft"),
                ("", "submitted"),
                ("draft", "submitted"),
                ("submitted", "accepted"),
            ],
            needed: &["x"],
            made_with: &[],
            not_both: &[("x", "y", "丁")],
            made_as: json!({"status": "draft"}),
            places: &["/x", "/x", "/y"],
            whole: &["/rows"],
            rows: Some(("/rows", &["wage"])),
            statuses: &["draft", "submitted", "accepted"],
            takes: words,
        };
        let note = Kind {
            name: "note",
            is_root: false,
            is_own: false,
            fields: [("x", ask())].into(),
            transitions: &[],
            needed: &[],
            made_with: &["x"],
            not_both: &[],
            made_as: json!({"x": "甲"}),
            places: &["/x"],
            whole: &[],
            rows: None,
            statuses: &[],
            takes: words,
        };
        Self(vec![thing, part, note])
    }

    /// From now on people begin on this version of the form, where a kind has one.
    pub fn begin_on(&mut self, version: u32) {
        for kind in &mut self.0 {
            if let Some(begun) = kind.made_as.get_mut("form_version") {
                *begun = json!(version);
            }
        }
    }

    /// The same kinds, as the protocol's plain rules read them.
    pub fn plain_rules() -> Value {
        json!({"kinds": {
            "thing": {"fields": {
                "x": "ask", "y": "ask", "mark": "last_arrival", "level": "server",
                "aids": "choices", "home": {"object": {"street": "ask", "door": "ask"}},
                "rows": {"rows": {"wage": "ask", "age": "ask"}}}},
            "part": {"fields": {"status": "state", "x": "ask", "y": "ask",
                "rows": {"rows": {"wage": "ask"}}},
                "transitions": [["", "draft"], ["", "submitted"], ["draft", "submitted"],
                    ["submitted", "accepted"]],
                "needed": ["/x"], "not_both": [["/x", "/y", "丁"]]},
            "note": {"fields": {"x": "ask"}, "made_with": ["/x"]}}})
    }
}
