//! The HTTP service: routes, authority, problems, settings.

pub mod app;
pub mod areas;
pub mod auth;
pub mod backup;
pub mod body;
pub mod clock;
pub mod ending;
pub mod etag;
pub mod forms;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod kinds;
pub mod limits;
pub mod live;
pub mod metrics;
pub mod middleware;
mod openapi;
pub mod page;
mod paging;
pub mod problem;
pub mod recorded;
pub mod routes;
pub mod service;
pub mod settings;
