//! The errors of the bench, with advice.

use std::io;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A file, a socket or a process.
    #[error("{0}: {1}")]
    Io(&'static str, #[source] io::Error),
    /// The server's binary is missing.
    #[error(
        "there is no server at {0}: build it (cargo build --profile dist --bin ruhu) or name it with \
         --server"
    )]
    NoServer(String),
    /// The server exited, or did not answer in time.
    #[error("the server did not start; what it said:\n{0}")]
    NotStarted(String),
    /// The server gave an unexpected answer.
    #[error("{call} was answered with {status}: {body}")]
    Refused {
        /// What was called.
        call: String,
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// An answer that this tool cannot read.
    #[error("an answer could not be read: {0}")]
    Unreadable(String),
    /// The private PostgreSQL server could not be started.
    #[error("no PostgreSQL: {0}. Name one with --postgres-url, or measure --database sqlite")]
    NoPostgres(String),
    /// The bare database next to the server failed.
    #[error("the database: {0}")]
    Database(String),
    /// The data could not be prepared.
    #[error("the data could not be prepared: {0}")]
    NotPrepared(String),
    /// A forbidden event during a soak.
    #[error("the soak failed: {0}")]
    Failed(String),
    /// A push costs more statements than allowed.
    #[error("a push costs more statements than it may: {0}")]
    TooManyStatements(String),
}

impl From<diesel::result::Error> for BenchError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<diesel::ConnectionError> for BenchError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Database(error.to_string())
    }
}

/// Names the operation when input or output failed.
pub(crate) fn while_doing(what: &'static str) -> impl Fn(io::Error) -> BenchError {
    move |error| BenchError::Io(what, error)
}
