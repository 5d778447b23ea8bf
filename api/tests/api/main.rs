//! The service as its clients meet it.

mod authority;
mod backup;
mod demo;
mod http;
mod journal;
mod keys;
mod log;
mod openapi;
mod running;
mod session;
mod support;
mod user;
