//! What differs from run to run, under names that do not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ruhu_tests::Field;
use ruhu_tests::edits::record;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An id that nothing has.
pub(crate) const NOBODY: &str = "01920000-0000-7000-8000-00000000dead";

/// Everybody of the field.
pub(crate) const LOGINS: [&str; 10] = [
    "worker_a",
    "worker_a2",
    "worker_b",
    "committee",
    "reviewer_here",
    "reviewer_there",
    "admin",
    "district_here",
    "district_there",
    "auditor",
];

const UUID_LENGTH: usize = 36;

/// The names, and how many there are of each kind.
pub(crate) struct Names {
    known: BTreeMap<String, String>,
    counts: BTreeMap<String, usize>,
}

impl Names {
    /// The names of what is the same on every server.
    pub(crate) fn of_the_field() -> Self {
        let mut known: BTreeMap<String, String> = LOGINS
            .iter()
            .map(|login| (Field::user(login).to_string(), (*login).to_owned()))
            .collect();
        known.insert(NOBODY.to_owned(), "nobody".to_owned());
        known.insert(Field::CASELOAD_A.to_string(), "caseload a".to_owned());
        known.insert(Field::CASELOAD_B.to_string(), "caseload b".to_owned());
        known.insert(Field::PROVIDER.to_string(), "provider".to_owned());
        known.insert(Field::CONTRACT.to_string(), "contract".to_owned());
        for n in 0..100 {
            known.insert(record(n).to_string(), format!("record {n}"));
        }
        Self { known, counts: BTreeMap::new() }
    }

    /// Gives a text a name.
    pub(crate) fn give(&mut self, text: &str, name: &str) {
        self.known.insert(text.to_owned(), name.to_owned());
    }

    /// Whether something is called so.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.known.values().any(|known| known == name)
    }

    /// The text with a name in the place of each id and of all that was given one. An id that is new
    /// is named by the member in which it stands, and numbered; one that stands as `id`, by `kind`.
    pub(crate) fn put_into(&mut self, text: &str, kind: &str) -> String {
        let mut text = open_cursor(text);
        let mut found = String::new();
        while let Some(at) = next_uuid(&text) {
            let (before, rest) = text.split_at(at);
            let (id, rest) = rest.split_at(UUID_LENGTH);
            let name = match self.known.get(id) {
                Some(name) => name.clone(),
                None => {
                    self.number(id, member(before).filter(|name| *name != "id").unwrap_or(kind))
                }
            };
            found.push_str(&format!("{before}<{name}>"));
            text = rest.to_owned();
        }
        found.push_str(&text);
        let others = self.known.iter().filter(|(text, _)| Uuid::parse_str(text).is_err());
        others.fold(found, |found, (text, name)| found.replace(text, &format!("<{name}>")))
    }

    fn number(&mut self, id: &str, kind: &str) -> String {
        let count = self.counts.entry(kind.to_owned()).or_default();
        *count += 1;
        let name = format!("{kind}-{count}");
        self.give(id, &name);
        name
    }
}

fn next_uuid(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    bytes.windows(UUID_LENGTH).position(|window| {
        window[8] == b'-' && std::str::from_utf8(window).is_ok_and(|id| Uuid::parse_str(id).is_ok())
    })
}

/// The member whose value, or whose list of values, goes on where the text ends.
fn member(before: &str) -> Option<&str> {
    let named = before.strip_suffix("\":\"").or_else(|| Some(before.rsplit_once("\":[")?.0));
    named?.rsplit('"').next()
}

/// A list's cursor tells where the next page begins, ids included: it is shown as what it says.
fn open_cursor(text: &str) -> String {
    let Some((before, rest)) = text.split_once("\"next\":\"") else { return text.to_owned() };
    let Some((cursor, after)) = rest.split_once('"') else { return text.to_owned() };
    let said = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|said| String::from_utf8(said).ok());
    let said = said.unwrap_or_else(|| panic!("a cursor of another making: {cursor}"));
    format!("{before}\"next\":\"<{}>\"{after}", said.replace('"', "'"))
}
