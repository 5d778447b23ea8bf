//! What an edit that was taken did to its document: the journal's effective patch, stored in a form
//! that can be undone. Undoing it recovers an earlier version without storing it.

use crate::json::{Json, Object};
use crate::path::Path;
use serde::{Deserialize, Serialize};

/// One place that was touched: set or removed, even to the same value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Touch {
    /// The place. The empty path is the whole document (deletion).
    #[serde(rename = "p")]
    pub path: Path,
    /// The value before.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// The value after.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

impl Touch {
    /// Whether it deleted the record or restored it.
    pub fn is_of_the_whole(&self) -> bool {
        self.path.steps().is_empty()
    }

    /// Whether it only made the empty object that contains a value: of no interest to a reader.
    pub fn only_makes_room(&self) -> bool {
        self.before.is_none()
            && matches!(&self.after, Some(Json::Object(members)) if members.is_empty())
    }
}

/// Everything one edit touched, in the order it happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Effect(pub Vec<Touch>);

impl Effect {
    /// Undoes the effect on the document that it produced.
    pub fn undo(&self, document: &mut Object) {
        for touch in self.0.iter().rev() {
            match &touch.before {
                Some(value) => touch.path.put(document, value.clone()),
                None => {
                    touch.path.remove(document);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoing_gives_the_earlier_document_back() {
        let earlier = Json::parse(r#"{"a":1,"rows":{"r":{"x":1}}}"#).expect("json");
        let later = Json::parse(r#"{"a":2,"rows":{}}"#).expect("json");
        let touch = |path: &str, before: Option<&str>, after: Option<&str>| Touch {
            path: Path::parse(path).expect("path"),
            before: before.map(|t| Json::parse(t).expect("json")),
            after: after.map(|t| Json::parse(t).expect("json")),
        };
        let effect = Effect(vec![
            touch("/a", Some("1"), Some("2")),
            touch("/rows/r", Some(r#"{"x":1}"#), None),
        ]);
        let mut document = later.as_object().cloned().expect("object");
        effect.undo(&mut document);
        assert_eq!(Json::Object(document), earlier);
    }
}
