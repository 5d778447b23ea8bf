//! A strict JSON value: no duplicate keys, no NUL, no lone surrogates, no number that two languages
//! would read differently. What passes here means the same on every tablet and in every database.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// The members of a JSON object.
pub type Object = BTreeMap<String, Json>;

/// The largest integer that every JSON reader keeps exactly (2^53 − 1).
pub const INTEGER_MAX: i64 = 9_007_199_254_740_991;

/// The maximum nesting of objects and lists in what a device sends. A value lies some levels deeper
/// in a conflict, in the journal and in a page, and JSON readers stop at depths of their own (ours
/// at 128): what is taken must be readable wherever it ends up.
pub const DEPTH_MAX: usize = 64;

/// One JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`: in a patch it removes; in a document it does not occur.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without a fraction, within ±[`INTEGER_MAX`]; `1.0` is read as `1`.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A string.
    Text(String),
    /// An array: always a single leaf.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

impl Json {
    /// Parses one value strictly; the error says what is wrong without quoting the content.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The string, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if this is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Whether objects and lists nest more than `levels` deep.
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        let Some(left) = levels.checked_sub(1) else {
            return matches!(self, Self::List(_) | Self::Object(_));
        };
        match self {
            Self::List(items) => items.iter().any(|item| item.is_deeper_than(left)),
            Self::Object(members) => members.values().any(|value| value.is_deeper_than(left)),
            _ => false,
        }
    }

    /// Whether there is a `null` anywhere in this value.
    pub fn holds_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::List(items) => items.iter().any(Self::holds_null),
            Self::Object(members) => members.values().any(Self::holds_null),
            _ => false,
        }
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Json {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Object> for Json {
    fn from(members: Object) -> Self {
        Self::Object(members)
    }
}

/// An object of these members.
pub fn object<const N: usize>(members: [(&str, Json); N]) -> Object {
    members.map(|(name, value)| (name.to_owned(), value)).into()
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

fn clean<E: de::Error>(text: &str) -> Result<&str, E> {
    if text.as_bytes().contains(&0) {
        return Err(E::custom("a text contains NUL"));
    }
    Ok(text)
}

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        if !(-INTEGER_MAX..=INTEGER_MAX).contains(&value) {
            return Err(E::custom("an integer is beyond 2^53"));
        }
        Ok(Json::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(E::custom("an integer is beyond 2^53")),
        }
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        if value.abs() > INTEGER_MAX as f64 {
            return Err(E::custom("a number is beyond 2^53"));
        }
        if value.fract() == 0.0 {
            return Ok(Json::Integer(value as i64));
        }
        Ok(Json::Real(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        clean(value).map(|text| Json::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Json, E> {
        clean::<E>(&value)?;
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Object::new();
        while let Some((key, value)) = access.next_entry::<String, Json>()? {
            clean::<A::Error>(&key)?;
            if members.insert(key, value).is_some() {
                return Err(de::Error::custom("a key stands twice in one object"));
            }
        }
        Ok(Json::Object(members))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Real(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        assert!(Json::parse(r#"{"a":1,"a":1}"#).is_err());
    }

    #[test]
    fn nul_and_lone_surrogates_are_refused() {
        assert!(Json::parse("\"\\u0000\"").is_err());
        assert!(Json::parse("\"\\ud800\"").is_err());
        assert!(Json::parse("{\"a\\u0000\":1}").is_err());
    }

    #[test]
    fn numbers_beyond_two_to_the_53rd_are_refused_and_whole_reals_are_integers() {
        assert!(Json::parse("9007199254740992").is_err());
        assert!(Json::parse("-9007199254740992").is_err());
        assert!(Json::parse("1e21").is_err() && Json::parse("-6.4e16").is_err());
        assert_eq!(Json::parse("1.0").ok(), Some(Json::Integer(1)));
        assert_eq!(Json::parse("-0.0").ok(), Some(Json::Integer(0)));
        assert_eq!(Json::parse("0.5").ok(), Some(Json::Real(0.5)));
    }

    #[test]
    fn a_value_ten_thousand_deep_is_refused_without_a_crash() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(Json::parse(&deep).is_err());
    }
}
