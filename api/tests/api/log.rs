//! What the log says of a request, and what it never says.

use crate::support::{House, PASSWORD};
use actix_web::http::header;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("lock").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("lock").clone()).expect("text")
    }
}

#[actix_web::test]
async fn one_line_a_request_names_its_route_and_id_and_nothing_personal() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let house = House::new();
    house.add("zhao", &[]);
    let session = house.session("zhao").await;
    house.sign_in("zhao", "a wrong password", json!({"name": "某人的平板"})).await;
    let token = session["access_token"].as_str().expect("token");
    let request = TestRequest::get()
        .uri("/v1/forms/household-of-zhao/1?phone=13800001234")
        .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
        .insert_header(("x-request-id", "tablet-7.form-1"));
    house.send(request).await;

    let text = lines.text();
    let of_request = |line: &Value| line["target"] == "ruhu::request";
    let all: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    let told: Vec<_> = all.into_iter().filter(of_request).collect();
    assert_eq!(told.len(), 3, "{text}");
    let last = &told[2];
    assert_eq!(last["route"], "/v1/forms/{id}/{version}");
    assert_eq!(last["status"], 404);
    assert_eq!(last["span"]["request_id"], "tablet-7.form-1");
    assert_eq!(last["device"], session["device"]);
    assert!(last["latency_ms"].is_number());
    let refresh_token = session["refresh_token"].as_str().expect("token");
    for secret in ["zhao", "赵", "13800001234", PASSWORD, "a wrong", token, refresh_token] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
}
