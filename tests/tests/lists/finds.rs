//! A find waits at the desk of its place, whoever reported it.

use ruhu_casework::facts::{Office, Role};
use ruhu_tests::edits::{put, put_under, record};
use ruhu_tests::{AREA_THERE, Field, Hand, Server, on_both_databases};
use serde_json::{Value, json};
use uuid::Uuid;

on_both_databases! {
    a_find_is_listed_at_the_street_and_the_district_of_its_place,
    a_find_without_a_community_stays_where_its_reporter_works,
    a_find_changes_desks_when_its_community_is_corrected,
    staff_of_its_place_read_a_find_whole_and_nobody_elses_do,
    nobody_is_shown_the_own_finds_at_the_desk,
    after_any_number_of_newer_finds_the_oldest_one_comes_first,
}

const HERE: &str = "110102003001";
const THERE: &str = "110105001001";

fn find(n: u128, community: Option<&str>) -> Value {
    let mut document = json!({"status": "reported", "found_at": "2026-11-23T09:30:00+08:00",
        "place": "虚拟胡同2号楼前", "category": "acute_illness", "urgency": "urgent",
        "description": "老人摔倒，无人照看。"});
    if let Some(code) = community {
        document["community_code"] = json!(code);
    }
    put(record(n), "find", "0", document)
}

fn listed(desk: &Hand) -> Vec<Value> {
    let finds = desk.listed("/v1/desk/finds", "finds");
    finds.iter().map(|find| find["record"].clone()).collect()
}

fn read(desk: &Hand, n: u128) -> ruhu_tests::Reply {
    desk.call("GET", &format!("/v1/desk/finds/{}", record(n))).send()
}

/// How many finds each of these has at the desk.
fn counts(server: &Server, logins: [&str; 4]) -> [usize; 4] {
    logins.map(|login| listed(&server.hand(login)).len())
}

const DESKS: [&str; 4] = ["reviewer_here", "district_here", "reviewer_there", "district_there"];

fn a_find_is_listed_at_the_street_and_the_district_of_its_place(server: Server) {
    server.hand("committee").take(find(7, Some(THERE)));
    server.hand("worker_a").take(find(8, Some(HERE)));
    assert_eq!(counts(&server, DESKS), [1, 1, 1, 1]);
    for login in ["reviewer_there", "district_there"] {
        assert_eq!(listed(&server.hand(login)), [json!(record(7))], "{login}");
    }
}

fn a_find_without_a_community_stays_where_its_reporter_works(server: Server) {
    server.hand("committee").take(find(7, None));
    server.hand("worker_a").take(find(8, None));
    assert_eq!(counts(&server, DESKS), [2, 2, 0, 0]);
    read(&server.hand("reviewer_here"), 7).expect(200);
    read(&server.hand("reviewer_there"), 7).expect_problem(404, "not-available");
}

fn a_find_changes_desks_when_its_community_is_corrected(server: Server) {
    let mut reporter = server.hand("committee");
    let rev = reporter.take(find(7, Some(HERE)));
    assert_eq!(counts(&server, DESKS), [1, 1, 0, 0]);
    let corrected = json!({"community_code": THERE});
    let rev = reporter.take(put(record(7), "find", &rev, corrected));
    assert_eq!(counts(&server, DESKS), [0, 0, 1, 1]);
    reporter.take(put(record(7), "find", &rev, json!({"community_code": null})));
    assert_eq!(counts(&server, DESKS), [1, 1, 0, 0]);
    assert!(reporter.held().iter().any(|held| held["record"] == json!(record(7))));
    assert_eq!(server.store().rebuild().expect("rebuilt").differences(), 0);
}

fn staff_of_its_place_read_a_find_whole_and_nobody_elses_do(server: Server) {
    let mut reporter = server.hand("committee");
    let rev = reporter.take(find(7, Some(THERE)));
    reporter.take(put(record(7), "find", &rev, json!({"wish": "希望送医。"})));
    let photo = json!({"category": "scene", "caption": "楼前", "media_type": "image/jpeg",
        "size_bytes": 12, "sha256": "0".repeat(64)});
    reporter.take(put_under(record(7), record(8), "attachment", "0", photo));
    let window = Office {
        role: Role::StreetWindow,
        area: AREA_THERE.to_owned(),
        first_day: "2026-01-01".parse().expect("a day"),
        last_day: None,
    };
    let office = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_00FF_0001);
    let given = server.store().write(|tx| tx.add_office(office, Field::user("auditor"), &window));
    given.expect("written");
    for login in ["reviewer_there", "district_there", "auditor"] {
        let seen = read(&server.hand(login), 7).expect(200).json();
        let document = &seen["record"]["document"];
        assert_eq!(document["description"], json!("老人摔倒，无人照看。"), "{login}");
        assert_eq!(document["wish"], json!("希望送医。"));
        let history = seen["history"].as_array().expect("a history");
        assert_eq!(history.len(), 2);
        assert_eq!(history[1]["user_name"], json!("测试committee"));
        let attachments = seen["attachments"].as_array().expect("a list");
        assert_eq!(attachments.len(), 1);
        assert_eq!(attachments[0]["document"]["caption"], json!("楼前"));
    }
    for login in ["reviewer_here", "district_here"] {
        let hidden = read(&server.hand(login), 7).expect_problem(404, "not-available").json();
        let never = read(&server.hand(login), 99).expect_problem(404, "not-available").json();
        assert_eq!((&hidden["type"], &hidden["detail"]), (&never["type"], &never["detail"]));
    }
    for login in ["committee", "worker_a", "admin"] {
        read(&server.hand(login), 7).expect_problem(403, "not-permitted");
    }
}

fn nobody_is_shown_the_own_finds_at_the_desk(server: Server) {
    let reviewer = Office {
        role: Role::StreetReviewer,
        area: "110102003".to_owned(),
        first_day: "2026-01-01".parse().expect("a day"),
        last_day: None,
    };
    let office = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_00FF_0002);
    let user = Field::user("committee");
    server.store().write(|tx| tx.add_office(office, user, &reviewer)).expect("written");
    let mut both = server.hand("committee");
    both.take(find(7, Some(HERE)));
    both.take(find(8, None));
    assert_eq!(listed(&both), [json!(null); 0]);
    read(&both, 7).expect_problem(404, "not-available");
    assert_eq!(listed(&server.hand("reviewer_here")).len(), 2);
}

fn after_any_number_of_newer_finds_the_oldest_one_comes_first(server: Server) {
    let mut reporter = server.hand("committee");
    reporter.take(find(1_000, Some(HERE)));
    for from in [10, 115] {
        server.advance_seconds(60);
        // With a community and without, at one moment.
        reporter.outcomes((from..from + 105).map(|n| find(n, (n % 2 == 0).then_some(HERE))));
    }
    let desk = server.hand("reviewer_here");
    let all: Vec<_> = [1_000].into_iter().chain(10..220).map(|n| json!(record(n))).collect();
    for limit in [10, 105, 200] {
        let read = desk.pages("/v1/desk/finds?status=reported", "finds", limit).concat();
        let names: Vec<_> = read.iter().map(|find| find["record"].clone()).collect();
        assert_eq!(names, all, "by {limit}");
    }
    assert!(desk.listed("/v1/desk/finds?status=closed", "finds").is_empty());
}
