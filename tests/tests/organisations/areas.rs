//! Whoever administers a district acts on and sees what is that district's, and of what is another's
//! or the city's hears what is said of things that do not exist.

use crate::desk::Desk;
use ruhu_tests::edits::new_household;
use ruhu_tests::{Field, Hand, Reply, Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    every_act_on_what_is_elsewheres_is_answered_like_one_on_nothing,
    a_list_shows_what_is_known_in_the_own_areas,
    a_districts_ban_holds_in_that_district_and_the_citys_everywhere,
    a_ban_is_lifted_where_it_was_imposed_or_above,
}

const NOBODY: &str = "01920000-0000-7000-8000-00000000dead";

/// An administrator of an area, made by the city's.
pub(crate) fn admin_of(server: &Server, area: &str) -> Desk {
    let city = Desk::new(server, "admin");
    let login = format!("admin_{area}");
    let account = city.account(&login);
    let office =
        json!({"account": account, "role": "admin", "area": area, "first_day": "2026-11-23"});
    city.arrange("offices", &office);
    Desk::new(server, &login)
}

fn device_act(desk: &Desk, device: &str, act: &str) -> Reply {
    desk.0.call("POST", &format!("/v1/admin/devices/{device}/{act}")).send()
}

fn device_of(hand: &Hand) -> String {
    let devices = hand.call("GET", "/v1/me/devices").send().expect(200).json();
    let mut all = devices["devices"].as_array().expect("devices").iter();
    let this = all.find(|device| device["is_this"] == json!(true)).expect("this one");
    this["id"].as_str().expect("an id").to_owned()
}

/// What an answer says, whichever request it answers.
fn said(reply: &Reply) -> (u16, Value) {
    let mut body = reply.json();
    body.as_object_mut().expect("an object").remove("request_id");
    (reply.status, body)
}

fn every_act_on_what_is_elsewheres_is_answered_like_one_on_nothing(server: Server) {
    let city = Desk::new(&server, "admin");
    let here = admin_of(&server, "110102");
    let there = admin_of(&server, "110105");
    let off = json!({"active": false, "reason": "离职"});
    let end = json!({"reason": "测试"});
    let worker = server.hand("worker_a");
    let (tablet, citys_browser) = (device_of(&worker), device_of(&city.0));
    let ban = |area| json!({"provider": Field::PROVIDER, "area": area, "reason": "转包服务"});
    let ban_here = here.arrange("bans", &ban("110102"));
    let ban_city = city.arrange("bans", &ban(""));
    let offices = city.get("offices?limit=100").expect(200).json();
    let office_of = |login: &str| {
        let mut all = offices["offices"].as_array().expect("offices").iter();
        let held = all.find(|one| one["account"] == json!(Field::user(login)));
        held.expect("an office")["id"].as_str().expect("an id").to_owned()
    };
    let (office_here, office_city) = (office_of("reviewer_here"), office_of("admin"));
    let places = here.get("memberships?limit=100").expect(200).json();
    let mut places = places["memberships"].as_array().expect("memberships").iter();
    let place = places.find(|one| one["account"] == json!(Field::user("worker_a")));
    let place = place.expect("a place")["id"].as_str().expect("an id").to_owned();

    // The neighbour on what is here, and each district on what is the city's.
    for (who, device) in [(&there, &tablet), (&there, &citys_browser), (&here, &citys_browser)] {
        for act in ["revoke", "report-lost", "report-found"] {
            let (real, none) = (device_act(who, device, act), device_act(who, NOBODY, act));
            assert_eq!(said(&real), said(&none), "{act}");
            assert_eq!(real.status, 404, "{act}");
        }
        let one = who.0.call("GET", "/v1/admin/devices").send().expect(200);
        assert!(!one.text().contains(device.as_str()));
    }
    let account = |login: &str| format!("accounts/{}/use", Field::user(login));
    let nobodys = format!("accounts/{NOBODY}/use");
    for (who, path, nothing, body) in [
        (&there, account("worker_a"), nobodys.clone(), &off),
        (&there, account("admin"), nobodys.clone(), &off),
        (&here, account("admin"), nobodys, &off),
        (&there, format!("bans/{ban_here}/lift"), format!("bans/{NOBODY}/lift"), &end),
        (&here, format!("bans/{ban_city}/lift"), format!("bans/{NOBODY}/lift"), &end),
        (&there, format!("offices/{office_here}/end"), format!("offices/{NOBODY}/end"), &end),
        (&here, format!("offices/{office_city}/end"), format!("offices/{NOBODY}/end"), &end),
        (&there, format!("memberships/{place}/end"), format!("memberships/{NOBODY}/end"), &end),
        (
            &there,
            format!("contracts/{}/end", Field::CONTRACT),
            format!("contracts/{NOBODY}/end"),
            &end,
        ),
    ] {
        let (real, none) = (who.post(&path, body), who.post(&nothing, body));
        assert_eq!(said(&real), said(&none), "{path}");
        assert_eq!(real.status, 404, "{path}");
    }
    // An office for somebody elsewhere is one for nobody.
    let office = |account: String| {
        json!({"account": account, "role": "committee_member",
        "area": "110105001001", "first_day": "2026-11-23"})
    };
    for login in ["worker_a", "admin"] {
        let real = there.refused("offices", &office(Field::user(login).to_string()));
        assert_eq!(real, there.refused("offices", &office(NOBODY.to_owned())), "{login}");
        assert_eq!(real, ["account_unknown"], "{login}");
    }
    // So is a team under a contract elsewhere, and a place in a team elsewhere.
    let team = |contract: String| json!({"contract": contract, "area": "110105", "name": "一组"});
    let real = there.refused("caseloads", &team(Field::CONTRACT.to_string()));
    assert_eq!(real, there.refused("caseloads", &team(NOBODY.to_owned())));
    let member = |caseload: String| {
        json!({"account": Field::user("reviewer_there"), "caseload": caseload,
            "first_day": "2026-11-23", "education": "college"})
    };
    let real = there.refused("memberships", &member(Field::CASELOAD_A.to_string()));
    assert_eq!(real, there.refused("memberships", &member(NOBODY.to_owned())));
    // Whoever has it in the own area does it.
    device_act(&here, &tablet, "report-lost").expect(204);
    device_act(&here, &tablet, "report-found").expect(204);
    device_act(&here, &tablet, "revoke").expect(204);
    here.arrange(&account("worker_a"), &off);
    device_act(&city, &device_of(&here.0), "revoke").expect(204);
}

