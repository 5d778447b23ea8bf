//! `/v1/me/devices` and `/v1/admin/devices`.

use ruhu_tests::edits::new_household;
use ruhu_tests::{Field, Hand, PASSWORD, Server, on_both_databases};
use serde_json::{Value, json};
use uuid::Uuid;

on_both_databases! {
    a_person_sees_the_own_devices_and_nobody_elses,
    a_revoked_device_is_signed_out_and_signs_in_again_with_all_it_has,
    what_is_signed_out_twice_within_a_second_is_signed_out,
    a_device_reported_lost_is_told_to_erase_and_nobody_signs_in_on_it,
    a_device_that_was_found_goes_on_where_it_stood,
    nobody_but_an_administrator_reaches_another_persons_device,
    an_administrator_lists_everybodys_devices_page_by_page_in_order,
    a_cursor_of_another_list_is_refused_in_words,
}

fn devices(hand: &Hand, path: &str) -> Vec<Value> {
    let list = hand.call("GET", path).send().expect(200).json();
    list["devices"].as_array().expect("a list").clone()
}

fn act(hand: &Hand, device: &Hand, path: &str, act: &str) -> ruhu_tests::Reply {
    hand.call("POST", &format!("{path}/{}/{act}", device.device)).send()
}

fn a_person_sees_the_own_devices_and_nobody_elses(server: Server) {
    let mut one = server.hand("worker_a");
    let other = server.hand("worker_a");
    server.hand("worker_a2");
    one.take(new_household(1));
    other.call("DELETE", "/v1/session").send().expect(204);
    let mut seen = devices(&one, "/v1/me/devices");
    seen.sort_by_key(|device| device["is_this"] != true);
    assert_eq!(seen.len(), 2);
    let (this, that) = (&seen[0], &seen[1]);
    assert_eq!((&this["id"], &this["is_this"]), (&json!(one.device), &json!(true)));
    assert_eq!((&this["name"], &this["edits_received"]), (&json!("手工"), &json!(1)));
    assert_eq!(this["enrolled_at"], "2026-11-23T12:00:00+08:00");
    assert_eq!(this["signed_in_at"], "2026-11-23T12:00:00+08:00");
    assert_eq!(this["person"]["login"], "worker_a");
    assert_eq!((&that["id"], &that["is_this"]), (&json!(other.device), &json!(false)));
    assert!(that.get("signed_in_at").is_none() && that.get("reported_lost_at").is_none());
}

fn a_revoked_device_is_signed_out_and_signs_in_again_with_all_it_has(server: Server) {
    let desk = server.hand("worker_a");
    let mut tablet = server.tablet("worker_a");
    tablet.create("household", None, Default::default()).expect("kept");
    let device = tablet.memory().device().expect("enrolled");
    server.advance_seconds(5);
    for _ in 0..2 {
        let revoke = format!("/v1/me/devices/{device}/revoke");
        desk.call("POST", &revoke).send().expect(204);
    }
    assert_eq!(tablet.sync(), Err(ruhu_device::DeviceError::SignInNeeded));
    assert_eq!(tablet.memory().outbox().len(), 1);
    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    assert_eq!(tablet.push().expect("pushed").outcomes.len(), 1);
    desk.call("GET", "/v1/me").send().expect(200);
}

fn what_is_signed_out_twice_within_a_second_is_signed_out(server: Server) {
    let first = server.hand("worker_a");
    let again = || Hand::new(&server, "worker_a", Some(first.device.0));
    first.call("DELETE", "/v1/session").send().expect(204);
    for _ in 0..3 {
        let signed_in = again();
        signed_in.call("GET", "/v1/sync").send().expect(200);
        signed_in.call("DELETE", "/v1/session").send().expect(204);
        signed_in.call("GET", "/v1/sync").send().expect_problem(401, "sign-in-required");
    }
    let signed_in = again();
    let administrator = server.hand("admin");
    act(&administrator, &first, "/v1/admin/devices", "report-lost").expect(204);
    act(&administrator, &first, "/v1/admin/devices", "report-found").expect(204);
    signed_in.call("GET", "/v1/sync").send().expect_problem(401, "sign-in-required");
    again().call("GET", "/v1/sync").send().expect(200);
}

fn a_device_reported_lost_is_told_to_erase_and_nobody_signs_in_on_it(server: Server) {
    let desk = server.hand("worker_a");
    let lost = server.hand("worker_a");
    act(&desk, &lost, "/v1/me/devices", "revoke").expect(204);
    act(&desk, &lost, "/v1/me/devices", "report-lost").expect(204);
    let refused = lost.call("GET", "/v1/sync").send().expect_problem(403, "device-lost");
    let words = refused.json()["detail"].as_str().expect("words").to_owned();
    assert!(words.contains("清除本机上的全部资料"), "{words}");
    // Its access token runs out; its refresh token, revoked before, still brings it the news.
    server.advance_seconds(3600);
    lost.call("GET", "/v1/sync").send().expect_problem(401, "access-token-expired");
    let shown = json!({"refresh_token": lost.refresh_token});
    let refresh = server.call("POST", "/v1/session/refresh").json(&shown).send();
    refresh.expect_problem(403, "device-lost");
    let again = json!({"login": "worker_a", "password": PASSWORD,
        "device": {"id": lost.device, "name": "平板"}});
    let sign_in = server.call("POST", "/v1/session").json(&again).send();
    sign_in.expect_problem(403, "device-lost");
    let desk = Hand::new(&server, "worker_a", Some(desk.device.0));
    let seen = devices(&desk, "/v1/me/devices");
    let seen = seen.iter().find(|device| device["id"] == json!(lost.device)).expect("listed");
    assert_eq!(seen["reported_lost_at"], "2026-11-23T12:00:00+08:00");
}

