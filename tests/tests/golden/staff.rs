//! People whom a day needs beside those of the field.

use crate::day::{Day, Person};
use ruhu_casework::secrets::{STEP_SECONDS, code_at};
use ruhu_tests::edits::record;
use ruhu_tests::{Hand, PASSWORD};
use serde_json::{Value, json};

impl Day {
    /// An administrator of a district, by name `admin_` and its code.
    pub(crate) fn admin_of(&mut self, area: &str) -> Person {
        let city = Hand::new(&self.server, "admin", Some(record(0xDFFF).0));
        let login = format!("admin_{area}");
        let account = self.add_account(&city, &login);
        let office =
            json!({"account": account, "role": "admin", "area": area, "first_day": "2026-11-23"});
        self.arrange(&city, "offices", &office);
        self.person(&login)
    }

    /// A new account that somebody added; gives its id.
    pub(crate) fn account_by(&mut self, by: &Person, login: &str) -> String {
        self.add_account(&by.hand, login)
    }

    fn add_account(&mut self, by: &Hand, login: &str) -> String {
        self.later();
        let body = json!({"login": login, "name": format!("测试{login}"), "password": PASSWORD});
        let account = self.arrange(by, "accounts", &body);
        self.name(&account, login);
        account
    }

    /// Does what is no part of what is shown.
    fn arrange(&mut self, by: &Hand, what: &str, body: &Value) -> String {
        let call = by.call("POST", &format!("/v1/organisations/{what}"));
        let done = call.header("Idempotency-Key", &self.new_key()).json(body).send().expect(200);
        done.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Sets a second factor up; gives its secret.
    pub(crate) fn set_second_factor_up(&mut self, person: &Person) -> String {
        let post = |path: &str, body: Value| {
            let path = format!("/v1/me/second-factor{path}");
            person.hand.call("POST", &path).json(&body).send().expect(200).json()
        };
        let begun = post("", json!({"password": PASSWORD}));
        let secret = begun["secret"].as_str().expect("a secret").to_owned();
        post("/confirm", json!({"code": self.code_now(&secret)}));
        secret
    }

    /// The code of now, which is shown by this name.
    pub(crate) fn named_code(&mut self, secret: &str, name: &str) -> String {
        let code = self.code_now(secret);
        // With its quotes: six digits alone stand in other numbers, too.
        self.name(&format!("\"{code}\""), name);
        code
    }

    /// The same person on the same device, signed in anew.
    pub(crate) fn again(&self, person: Person) -> Person {
        let hand = Hand::new(&self.server, &person.login, Some(person.hand.device.0));
        Person { hand, ..person }
    }

    /// The code that the app of a secret, in base 32, shows now.
    pub(crate) fn code_now(&self, secret: &str) -> String {
        let mut bits = secret.bytes().flat_map(|letter| {
            let value = if letter < b'A' { letter - b'2' + 26 } else { letter - b'A' };
            (0..5).rev().map(move |at| value >> at & 1)
        });
        let byte = |_| (0..8).fold(0, |byte, _| byte << 1 | bits.next().expect("160 bits"));
        let secret: Vec<u8> = (0..20).map(byte).collect();
        let step = self.server.now().0 / 1_000_000 / STEP_SECONDS;
        format!("{:06}", code_at(&secret.try_into().expect("20 bytes"), step))
    }
}