fn a_list_shows_what_is_known_in_the_own_areas(server: Server) {
    let (here, there) = (admin_of(&server, "110102"), admin_of(&server, "110105"));
    let logins = |desk: &Desk| -> Vec<String> {
        let found = desk.get("accounts?limit=100").expect(200).json();
        let all = found["accounts"].as_array().expect("accounts").iter();
        let mut all: Vec<_> =
            all.map(|one| one["login"].as_str().expect("a login").to_owned()).collect();
        all.sort();
        all
    };
    let new_there = there.account("new_there");
    assert_eq!(logins(&there), ["admin_110105", "district_there", "new_there", "reviewer_there"]);
    let seen = logins(&here);
    assert!(seen.contains(&"worker_a".to_owned()) && seen.contains(&"auditor".to_owned()));
    for hidden in ["admin", "new_there", "reviewer_there"] {
        assert!(!seen.contains(&hidden.to_owned()), "{hidden}");
    }
    let elsewhere = json!({"login": "stray", "name": "测试甲", "area": "110102",
        "password": ruhu_tests::PASSWORD});
    assert_eq!(there.refused("accounts", &elsewhere), ["outside_your_area"]);
    // The district's auditor reads nothing of what was done there.
    let auditor = Desk::new(&server, "auditor");
    let log = auditor.0.call("GET", "/v1/audit/log").send().expect(200);
    assert!(log.text().contains("signed_in") && !log.text().contains(&new_there));
}

fn a_districts_ban_holds_in_that_district_and_the_citys_everywhere(server: Server) {
    let city = Desk::new(&server, "admin");
    let (here, there) = (admin_of(&server, "110102"), admin_of(&server, "110105"));
    let mut worker = server.hand("worker_a");
    let ban = |reason: &str| json!({"provider": Field::PROVIDER, "reason": reason});
    there.arrange("bans", &ban("转包服务"));
    assert_eq!(worker.verdict(new_household(1)), "applied", "a contract of another district");
    let contract = |area: &str| {
        json!({"provider": Field::PROVIDER, "purchaser_area": area,
        "first_day": "2027-01-01", "last_day": "2027-12-31"})
    };
    assert_eq!(there.refused("contracts", &contract("110105001")), ["provider_banned"]);
    here.arrange("contracts", &contract("110102"));
    let everywhere = json!({"provider": Field::PROVIDER, "area": "", "reason": "转包服务"});
    assert_eq!(here.refused("bans", &everywhere), ["outside_your_area"]);
    city.arrange("bans", &ban("转包服务"));
    assert_eq!(worker.verdict(new_household(2)), "quarantined/right_ended");
    assert_eq!(there.refused("bans", &ban("转包服务")), ["already_banned"]);
}

fn a_ban_is_lifted_where_it_was_imposed_or_above(server: Server) {
    let city = Desk::new(&server, "admin");
    let (here, there) = (admin_of(&server, "110102"), admin_of(&server, "110105"));
    let ban = here.arrange("bans", &json!({"provider": Field::PROVIDER, "reason": "转包服务"}));
    let count =
        |desk: &Desk| desk.get("bans").expect(200).json()["bans"].as_array().expect("bans").len();
    assert_eq!((count(&city), count(&here), count(&there)), (1, 1, 0));
    let lift = json!({"reason": "处理决定已撤销"});
    there.post(&format!("bans/{ban}/lift"), &lift).expect_problem(404, "not-available");
    here.arrange(&format!("bans/{ban}/lift"), &lift);
    let wide = city.arrange("bans", &json!({"provider": Field::PROVIDER, "reason": "转包服务"}));
    assert_eq!((count(&city), count(&here), count(&there)), (2, 2, 1));
    here.post(&format!("bans/{wide}/lift"), &lift).expect_problem(404, "not-available");
    let above = here.arrange(
        "bans",
        &json!({"provider": Field::PROVIDER, "reason": "转包服务",
        "first_day": "2030-01-01"}),
    );
    city.arrange(&format!("bans/{above}/lift"), &lift);
}