fn a_device_that_was_found_goes_on_where_it_stood(server: Server) {
    let (desk, admin) = (server.hand("worker_a"), server.hand("admin"));
    let mut tablet = server.tablet("worker_a");
    tablet.create("household", None, Default::default()).expect("kept");
    let device = tablet.memory().device().expect("enrolled");
    desk.call("POST", &format!("/v1/me/devices/{device}/report-lost")).send().expect(204);
    assert_eq!(tablet.sync(), Err(ruhu_device::DeviceError::ReportedLost));
    // Its owner cannot take that back: whoever holds the tablet may be the owner to it.
    let found = |hand: &Hand, path: &str| {
        hand.call("POST", &format!("{path}/{device}/report-found")).send()
    };
    found(&desk, "/v1/me/devices").expect_problem(404, "not-found");
    found(&desk, "/v1/admin/devices").expect_problem(403, "not-permitted");
    found(&admin, "/v1/admin/devices").expect(204);
    assert_eq!(tablet.sync(), Err(ruhu_device::DeviceError::SignInNeeded));
    tablet.sign_in("worker_a", PASSWORD, "平板").expect("signed in");
    assert_eq!(tablet.push().expect("pushed").outcomes.len(), 1);
}

fn nobody_but_an_administrator_reaches_another_persons_device(server: Server) {
    let (other, admin) = (server.hand("worker_a2"), server.hand("admin"));
    let hand = server.hand("worker_a");
    for what in ["revoke", "report-lost"] {
        act(&other, &hand, "/v1/me/devices", what).expect_problem(404, "not-available");
        act(&admin, &hand, "/v1/me/devices", what).expect_problem(404, "not-available");
        act(&other, &hand, "/v1/admin/devices", what).expect_problem(403, "not-permitted");
        let nobodys = format!("/v1/admin/devices/{}/{what}", Uuid::from_u128(7));
        admin.call("POST", &nobodys).send().expect_problem(404, "not-available");
    }
    hand.call("GET", "/v1/me").send().expect(200);
    other.call("GET", "/v1/admin/devices").send().expect_problem(403, "not-permitted");
    act(&admin, &hand, "/v1/admin/devices", "revoke").expect(204);
    hand.call("GET", "/v1/me").send().expect_problem(401, "sign-in-required");
    act(&admin, &hand, "/v1/admin/devices", "report-lost").expect(204);
    hand.call("GET", "/v1/me").send().expect_problem(403, "device-lost");
}

fn an_administrator_lists_everybodys_devices_page_by_page_in_order(server: Server) {
    let admin = server.hand("admin");
    let others = [server.hand("worker_a"), server.hand("worker_b"), server.hand("worker_b")];
    let all = devices(&admin, "/v1/admin/devices");
    assert_eq!(all.len(), 4);
    let id = |device: &Value| device["id"].as_str().expect("an id").to_owned();
    assert!(all.windows(2).all(|two| id(&two[0]) < id(&two[1])));
    for limit in [1, 3, 4] {
        assert_eq!(admin.pages("/v1/admin/devices", "devices", limit).concat(), all, "{limit}");
    }
    let person = Field::user("worker_b").0;
    let theirs = devices(&admin, &format!("/v1/admin/devices?person={person}"));
    let theirs: Vec<_> = theirs.iter().map(id).collect();
    let mut expected = vec![others[1].device.to_string(), others[2].device.to_string()];
    expected.sort();
    assert_eq!(theirs, expected);
    let path = format!("/v1/admin/devices?person={person}");
    let by_one: Vec<_> = admin.pages(&path, "devices", 1).concat().iter().map(id).collect();
    assert_eq!(by_one, expected, "the filter holds on every page");
    for nonsense in ["person=x", "after=x", "limit=0", "limit=201"] {
        let refused = admin.call("GET", &format!("/v1/admin/devices?{nonsense}")).send();
        refused.expect_problem(400, "invalid-request");
    }
}

fn a_cursor_of_another_list_is_refused_in_words(server: Server) {
    let admin = server.hand("admin");
    server.hand("worker_a");
    let page = admin.call("GET", "/v1/admin/devices?limit=1").send().expect(200).json();
    let next = page["next"].as_str().expect("more than one device");
    for list in ["/v1/me/devices", "/v1/organisations/accounts", "/v1/organisations/bans"] {
        let refused = admin.call("GET", &format!("{list}?after={next}")).send();
        let told = refused.expect_problem(400, "invalid-request").json();
        assert!(told["detail"].as_str().is_some_and(|said| said.contains("next")), "{told}");
    }
}
