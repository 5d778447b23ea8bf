//! A service in a folder of its own, with a clock that stands, and a client that talks to it
//! without a port.

use actix_web::body::to_bytes;
use actix_web::dev::{Service as _, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::test::{TestRequest, init_service};
use ruhu_api::app::{MissingKeys, application, build};
use ruhu_api::auth::hash_password;
use ruhu_api::clock::Clock;
use ruhu_api::page::FrontPage;
use ruhu_api::service::Service;
use ruhu_api::settings::Settings;
use ruhu_casework::facts::{Office, Role};
use ruhu_store::accounts::Account;
use ruhu_sync::id::{Instant, UserId};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-11-23, noon in Beijing.
pub(crate) const NOON: Instant = Instant(1_795_406_400_000_000);

/// Everybody's.
pub(crate) const METRICS_TOKEN: &str = "of-whoever-watches-over-the-tests";
pub(crate) const PASSWORD: &str = "入户社工的密码有十个字";

/// A service under test.
pub(crate) struct House {
    pub(crate) service: Service,
    pub(crate) clock: Clock,
    _folder: TempDir,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The slug of the problem, if it is one.
    pub(crate) fn problem(&self) -> String {
        let uri = self.json()["type"].as_str().unwrap_or_default().to_owned();
        uri.trim_start_matches("/problems/").to_owned()
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
    let token = data.join("metrics.token");
    std::fs::create_dir_all(&data).expect("a folder");
    std::fs::write(&token, METRICS_TOKEN).expect("written");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&token, private).expect("private");
    settings.metrics_token_file = Some(token);
    settings.worker_threads = 1;
    settings
}

impl House {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        Self::of(settings(&folder), folder)
    }

    /// A service with these settings.
    pub(crate) fn of(settings: Settings, folder: TempDir) -> Self {
        let clock = Clock::standing(NOON);
        let service = build(settings, MissingKeys::Make, clock.clone()).expect("service");
        Self { service, clock, _folder: folder }
    }

    /// Adds a person with [`PASSWORD`].
    pub(crate) fn add(&self, login: &str, offices: &[(Role, &str)]) -> UserId {
        let user = UserId(Uuid::from_u128(u128::from(login.len() as u64) << 64 | hash_of(login)));
        let account = Account {
            id: user,
            login: login.to_owned(),
            name: format!("测试{login}"),
            active: true,
            staff_no: None,
            password_hash: Some(hash_password(&PASSWORD.into()).expect("hash").into()),
        };
        let added = self.service.store.write(|tx| {
            let added = tx.add_account(&account)?;
            for (index, (role, area)) in offices.iter().enumerate() {
                let office = Office {
                    role: *role,
                    area: (*area).to_owned(),
                    first_day: "2026-01-01".parse().expect("day"),
                    last_day: Some("2026-11-23".parse().expect("day")),
                };
                let id = Uuid::from_u128(hash_of(login) + index as u128);
                tx.add_office(id, user, &office)?;
            }
            Ok(added)
        });
        assert!(added.expect("written"));
        user
    }

    /// Sends one request.
    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        let app = init_service(application(&self.service, &FrontPage::default())).await;
        let response: ServiceResponse = app.call(request.to_request()).await.expect("answered");
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: to_bytes(response.into_body()).await.expect("body").to_vec(),
        }
    }

    pub(crate) async fn get(&self, uri: &str, token: &str) -> Answer {
        let request = TestRequest::get().uri(uri);
        self.send(request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")))).await
    }

    pub(crate) async fn sign_in(&self, login: &str, password: &str, device: Value) -> Answer {
        let body = json!({"login": login, "password": password, "device": device});
        self.send(TestRequest::post().uri("/v1/session").set_json(body)).await
    }

    /// Signs in with [`PASSWORD`] on a new device, and gives the session.
    pub(crate) async fn session(&self, login: &str) -> Value {
        let answer = self.sign_in(login, PASSWORD, json!({"name": "平板"})).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    /// The same, and gives the access token.
    pub(crate) async fn token(&self, login: &str) -> String {
        self.session(login).await["access_token"].as_str().expect("token").to_owned()
    }
}

fn hash_of(text: &str) -> u128 {
    text.bytes().fold(7, |hash, byte| hash * 131 + u128::from(byte))
}
