//! 8. Devices converge.

use ruhu_device::{Counted, Fault, Random, TestDevice};
use ruhu_tests::edits::{document, household};
use ruhu_tests::random::act;
use ruhu_tests::{Field, Server, Tablet, on_both_databases, tables};

on_both_databases! {
    after_random_edits_on_bad_lines_all_tablets_and_the_server_have_equal_digests,
    a_tablet_whose_copy_drifted_finds_out_and_repairs_itself,
    a_tablet_that_lost_a_row_or_dreamt_one_up_repairs_itself,
    a_tablet_with_a_refused_cursor_reads_everything_again,
}

#[track_caller]
fn agrees(tablet: &mut Tablet) {
    let report = tablet.sync().expect("synced");
    assert!(report.pull.streams.iter().all(|stream| stream.agrees), "{report:?}");
    assert!(report.pull.reread.is_empty(), "{report:?}");
    assert!(tablet.memory().outbox().is_empty());
}

/// Plans a bad line for the next calls.
fn spoil(tablet: &mut Tablet, random: &mut Random) {
    let faults = [Fault::Pass, Fault::LoseRequest, Fault::LoseResponse, Fault::Duplicate];
    let plan: Vec<Fault> = (0..4).map(|_| random.pick(&faults)).collect();
    tablet.transport_mut().script(plan);
}

fn after_random_edits_on_bad_lines_all_tablets_and_the_server_have_equal_digests(server: Server) {
    for seed in 0..3 {
        let mut random = Random::new(seed);
        let mut tablets = ["worker_a", "worker_a2", "worker_a"].map(|login| server.tablet(login));
        for tablet in &mut tablets {
            tablet.settings_mut().pull_limit = Some(4);
        }
        for _ in 0..40 {
            let tablet = &mut tablets[random.index(3)];
            act(tablet, &mut random);
            if random.below(3) == 0 {
                spoil(tablet, &mut random);
                // On a dead line it stays unsent, and goes another time.
                drop(tablet.sync());
                tablet.transport_mut().heal();
            }
        }
        for tablet in &mut tablets {
            tablet.sync().expect("synced");
        }
        tablets.iter_mut().for_each(agrees);
        let (head, stored) = tables::stream(&server, Field::CASELOAD_A);
        let head = head.expect("a stream");
        assert_eq!(tables::recount(&stored), (head.count, head.digest), "seed {seed}");
        let rows = tablets.map(|tablet| {
            let rows = tablet.memory().rows().values();
            rows.filter(|r| r.stream == Field::CASELOAD_A).cloned().collect::<Vec<_>>()
        });
        assert!(rows[0] == rows[1] && rows[0].len() == stored.len(), "seed {seed}");
    }
}

/// A tablet with two households.
fn holding_two(server: &Server) -> Tablet {
    let mut tablet = server.tablet("worker_a");
    for name in ["测甲", "测试乙"] {
        tablet.create("household", None, document(&household(name))).expect("kept");
    }
    agrees(&mut tablet);
    tablet
}

/// The tablet with its memory as this makes it.
fn damaged(server: &Server, tablet: &Tablet, damage: impl FnOnce(String) -> String) -> Tablet {
    let saved = tablet.save().expect("saved");
    let broken = damage(saved.clone());
    assert_ne!(broken, saved, "the damage does something");
    TestDevice::restore(&broken, server.line(), Counted::new(server.seed())).expect("restored")
}

#[track_caller]
fn repairs_itself(mut tablet: Tablet) {
    let report = tablet.sync().expect("synced");
    assert_eq!(report.pull.reread, [Field::CASELOAD_A]);
    assert!(report.pull.streams.iter().all(|stream| stream.agrees), "{report:?}");
    let names: Vec<_> =
        tablet.records("household").iter().map(|v| v.document["head_name"].clone()).collect();
    assert_eq!(names, ["测甲".into(), "测试乙".into()]);
    agrees(&mut tablet);
}

fn a_tablet_whose_copy_drifted_finds_out_and_repairs_itself(server: Server) {
    let tablet = holding_two(&server);
    // The rows' content changes, their revs do not.
    let drifted = damaged(&server, &tablet, |saved| {
        let (before, rows) = saved.split_once("\"rows\":").expect("rows");
        format!("{before}\"rows\":{}", rows.replace("测试乙", "测试己"))
    });
    repairs_itself(drifted);
}

fn a_tablet_that_lost_a_row_or_dreamt_one_up_repairs_itself(server: Server) {
    let tablet = holding_two(&server);
    let edit = |saved: String, change: &dyn Fn(&mut serde_json::Map<String, serde_json::Value>)| {
        let mut memory: serde_json::Value = serde_json::from_str(&saved).expect("json");
        change(memory["rows"].as_object_mut().expect("rows"));
        memory.to_string()
    };
    repairs_itself(damaged(&server, &tablet, |saved| {
        edit(saved, &|rows| {
            let first = rows.keys().next().expect("a row").clone();
            rows.remove(&first);
        })
    }));
    repairs_itself(damaged(&server, &tablet, |saved| {
        edit(saved, &|rows| {
            let mut dreamt = rows.values().next().expect("a row").clone();
            let name = serde_json::json!(ruhu_tests::edits::record(0xD));
            dreamt["record"] = name.clone();
            rows.insert(name.as_str().expect("a name").to_owned(), dreamt);
        })
    }));
}

fn a_tablet_with_a_refused_cursor_reads_everything_again(server: Server) {
    let tablet = holding_two(&server);
    let cursor = tablet.memory().cursor().expect("a cursor").to_owned();
    let mut broken = damaged(&server, &tablet, |saved| saved.replace(&cursor, &cursor[1..]));
    agrees(&mut broken);
    assert_eq!(broken.records("household").len(), 2);
}
