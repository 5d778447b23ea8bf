//! Rights, from contracts, bans, memberships, caseloads and offices in their tables.

use crate::bench::on_both_databases;
use crate::databases::Database;
use crate::world::*;
use ruhu_casework::grants::{REFERENCE_STREAM, user_stream};
use ruhu_sync::grants::{Grants, StreamKind};
use ruhu_sync::id::{Instant, StreamId, UserId};
use ruhu_sync::storage::ReadTx;
use uuid::Uuid;

on_both_databases! {
    a_person_without_an_account_or_with_one_switched_off_is_closed,
    a_worker_holds_the_caseloads_of_the_team_while_all_dates_hold,
    a_worker_whose_account_is_switched_off_is_closed_and_the_team_is_known,
    a_banned_providers_workers_hold_nothing,
    a_reviewer_reaches_the_streams_inside_the_own_area_and_no_tablet_holds_them,
    an_office_for_the_whole_city_reaches_everything,
    a_role_of_a_later_version_gives_nothing,
}

const MARCH_1: Instant = Instant(1_772_330_400_000_000);
const DAY_US: i64 = 86_400_000_000;

fn on_day(n: i64) -> Instant {
    Instant(MARCH_1.0 + n * DAY_US)
}

/// Short ways to fill the tables.
struct Town<'a, D: Database>(&'a D);

impl<D: Database> Town<'_, D> {
    fn id(&self, n: u128) -> String {
        self.0.bytes(Uuid::from_u128(n).as_bytes())
    }

    fn person(&self, user: UserId) {
        self.0.insert_account(user, true);
    }

    fn provider(&self, n: u128) {
        let sql = format!("INSERT INTO provider VALUES ({}, 'x', NULL)", self.id(n));
        self.0.run(&sql);
    }

    fn contract(&self, n: u128, provider: u128, first: &str, last: &str) {
        self.0.run(&format!(
            "INSERT INTO contract VALUES ({}, {}, '110102', '{first}', '{last}', NULL)",
            self.id(n),
            self.id(provider)
        ));
    }

    fn caseload(&self, stream: StreamId, contract: u128, area: &str) {
        self.0.run(&format!(
            "INSERT INTO caseload VALUES ({}, {}, '{area}', 'x')",
            self.0.bytes(stream.as_bytes()),
            self.id(contract)
        ));
    }

    fn member(&self, n: u128, user: UserId, caseload: StreamId, first: &str, last: &str) {
        self.0.run(&format!(
            "INSERT INTO membership VALUES ({}, {}, {}, '{first}', {last})",
            self.id(n),
            self.0.bytes(user.as_bytes()),
            self.0.bytes(caseload.as_bytes())
        ));
    }

    fn office(&self, n: u128, user: UserId, role: &str, area: &str) {
        self.person(user);
        self.0.run(&format!(
            "INSERT INTO office VALUES ({}, {}, '{role}', '{area}', '2026-01-01', NULL)",
            self.id(n),
            self.0.bytes(user.as_bytes())
        ));
    }

    fn grants(&self, user: UserId, at: Instant) -> Grants {
        let store = self.0.store();
        store.read(|tx| tx.grants(user, at)).expect("grants")
    }

    /// The caseloads and own streams of others that the person reaches.
    fn reached(&self, user: UserId, at: Instant) -> Vec<StreamId> {
        let own = [user_stream(user), REFERENCE_STREAM];
        let grants = self.grants(user, at);
        let streams = grants.streams.into_keys();
        streams.filter(|stream| !own.contains(stream)).collect()
    }
}

fn a_person_without_an_account_or_with_one_switched_off_is_closed(database: &impl Database) {
    let town = Town(database);
    assert!(town.grants(user_id(1), MARCH_1).closed);
    database.insert_account(user_id(2), false);
    assert!(town.grants(user_id(2), MARCH_1).closed);
    town.person(user_id(3));
    let new = town.grants(user_id(3), MARCH_1);
    assert!(!new.closed);
    assert_eq!(new.streams.len(), 2);
}

fn a_worker_holds_the_caseloads_of_the_team_while_all_dates_hold(database: &impl Database) {
    let town = Town(database);
    let worker = user_id(1);
    town.person(worker);
    town.provider(1);
    town.contract(1, 1, "2026-03-02", "2026-03-20");
    town.contract(2, 1, "2026-01-01", "2026-12-31");
    for (n, contract) in [(1, 1), (2, 2), (3, 2)] {
        town.caseload(stream_id(n), contract, "110102003");
    }
    town.member(1, worker, stream_id(1), "2026-01-01", "NULL");
    town.member(2, worker, stream_id(2), "2026-03-05", "'2026-03-10'");
    for (day, expected) in
        [(0, &[][..]), (1, &[1]), (4, &[1, 2]), (9, &[1, 2]), (10, &[1]), (19, &[1]), (20, &[])]
    {
        let expected: Vec<_> = expected.iter().map(|n| stream_id(*n)).collect();
        assert_eq!(town.reached(worker, on_day(day)), expected, "day {day}");
    }
    assert!(town.grants(worker, on_day(20)).closed);
    let held = town.grants(worker, on_day(4)).streams[&stream_id(1)];
    assert!(held.held && held.kind == StreamKind::Caseload);
}

