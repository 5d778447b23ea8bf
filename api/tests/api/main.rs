//! The service as its clients meet it.

mod authority;
mod http;
mod log;
mod openapi;
mod running;
mod session;
mod support;
