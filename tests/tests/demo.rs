//! The demo in a database that somebody gives it: every role can look around in it.

use ruhu_casework::facts::Role;
use ruhu_demo::{Demo, DemoError, Options, PASSWORD, StoryWish};
use ruhu_device::{HttpTransport, Response, Transport as _};
use ruhu_tests::{Database, Empty};
use serde_json::{Value, json};
use std::collections::BTreeSet;

mod sqlite {
    #[test]
    fn a_demo_lives_in_a_database_of_ones_own_with_every_role_and_every_table() {
        super::a_demo_lives_in_a_database_of_ones_own(super::Database::Sqlite);
    }
}

mod postgres {
    #[test]
    fn a_demo_lives_in_a_database_of_ones_own_with_every_role_and_every_table() {
        super::a_demo_lives_in_a_database_of_ones_own(super::Database::Postgres);
    }
}

fn begin(options: &Options) -> Result<(Demo, String), DemoError> {
    let mut told = String::new();
    let demo = Demo::begin(options, &mut |line| {
        told.push_str(line);
        told.push('\n');
    })?;
    Ok((demo, told))
}

struct Visitor {
    address: String,
    token: String,
}

impl Visitor {
    fn sign_in(demo: &Demo, login: &str) -> Self {
        let address = format!("http://{}", demo.address());
        let body = json!({"login": login, "password": PASSWORD, "device": {"name": "浏览器"}});
        let answer =
            HttpTransport::new(&address).call("POST", "/v1/session", None, Some(&body.to_string()));
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200, "{login}: {}", answer.body);
        let session: Value = serde_json::from_str(&answer.body).expect("json");
        let token = session["access_token"].as_str().expect("a token").to_owned();
        Self { address, token }
    }

    fn call(&self, method: &str, path: &str, body: Option<&str>) -> Response {
        let line = HttpTransport::new(&self.address);
        let mut line = line.with_header("Idempotency-Key", "demo-visitor-1");
        line.call(method, path, Some(&self.token), body).expect("an answer")
    }

    fn read(&self, path: &str) -> Value {
        let answer = self.call("GET", path, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).expect("json")
    }
}

fn a_demo_lives_in_a_database_of_ones_own(database: Database) {
    let empty = Empty::new(database);
    let options = Options {
        data_dir: empty.folder().join("demo"),
        listen: ([127, 0, 0, 1], 0).into(),
        database_url: Some(empty.url().to_owned().into()),
        households: 20,
        reset: false,
        story: StoryWish::Once,
    };
    let (demo, told) = begin(&options).expect("a demo");
    assert!(told.contains("⑦") && told.contains("演示值"), "{told}");

    // Whatever somebody does in this field, there is an account that does it.
    let mut roles = BTreeSet::new();
    for account in demo.accounts() {
        let me = Visitor::sign_in(&demo, &account.login).read("/v1/me");
        let held = me["roles"].as_array().expect("roles").iter();
        roles.extend(held.map(|held| held["role"].as_str().expect("a role").to_owned()));
    }
    let all: BTreeSet<_> = Role::ALL.iter().map(|role| role.as_str().to_owned()).collect();
    assert_eq!(roles, all);

    // Each sees the first thing that is asked of it.
    for (login, path) in [
        ("worker01", "/v1/sync"),
        ("committee01", "/v1/sync"),
        ("reviewer12", "/v1/desk/assessments"),
        ("district", "/v1/desk/quarantine"),
        ("window12", "/v1/desk/finds"),
        ("auditor", "/v1/audit/log"),
        ("admin", "/v1/organisations/accounts"),
        ("city", "/v1/me"),
        ("provider", "/v1/me"),
        ("evaluator", "/v1/me"),
    ] {
        Visitor::sign_in(&demo, login).read(path);
    }

    // Every table has a value in the district, and what is made up says so.
    let admin = Visitor::sign_in(&demo, "cityadmin");
    let tables = admin.read("/v1/tables");
    let entries = tables["entries"].as_array().expect("entries");
    let tables = tables["tables"].as_array().expect("tables");
    assert!(!tables.is_empty());
    for table in tables {
        let mut known = entries.iter().filter(|entry| entry["table"] == table["name"]);
        assert!(known.any(|entry| !entry["value"].is_null()), "{table}");
    }
    for entry in entries.iter().filter(|entry| entry["area_code"] == "110102") {
        assert_eq!(entry["confirmed"], false);
        assert!(entry["source"].as_str().is_some_and(|said| said.starts_with("演示值")), "{entry}");
    }
    let form = json!({"id": "trial", "version": 1, "label_zh": "试用表",
        "source": {"law": "演示办法", "document": "演示〔2026〕1号", "article": "第1条"},
        "valid_from": null, "valid_to": null, "computed": [],
        "sections": [{"id": "only", "label_zh": "唯一部分", "questions": [
            {"id": "rent_fen", "label_zh": "月租金", "kind": {"type": "fen"}}]}]});
    let published = admin.call("POST", "/v1/forms", Some(&form.to_string()));
    assert_eq!(published.status, 200, "{}", published.body);
    demo.stop().expect("stopped");

    let (again, told) = begin(&options).expect("the demo again");
    assert!(again.is_reused() && !told.contains("⑦"), "{told}");
    again.stop().expect("stopped");
    let elsewhere = Options { data_dir: empty.folder().join("other"), ..options.clone() };
    assert!(matches!(begin(&elsewhere), Err(DemoError::NotEmpty)));
    let reset = Options { reset: true, ..options };
    assert!(matches!(begin(&reset), Err(DemoError::NotOurs(_))));
}