fn a_worker_whose_account_is_switched_off_is_closed_and_the_team_is_known(
    database: &impl Database,
) {
    let town = Town(database);
    let worker = user_id(1);
    database.insert_account(worker, false);
    town.provider(1);
    town.contract(1, 1, "2026-01-01", "2026-12-31");
    town.caseload(stream_id(1), 1, "110102003");
    town.member(1, worker, stream_id(1), "2026-01-01", "NULL");
    let found = town.grants(worker, MARCH_1);
    assert!(found.closed && found.streams.is_empty());
    assert_eq!(found.fallback, Some(stream_id(1)));
}

fn a_banned_providers_workers_hold_nothing(database: &impl Database) {
    let town = Town(database);
    let worker = user_id(1);
    town.person(worker);
    for n in [1, 2] {
        town.provider(n);
        town.contract(n, n, "2026-01-01", "2026-12-31");
        town.caseload(stream_id(n), n, "110102003");
        town.member(n, worker, stream_id(n), "2026-01-01", "NULL");
    }
    for (n, provider, first, last) in
        [(1, 1, "2026-03-03", "2026-03-04"), (2, 1, "2026-03-08", "2029-03-07")]
    {
        database.run(&format!(
            "INSERT INTO provider_ban (id, provider, first_day, last_day, reason) \
             VALUES ({}, {}, '{first}', '{last}', 'x')",
            town.id(n),
            town.id(provider)
        ));
    }
    let both = [stream_id(1), stream_id(2)];
    for (day, expected) in [(1, &both[..]), (2, &both[1..]), (4, &both), (7, &both[1..])] {
        assert_eq!(town.reached(worker, on_day(day)), expected, "day {day}");
    }
}

/// A city with two districts; reporters in two communities, one of them switched off: what that
/// one reported still waits.
fn fill_city<D: Database>(town: &Town<'_, D>) {
    town.provider(1);
    town.contract(1, 1, "2026-01-01", "2026-12-31");
    for (n, area) in [(1, "110102003000"), (2, "110102003"), (3, "110102030"), (4, "110105001")] {
        town.caseload(stream_id(n), 1, area);
    }
    town.office(11, user_id(11), "committee_member", "110102003001");
    town.office(12, user_id(12), "committee_member", "110105001001");
    town.office(13, user_id(13), "committee_member", "110102003002");
    town.office(14, user_id(14), "street_window", "110102003");
    let off = town.0.bytes(user_id(13).as_bytes());
    let no = town.0.is_true(false);
    let sql = format!("UPDATE account SET active = {no} WHERE id = {off}");
    town.0.run(&sql);
}

fn a_reviewer_reaches_the_streams_inside_the_own_area_and_no_tablet_holds_them(
    database: &impl Database,
) {
    let town = Town(database);
    fill_city(&town);
    let reporter = |n| user_stream(user_id(n));
    for (n, area, expected) in [
        (1, "110102003", vec![stream_id(1), stream_id(2), reporter(11), reporter(13)]),
        (2, "110102003000", vec![stream_id(1), stream_id(2), reporter(11), reporter(13)]),
        (
            3,
            "110102000000",
            vec![stream_id(1), stream_id(2), stream_id(3), reporter(11), reporter(13)],
        ),
        (4, "110105001", vec![stream_id(4), reporter(12)]),
        (5, "110108001", vec![]),
        (6, "11010", vec![]),
    ] {
        town.office(n, user_id(n), "street_reviewer", area);
        let mut expected = expected;
        expected.sort();
        assert_eq!(town.reached(user_id(n), MARCH_1), expected, "{area}");
        let grants = town.grants(user_id(n), MARCH_1);
        let held: Vec<_> = grants.held().map(|(stream, _)| stream).collect();
        assert_eq!(held.len(), 2, "only the own stream and the reference data");
    }
    // A committee member has no desk.
    assert_eq!(town.reached(user_id(11), MARCH_1), []);
}

fn an_office_for_the_whole_city_reaches_everything(database: &impl Database) {
    let town = Town(database);
    fill_city(&town);
    town.office(1, user_id(1), "district_reviewer", "");
    assert_eq!(town.reached(user_id(1), MARCH_1).len(), 4 + 3);
}

fn a_role_of_a_later_version_gives_nothing(database: &impl Database) {
    let town = Town(database);
    fill_city(&town);
    town.office(1, user_id(1), "star_reviewer", "110102");
    assert_eq!(town.reached(user_id(1), MARCH_1), []);
}
