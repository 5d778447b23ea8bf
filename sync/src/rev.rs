//! A record's version.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// `N-h`: N counts 1, 2, 3 … for ever, h is the first four bytes of the content's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rev {
    /// 1, 2, 3 …; deletions and moves count.
    pub number: u64,
    /// The content's short hash.
    pub hash: [u8; 4],
}

impl Rev {
    /// Parses `5-9f3c2a71`.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, hash) = text.split_once('-')?;
        if number.starts_with(['+', '0']) || hash.len() != 8 {
            return None;
        }
        if !hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return None;
        }
        Some(Self {
            number: number.parse().ok()?,
            hash: u32::from_str_radix(hash, 16).ok()?.to_be_bytes(),
        })
    }
}

impl fmt::Display for Rev {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:08x}", self.number, u32::from_be_bytes(self.hash))
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Rev {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .pattern(Some("^[1-9][0-9]*-[0-9a-f]{8}$"))
            .description(Some(
                "A record's version: how many there were, and the content's short hash.",
            ))
            .into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Rev {}

impl Serialize for Rev {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rev {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not a rev"))
    }
}

/// The version a person was looking at when an edit was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// `"0"`: no server version was seen.
    Nothing,
    /// This version.
    Seen(Rev),
}

impl Base {
    /// Parses `0` or a rev.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" { Some(Self::Nothing) } else { Rev::parse(text).map(Self::Seen) }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("0"),
            Self::Seen(rev) => rev.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rev_reads_back_and_nothing_else_is_read() {
        assert_eq!(Rev::parse("5-9f3c2a71").map(|r| r.to_string()).as_deref(), Some("5-9f3c2a71"));
        for text in ["", "5", "5-", "05-9f3c2a71", "5-9F3c2a71", "0-00000000", "-1-9f3c2a71"] {
            assert_eq!(Rev::parse(text), None, "{text}");
        }
    }
}
