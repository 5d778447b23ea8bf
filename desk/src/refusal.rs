//! Why a request is refused: a kind from a closed list, with words for people in both languages.

mod kind;

pub use kind::Kind;

use ruhu_sync::storage::StorageError;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// The languages people are answered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Simplified Chinese, unless something else is asked for.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Its tag in headers.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// The same words in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// In Chinese.
    pub zh: Cow<'static, str>,
    /// In English.
    pub en: Cow<'static, str>,
}

impl Text {
    /// Both languages.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The words in one language.
    pub fn said_in(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// One refusal. What carries it to the caller (HTTP, a command) renders it.
#[derive(Debug)]
pub struct Refusal {
    kind: Kind,
    detail: Option<Text>,
    members: Map<String, Value>,
    retry_after_seconds: Option<u64>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Refusal {
    /// A refusal of this kind, with the kind's own advice as its detail.
    pub fn new(kind: Kind) -> Self {
        let members = Map::new();
        Self { kind, detail: None, members, retry_after_seconds: None, cause: None }
    }

    /// A mistake of ours: the cause is logged and never sent.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Kind::Internal).caused_by(cause)
    }

    /// The same, with a sentence for this occurrence that says what to do.
    #[must_use]
    pub fn detail(
        mut self,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.detail = Some(Text::new(zh, en));
        self
    }

    /// The same, with an extension member that programs read.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// The same, to be tried again after so many seconds.
    #[must_use]
    pub fn retry_after_seconds(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self.with("retry_after_seconds", seconds)
    }

    /// The same, with what caused it: logged for 5xx, never sent.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// What kind of refusal it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do now, in both languages.
    pub fn advice(&self) -> Text {
        self.detail.clone().unwrap_or_else(|| self.kind.advice())
    }

    /// What programs read beside the kind.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// After how many seconds the same request may succeed, if that is known.
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after_seconds
    }

    /// What caused it, for the log.
    pub fn cause(&self) -> Option<&(dyn Error + Send + Sync)> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.kind.title().en, self.kind.slug())
    }
}

impl Error for Refusal {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<Kind> for Refusal {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        match &error {
            StorageError::Busy => Self::new(Kind::Busy).retry_after_seconds(1),
            StorageError::Unavailable(_) => {
                Self::new(Kind::StoreUnavailable).retry_after_seconds(5)
            }
            StorageError::Corrupt(_) => Self::new(Kind::Internal),
        }
        .caused_by(error)
    }
}
