//! The foundation of the end-to-end tests: the real service in this process, on either database,
//! with a small field of people, and tablets and handwritten requests that talk to it over HTTP.
//!
//! ```no_run
//! use ruhu_tests::{Database, Server};
//!
//! let server = Server::on(Database::Sqlite);
//! let mut tablet = server.tablet("worker_a");
//! tablet.sync().expect("synced");
//! ```

mod contract;
mod database;
pub mod edits;
mod field;
mod hand;
mod hex;
mod http;
pub mod random;
mod restore;
pub mod sealed;
mod server;
pub mod simulated;
pub mod tables;
mod writers;

pub use contract::resolved;
pub use database::{Database, Empty};
pub use field::{AREA_HERE, AREA_THERE, Field, PASSWORD};
pub use hand::{Hand, verdict};
pub use http::{Call, Reply};
pub use restore::{Copy, LookedAt, put_in_place};
pub use server::{METRICS_TOKEN, NOON, Server, Tablet};
pub use writers::{Writer, Writers};

/// Makes each named function of the module two tests, one on SQLite and one on PostgreSQL. The
/// function takes the [`Server`].
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident,)*) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::$name($crate::Server::on($crate::Database::Sqlite));
            })*
        }

        mod postgres {
            $(#[test]
            fn $name() {
                super::$name($crate::Server::on($crate::Database::Postgres));
            })*
        }
    };
}
