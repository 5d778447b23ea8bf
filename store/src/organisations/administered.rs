//! Who administers whom, as a condition of lists. `casework::administration` has the rule; this is
//! the same rule in SQL, so that pages are cut after it.

use super::within::inside;
use crate::Tx;
use crate::audit::Thing;
use crate::schema::account;
use crate::values::Name;
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use ruhu_casework::administration::{Ties, Within};
use ruhu_sync::id::UserId;
use ruhu_sync::storage::Stored;

const OFFICES: &str = "SELECT 1 FROM office AS o WHERE o.account = account.id";
const TEAMS: &str = "SELECT 1 FROM membership AS m JOIN caseload AS t ON t.id = m.caseload \
    WHERE m.account = account.id";

/// [`Ties::are_known`], of the account of the row.
pub(crate) fn is_known(within: &Within) -> SqlLiteral<Bool> {
    let (office, team) = (inside("o.area", within), inside("t.area", within));
    let made = inside("account.made_in", within);
    sql(&format!(
        "(EXISTS ({OFFICES} AND {office}) OR EXISTS ({TEAMS} AND {team}) \
         OR ({made} AND NOT EXISTS ({OFFICES}) AND NOT EXISTS ({TEAMS})))"
    ))
}

/// [`Ties::are_administered`], of the account of the row.
pub(crate) fn is_administered(within: &Within) -> String {
    let (office, team) = (inside("o.area", within), inside("t.area", within));
    let made = inside("account.made_in", within);
    format!(
        "(NOT EXISTS ({OFFICES} AND NOT {office}) AND NOT EXISTS ({TEAMS} AND NOT {team}) \
         AND ({made} OR EXISTS ({OFFICES}) OR EXISTS ({TEAMS})))"
    )
}

impl Tx {
    /// The areas that a person is tied to; none if there is no such account.
    pub fn ties_of(&mut self, user: UserId) -> Stored<Option<Ties>> {
        let made_in: Option<String> = self.run(|connection| {
            let query = account::table.find(user.fixed()).select(account::made_in);
            on_both!(connection, |c| query.first(c).optional())
        })?;
        let Some(made_in) = made_in else {
            return Ok(None);
        };
        Ok(Some(Ties { places: self.areas_of(user)?, made_in }))
    }

    /// Records the area for which an account was made.
    pub fn make_account_for(&mut self, user: UserId, area: &str) -> Stored<()> {
        self.must_write()?;
        self.touch(Thing::Account, user.0);
        self.run(|connection| {
            let query =
                diesel::update(account::table.find(user.fixed())).set(account::made_in.eq(area));
            on_both!(connection, |c| query.execute(c))
        })?;
        Ok(())
    }
}
