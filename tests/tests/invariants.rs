//! What is true of the database after whatever was pushed.

use ruhu_casework::grants::user_stream;
use ruhu_device::Random;
use ruhu_sync::id::StreamId;
use ruhu_tests::edits::{new_household, put, record};
use ruhu_tests::random::act;
use ruhu_tests::{Field, Server, on_both_databases, tables};
use serde_json::json;
use std::collections::BTreeMap;

on_both_databases! {
    after_random_pushes_read_models_digests_and_chains_hold,
    building_anew_finds_a_row_that_was_changed_taken_away_or_added_and_repairs_it,
    a_changed_payload_hash_in_the_journal_breaks_the_chain_that_tablets_have_witnessed,
}

/// Random work on three tablets, with the chain's links as they were acknowledged.
fn work(server: &Server, seed: u64) -> Vec<(ruhu_tests::Tablet, BTreeMap<u64, String>)> {
    let mut random = Random::new(seed);
    let mut tablets: Vec<_> = ["worker_a", "worker_a2", "worker_b"]
        .map(|login| (server.tablet(login), BTreeMap::new()))
        .into();
    for _ in 0..50 {
        let n = random.index(3);
        let (tablet, links) = &mut tablets[n];
        act(tablet, &mut random);
        if random.below(2) == 0 {
            tablet.sync().expect("synced");
            if let Some(link) = tablet.memory().witness() {
                links.insert(link.through.0, link.chain.clone());
            }
        }
    }
    for (tablet, _) in &mut tablets {
        tablet.sync().expect("synced");
    }
    tablets
}

fn after_random_pushes_read_models_digests_and_chains_hold(server: Server) {
    for seed in 0..3 {
        for (tablet, acknowledged) in work(&server, seed) {
            let device = tablet.memory().device().expect("enrolled");
            let links = tables::follow_chain(&server, device);
            for (through, link) in acknowledged.iter().filter(|(through, _)| **through > 0) {
                let at = usize::try_from(through - 1).expect("small");
                assert_eq!(&links[at], link, "the link after edit {through}");
            }
        }
        let report = server.store().rebuild().expect("rebuilt");
        assert_eq!(report.differences(), 0, "{report:?}");
        assert!(
            report.tables["household_row"].rows > 0 && report.tables["assessment_row"].rows > 0
        );

        let own = ["worker_a", "worker_b"].map(|login| user_stream(Field::user(login)));
        let streams: [StreamId; 4] = [Field::CASELOAD_A, Field::CASELOAD_B, own[0], own[1]];
        for stream in streams {
            let (head, records) = tables::stream(&server, stream);
            let (count, digest) = tables::recount(&records);
            assert_eq!(
                head.map_or((0, Default::default()), |h| (h.count, h.digest)),
                (count, digest)
            );
            let last = records.last().and_then(|r| r["seq"].as_u64()).unwrap_or(0);
            assert_eq!(head.map_or(0, |h| h.head.0), last, "the head is the last record's place");
        }
        // Each version of each record was made by one edit of the journal.
        let versions = "SELECT CAST(coalesce(sum(rev_number), 0) AS TEXT) AS value FROM record";
        let made =
            "SELECT CAST(count(*) AS TEXT) AS value FROM journal WHERE rev_number IS NOT NULL";
        assert_eq!(tables::texts(&server, versions), tables::texts(&server, made));
    }
}

fn building_anew_finds_a_row_that_was_changed_taken_away_or_added_and_repairs_it(server: Server) {
    let mut hand = server.hand("worker_a");
    hand.outcomes([new_household(1), new_household(2)]);
    for broken in ["UPDATE household_row SET head_name_masked = '?'", "DELETE FROM household_row"] {
        tables::run(&server, broken);
        let found = server.store().rebuild().expect("rebuilt");
        assert_eq!(found.differences(), 2, "{broken}: {found:?}");
        assert_eq!(server.store().rebuild().expect("rebuilt").differences(), 0);
    }
}

fn a_changed_payload_hash_in_the_journal_breaks_the_chain_that_tablets_have_witnessed(
    server: Server,
) {
    let mut hand = server.hand("worker_a");
    hand.take(new_household(1));
    hand.take(put(record(1), "household", "0", json!({"notes": "一"})));
    let device = hand.device;
    let whole = tables::follow_chain(&server, device);
    assert_eq!(hand.push(&[]).expect(200).json()["chain"], json!(whole[1]));
    // Somebody makes the outcome of edit 1 another.
    tables::run(
        &server,
        "UPDATE journal SET outcome = replace(outcome, 'applied', 'merged') WHERE device_seq = 1",
    );
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        tables::follow_chain(&server, device)
    }));
    assert!(broken.is_err(), "the chain still holds");
}
