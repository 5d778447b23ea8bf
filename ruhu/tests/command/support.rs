//! A service on data in a folder of its own, a client that talks to it, and the command run on the same
//! data.

use ruhu_api::app::{MissingKeys, Running, build, serve};
use ruhu_api::auth::hash_password;
use ruhu_api::clock::Clock;
use ruhu_api::service::Service;
use ruhu_api::settings::Settings;
use ruhu_casework::facts::{Office, Role};
use ruhu_device::{HttpTransport, Response, Transport as _};
use ruhu_store::accounts::Account;
use ruhu_sync::id::{Instant, UserId};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-11-23, noon in Beijing.
const NOON: Instant = Instant(1_795_406_400_000_000);

/// Everybody's.
pub(crate) const PASSWORD: &str = "入户社工的密码有十个字";

/// A service that answers.
pub(crate) struct House {
    running: Running,
    pub(crate) clock: Clock,
    pub(crate) folder: TempDir,
}

/// What was answered.
pub(crate) struct Answer(Response);

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        self.0.status
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.0.body).unwrap_or(Value::Null)
    }

    /// The slug of the problem, if it is one.
    pub(crate) fn problem(&self) -> String {
        let uri = self.json()["type"].as_str().unwrap_or_default().to_owned();
        uri.trim_start_matches("/problems/").to_owned()
    }
}

impl House {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let clock = Clock::standing(NOON);
        let service = build(settings(&folder), MissingKeys::Make, clock.clone());
        let running = serve(service.expect("service")).expect("running");
        Self { running, clock, folder }
    }

    pub(crate) fn service(&self) -> &Service {
        self.running.service()
    }

    /// Adds a person with [`PASSWORD`].
    pub(crate) fn add(&self, login: &str, office: Option<(Role, &str)>) -> UserId {
        let user = UserId(Uuid::from_u128(7));
        let account = Account {
            id: user,
            login: login.to_owned(),
            name: format!("测试{login}"),
            active: true,
            staff_no: None,
            password_hash: Some(hash_password(&PASSWORD.into()).expect("hash").into()),
        };
        let added = self.service().store.write(|tx| {
            let added = tx.add_account(&account)?;
            if let Some((role, area)) = office {
                let (area, first_day) = (area.to_owned(), "2026-01-01".parse().expect("day"));
                let office = Office { role, area, first_day, last_day: None };
                tx.add_office(Uuid::from_u128(8), user, &office)?;
            }
            Ok(added)
        });
        assert!(added.expect("written"));
        user
    }

    fn send(&self, method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Answer {
        let mut line = HttpTransport::new(&format!("http://{}", self.running.address()));
        Answer(line.call(method, path, token, body).expect("answered"))
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, Some(token), None)
    }

    pub(crate) fn sign_in(&self, login: &str, password: &str) -> Answer {
        let body = json!({"login": login, "password": password, "device": {"name": "平板"}});
        self.send("POST", "/v1/session", None, Some(&body.to_string()))
    }
}

pub(crate) fn settings(folder: &TempDir) -> Settings {
    let mut settings = Settings::defaults().expect("settings");
    let data = folder.path().to_owned();
    settings.listen = ([127, 0, 0, 1], 0).into();
    settings.database_url = format!("sqlite:{}", data.join("ruhu.db").display()).into();
    settings.key_files.sealing = data.join("keys/sealing.key");
    settings.key_files.cursor = data.join("keys/cursor.key");
    settings.key_files.signing = data.join("keys/signing");
    settings.worker_threads = 1;
    settings
}

/// A service on data in a folder of its own.
pub(crate) fn house() -> (TempDir, Service) {
    let folder = tempfile::tempdir().expect("folder");
    let service = build(settings(&folder), MissingKeys::Make, Clock::standing(NOON));
    (folder, service.expect("service"))
}

/// Runs the command on the data in this folder.
pub(crate) fn ruhu(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ruhu"));
    command.args(arguments).env_clear().env("RUHU_DATA_DIR", folder.path());
    command.output().expect("the command runs")
}

#[track_caller]
pub(crate) fn said(output: &Output) -> String {
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{complained}");
    said.into_owned()
}

#[track_caller]
pub(crate) fn complained(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}
