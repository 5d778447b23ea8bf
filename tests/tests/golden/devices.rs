//! Devices, of oneself and of those whom one administers.

use crate::act::{Act, Cast, Key};
use crate::day::{Day, Person};
use crate::names::NOBODY;
use ruhu_tests::{Field, Server, on_both_databases};
use serde_json::Value;

on_both_databases! {
    devices_are_answered_as_written_down,
    ones_own_devices_are_answered_as_written_down,
}

fn device(person: &Person) -> String {
    person.hand.device.to_string()
}

fn seen_by(day: &mut Day, person: &Person) {
    let me = Act::new("GET /v1/me", &[], Value::Null);
    day.say("what the device is told", person, &me, Key::None);
}

fn devices_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let (city, there) = (day.person("admin"), day.admin_of("110105"));
    let worker = day.person("worker_a");
    day.later();
    let reviewer = day.person("reviewer_here");
    let cast = Cast { by: &city, outsider: Some(&there), without_role: Some(&reviewer) };
    let list = "GET /v1/admin/devices";
    day.list(cast, list, &[]);
    let all = Act::new(list, &[], Value::Null);
    let of = |person: &str| format!("person={person}");
    day.ask("somebody's", &city, &all, &of(&Field::user("worker_a").to_string()));
    day.ask("nobody's", &city, &all, &of(NOBODY));
    day.ask("of what has no id", &city, &all, "person=1");
    for (route, again) in [
        ("POST /v1/admin/devices/{id}/revoke", "revoked already"),
        ("POST /v1/admin/devices/{id}/report-lost", "lost already"),
        ("POST /v1/admin/devices/{id}/report-found", "found already"),
    ] {
        let act = Act::new(route, &[&device(&worker)], Value::Null);
        day.unkeyed(cast, &act, &[]);
        day.later();
        day.say(again, &city, &act, Key::None);
        seen_by(&mut day, &worker);
        day.ask("the person's, after it", &city, &all, &of(&Field::user("worker_a").to_string()));
    }
    let own = Act::new("POST /v1/admin/devices/{id}/revoke", &[&device(&city)], Value::Null);
    day.say("the own one", &city, &own, Key::None);
    seen_by(&mut day, &city);
    day.holds("devices");
}

fn ones_own_devices_are_answered_as_written_down(server: Server) {
    let mut day = Day::on(server);
    let mine = day.person("worker_a");
    day.later();
    let (second, third) = (day.person("worker_a"), day.person("worker_a"));
    let colleague = day.person("worker_a2");
    let cast = Cast { by: &mine, outsider: Some(&colleague), without_role: None };
    let list = "GET /v1/me/devices";
    day.list(cast, list, &[]);
    for (route, other) in [
        ("POST /v1/me/devices/{id}/revoke", &second),
        ("POST /v1/me/devices/{id}/report-lost", &third),
    ] {
        let act = Act::new(route, &[&device(other)], Value::Null);
        day.unkeyed(cast, &act, &[]);
        day.say("done already", &mine, &act, Key::None);
        seen_by(&mut day, other);
    }
    day.read(cast, list, &[]);
    let own = Act::new("POST /v1/me/devices/{id}/revoke", &[&device(&mine)], Value::Null);
    day.say("this one itself", &mine, &own, Key::None);
    seen_by(&mut day, &mine);
    day.holds("own_devices");
}
