//! Which database a test is on.

use crate::disk::Disk;
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

    /// The service's files are on this disk.
    pub(crate) fn sqlite_on(disk: &Disk) -> Self {
        let mut site = Self::sqlite();
        for (variable, value) in disk.variables() {
            site.ruhu.set(variable, value);
        }
        site
    }

    pub(crate) fn postgres() -> Self {
        Self::over(Postgres::start(&[]))
    }

    /// The server's files are on this disk.
    pub(crate) fn postgres_on(disk: &Disk) -> Self {
        Self::over(Postgres::start(&disk.variables()))
    }

    fn over(postgres: Postgres) -> Self {
        Self { ruhu: Ruhu::on(Some(postgres.url())), postgres: Some(postgres) }
    }

    fn server(&self) -> &Postgres {
        self.postgres.as_ref().expect("a server of its own")
    }

    pub(crate) fn kill_postgres(&self) {
        self.server().kill();
    }

    pub(crate) fn resume_postgres(&self) {
        self.server().resume();
    }

    pub(crate) fn halt_postgres(&self) {
        self.server().halt();
    }

    pub(crate) fn let_postgres_go_on(&self) {
        self.server().go_on();
    }
}
