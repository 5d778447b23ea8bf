//! Which database a URL means, by its scheme alone: a driver that tried one after the other would
//! respond to a PostgreSQL server that is down with a new, empty SQLite file.

use ruhu_sync::storage::StorageError;
use std::fmt;
use std::path::PathBuf;

/// The database a URL means.
#[derive(Clone)]
pub(crate) enum Target {
    /// A file.
    Sqlite(PathBuf),
    /// A server, by its URL.
    Postgres(String),
}

/// The URL may contain a password: it is never shown.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        })
    }
}

fn refused(why: &str) -> StorageError {
    StorageError::Unavailable(format!("the database URL cannot be used: {why}"))
}

impl Target {
    /// Parses `sqlite:PATH`, `sqlite://PATH`, `postgres://…` or `postgresql://…`.
    pub(crate) fn parse(url: &str) -> Result<Self, StorageError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Err(refused("it must begin with sqlite:, postgres:// or postgresql://"));
        };
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(refused("sqlite: is followed by no path"));
        }
        if path.starts_with(":memory:") || path.starts_with("file:") {
            return Err(refused("sqlite: takes the path of a file, that all connections share"));
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(url: &str) -> Option<PathBuf> {
        match Target::parse(url) {
            Ok(Target::Sqlite(path)) => Some(path),
            _ => None,
        }
    }

    #[test]
    fn sqlite_urls_name_a_file_with_or_without_slashes() {
        assert_eq!(file("sqlite:a/b.db"), Some("a/b.db".into()));
        assert_eq!(file("sqlite://a/b.db"), Some("a/b.db".into()));
        assert_eq!(file("sqlite:/a/b.db"), Some("/a/b.db".into()));
        assert_eq!(file("sqlite:///a/b.db"), Some("/a/b.db".into()));
    }

    #[test]
    fn postgres_urls_name_a_server() {
        for url in ["postgres://u@h/d", "postgresql://u@h/d"] {
            assert!(matches!(Target::parse(url), Ok(Target::Postgres(u)) if u == url));
        }
    }

    #[test]
    fn any_other_url_is_refused_without_being_quoted() {
        for url in [
            "",
            "a/b.db",
            "mysql://u:secret@h/d",
            "postgres:secret",
            "sqlite:",
            "sqlite://",
            "sqlite::memory:",
            "sqlite:file:a?secret",
            "SQLITE:a",
        ] {
            let error = Target::parse(url).expect_err(url).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
