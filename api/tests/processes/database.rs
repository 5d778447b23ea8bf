//! Which database a test is on.

use crate::postgres::Postgres;
use crate::service::Ruhu;

/// A service, and the PostgreSQL server that is its own, if it is on one.
pub(crate) struct Site {
    // Dropped in this order.
    pub(crate) ruhu: Ruhu,
    pub(crate) postgres: Option<Postgres>,
}

impl Site {
    pub(crate) fn sqlite() -> Self {
        Self { ruhu: Ruhu::on(None), postgres: None }
    }

    pub(crate) fn postgres() -> Self {
        let postgres = Postgres::start();
        Self { ruhu: Ruhu::on(Some(postgres.url())), postgres: Some(postgres) }
    }
}
