//! The HTTP service and the `ruhu` command: routes, authority, problems, settings.

pub mod app;
pub mod areas;
pub mod auth;
pub mod backup;
pub mod body;
pub mod clock;
pub mod command;
pub mod demo;
pub mod desk;
pub mod devices;
pub mod etag;
pub mod forms;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod live;
pub mod metrics;
pub mod middleware;
pub mod openapi;
pub mod organisations;
mod page;
pub mod problem;
pub mod routes;
pub mod service;
pub mod settings;
pub mod tables;
