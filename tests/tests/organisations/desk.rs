//! Somebody of staff, whose calls are made by hand.

use ruhu_tests::{Hand, Reply, Server};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

static KEYS: AtomicU64 = AtomicU64::new(0);

/// A unified social credit code whose check digit fits.
pub(crate) const USCC: &str = "91350100M000100Y43";

/// A key that no call of this process had.
pub(crate) fn key() -> String {
    format!("test-key-{:06}", KEYS.fetch_add(1, Ordering::Relaxed))
}

/// A signed-in member of staff.
pub(crate) struct Desk(pub(crate) Hand);

impl Desk {
    pub(crate) fn new(server: &Server, login: &str) -> Self {
        Self(server.hand(login))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.keyed(&key(), path, body)
    }

    pub(crate) fn keyed(&self, key: &str, path: &str, body: &Value) -> Reply {
        let call = self.0.call("POST", &format!("/v1/organisations/{path}"));
        call.header("Idempotency-Key", key).json(body).send()
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.0.call("GET", &format!("/v1/organisations/{path}")).send()
    }

    /// Does what must go well; gives the id of what it was done to.
    #[track_caller]
    pub(crate) fn arrange(&self, path: &str, body: &Value) -> String {
        let done = self.post(path, body).expect(200).json();
        done["id"].as_str().expect("an id").to_owned()
    }

    /// Asks for what must be refused; gives the codes, after a check that each is explained.
    #[track_caller]
    pub(crate) fn refused(&self, path: &str, body: &Value) -> Vec<String> {
        let problem = self.post(path, body).expect_problem(422, "organisation-refused").json();
        let faults = problem["faults"].as_array().expect("faults").iter();
        let code = |fault: &Value| {
            for language in ["zh", "en"] {
                assert!(fault[language].as_str().is_some_and(|said| said.len() > 5), "{fault}");
            }
            fault["code"].as_str().expect("a code").to_owned()
        };
        faults.map(code).collect()
    }

    /// A provider under a contract for these days, with one caseload.
    pub(crate) fn team(&self, first_day: &str, last_day: &str) -> Team {
        let provider = self.arrange("providers", &json!({"uscc": USCC, "name": "测试事务所"}));
        let contract = self.arrange(
            "contracts",
            &json!({"provider": provider, "purchaser_area": "110102003", "first_day": first_day,
                "last_day": last_day, "over_a_year_because": "服务对象固定"}),
        );
        let caseload = self.arrange(
            "caseloads",
            &json!({"contract": contract, "area": "110102003", "name": "三组"}),
        );
        Team { provider, contract, caseload }
    }

    /// A new account.
    pub(crate) fn account(&self, login: &str) -> String {
        let body = json!({"login": login, "name": "测试甲", "password": ruhu_tests::PASSWORD});
        self.arrange("accounts", &body)
    }

    /// A place in a caseload for these days.
    pub(crate) fn member(
        &self,
        account: &str,
        caseload: &str,
        first_day: &str,
        last_day: Option<&str>,
    ) -> String {
        let mut body = json!({"account": account, "caseload": caseload, "first_day": first_day,
            "education": "college"});
        if let Some(last_day) = last_day {
            body["last_day"] = json!(last_day);
        }
        self.arrange("memberships", &body)
    }
}

/// What a team stands on.
pub(crate) struct Team {
    pub(crate) provider: String,
    pub(crate) contract: String,
    pub(crate) caseload: String,
}
