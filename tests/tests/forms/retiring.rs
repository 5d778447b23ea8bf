//! Retiring: tablets are told until when a form is begun, and nothing that was written is refused.

use super::{post, trial};
use ruhu_tests::edits::{new_draft, new_household, put_under, record, six_answers};
use ruhu_tests::{Server, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    a_retired_form_is_listed_with_its_last_day_and_stays_readable,
    a_draft_and_a_late_tablet_finish_on_a_retired_version,
    a_retirement_is_moved_and_lifted_until_its_last_day_is_over,
    a_retirement_is_known_at_once_on_another_server,
}

const RETIREMENT: &str = "/v1/forms/tekun_six/1/retirement";

fn until(day: &str) -> Value {
    json!({"last_day": day, "reason": "新版启用"})
}

fn last_day(server: &Server) -> Value {
    let list = server.hand("worker_a").call("GET", "/v1/forms").send().expect(200).json();
    let forms = list["forms"].as_array().expect("forms");
    let six = forms.iter().find(|form| form["id"] == json!("tekun_six")).expect("tekun_six");
    six.get("last_day").cloned().unwrap_or(Value::Null)
}

fn a_retired_form_is_listed_with_its_last_day_and_stays_readable(server: Server) {
    let admin = server.hand("admin");
    let told = post(&admin, RETIREMENT, "form-0001", &until("2026-11-23")).expect(200).json();
    assert_eq!(told, json!({"id": "tekun_six", "version": 1, "last_day": "2026-11-23"}));
    server.set_clock("2026-12-24 12:00:00");
    assert_eq!(last_day(&server), json!("2026-11-23"));
    let worker = server.hand("worker_a");
    worker.call("GET", "/v1/forms/tekun_six/1").send().expect(200);
}

fn a_draft_and_a_late_tablet_finish_on_a_retired_version(server: Server) {
    let mut worker = server.hand("worker_a");
    worker.take(new_household(1));
    let rev = worker.take(new_draft(2, 1));
    let admin = server.hand("admin");
    post(&admin, RETIREMENT, "form-0001", &until("2026-11-23")).expect(200);
    server.set_clock("2026-12-24 12:00:00");
    let mut worker = server.hand("worker_a");
    let whole = json!({"status": "submitted", "answers": six_answers()});
    worker.take(put_under(record(1), record(2), "assessment", &rev, whole));
    // Begun in time on a tablet that was without signal since.
    let late = json!({"form": "tekun_six", "form_version": 1, "status": "submitted",
        "answers": six_answers()});
    worker.take(put_under(record(1), record(3), "assessment", "0", late));
}

fn a_retirement_is_moved_and_lifted_until_its_last_day_is_over(server: Server) {
    let admin = server.hand("admin");
    let fault = |key: &str, path: &str, body: Value| {
        let refused = post(&admin, path, key, &body).expect_problem(422, "form-refused").json();
        refused["fault"].as_str().expect("fault").to_owned()
    };
    let lift = format!("{RETIREMENT}/lift");
    let why = || json!({"reason": "推迟"});
    assert_eq!(fault("form-0001", RETIREMENT, until("2026-11-22")), "before_today");
    assert_eq!(fault("form-0002", &lift, why()), "not_retired");
    post(&admin, RETIREMENT, "form-0003", &until("2026-11-30")).expect(200);
    post(&admin, RETIREMENT, "form-0004", &until("2026-12-31")).expect(200);
    assert_eq!(last_day(&server), json!("2026-12-31"));
    post(&admin, &lift, "form-0005", &why()).expect(200);
    assert_eq!(last_day(&server), Value::Null);
    post(&admin, RETIREMENT, "form-0006", &until("2026-11-23")).expect(200);
    server.set_clock("2026-11-24 00:00:00");
    let admin = server.hand("admin");
    for (key, path, body) in
        [("form-0007", RETIREMENT, until("2026-12-31")), ("form-0008", &lift, why())]
    {
        let refused = post(&admin, path, key, &body).expect_problem(422, "form-refused").json();
        assert_eq!(refused["fault"], json!("past"));
    }
    let nothing = post(&admin, "/v1/forms/none/1/retirement", "form-0009", &until("2026-12-31"));
    nothing.expect_problem(404, "not-available");
}

fn a_retirement_is_known_at_once_on_another_server(server: Server) {
    let other = server.beside();
    assert_eq!(last_day(&other), Value::Null);
    let admin = server.hand("admin");
    post(&admin, "/v1/forms", "form-0001", &trial(1)).expect(200);
    post(&admin, RETIREMENT, "form-0002", &until("2026-11-30")).expect(200);
    assert_eq!(last_day(&other), json!("2026-11-30"));
}
