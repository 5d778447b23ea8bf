//! A place in a document: a JSON pointer (RFC 6901).

use crate::json::{Json, Object};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// A place in a document. The empty path is the document itself.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(value_type = String))]
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<String>);

impl Path {
    /// The document itself.
    pub fn whole() -> Self {
        Self::default()
    }

    /// From its steps, outermost first.
    pub fn of(steps: &[&str]) -> Self {
        Self(steps.iter().map(|step| (*step).to_owned()).collect())
    }

    /// Parses a JSON pointer; `None` if it is not one.
    pub fn parse(pointer: &str) -> Option<Self> {
        if pointer.is_empty() {
            return Some(Self::default());
        }
        let steps = pointer.strip_prefix('/')?.split('/');
        steps.map(unescape).collect::<Option<Vec<_>>>().map(Self)
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[String] {
        &self.0
    }

    /// This path and one more step.
    pub fn child(&self, step: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(step.to_owned());
        Self(steps)
    }

    /// The path of the first `length` steps.
    pub fn head(&self, length: usize) -> Self {
        Self(self.0[..length].to_vec())
    }

    /// Whether this is `other` or inside it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// Whether this is strictly inside `other`.
    pub fn stands_inside(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.is_within(other)
    }

    /// Whether one of the two is a prefix of the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.is_within(other) || other.is_within(self)
    }

    /// The value at this path, if there is one. The whole document does not count as a value.
    pub fn find<'a>(&self, document: &'a Object) -> Option<&'a Json> {
        let (first, rest) = self.0.split_first()?;
        let mut value = document.get(first)?;
        for step in rest {
            value = value.as_object()?.get(step)?;
        }
        Some(value)
    }

    /// Sets the value at this path, creating the objects on the way.
    pub fn put(&self, document: &mut Object, value: Json) {
        let Some((last, way)) = self.0.split_last() else {
            if let Json::Object(members) = value {
                *document = members;
            }
            return;
        };
        let mut members = document;
        for step in way {
            let entry = members.entry(step.clone()).or_insert_with(|| Json::Object(Object::new()));
            if entry.as_object().is_none() {
                *entry = Json::Object(Object::new());
            }
            let Json::Object(inner) = entry else { return };
            members = inner;
        }
        members.insert(last.clone(), value);
    }

    /// Removes the value at this path, if there is one.
    pub fn remove(&self, document: &mut Object) -> Option<Json> {
        let Some((last, way)) = self.0.split_last() else {
            return Some(Json::Object(std::mem::take(document)));
        };
        let mut members = document;
        for step in way {
            match members.get_mut(step) {
                Some(Json::Object(inner)) => members = inner,
                _ => return None,
            }
        }
        members.remove(last)
    }
}

fn unescape(step: &str) -> Option<String> {
    let mut text = String::with_capacity(step.len());
    let mut characters = step.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '~' => match characters.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(text)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            write!(f, "/{}", step.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a JSON pointer"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_reads_back_with_its_escapes() {
        for pointer in ["", "/a", "/a~1b/~0c", "/"] {
            assert_eq!(Path::parse(pointer).map(|path| path.to_string()).as_deref(), Some(pointer));
        }
        assert_eq!(Path::parse("a"), None);
        assert_eq!(Path::parse("/~2"), None);
    }

    #[test]
    fn paths_overlap_if_one_is_a_prefix_of_the_other() {
        let row = Path::of(&["income", "r1"]);
        assert!(row.overlaps(&row.child("wage")));
        assert!(row.child("wage").overlaps(&row));
        assert!(!row.overlaps(&Path::of(&["income", "r10"])));
    }
}
