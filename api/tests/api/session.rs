//! Signing in, staying signed in, signing out.

use crate::support::{House, PASSWORD};
use actix_web::http::header;
use actix_web::test::TestRequest;
use ruhu_casework::facts::Role;
use ruhu_sync::id::DeviceId;
use serde_json::{Value, json};
use uuid::Uuid;

async fn refreshed(house: &House, session: &Value) -> crate::support::Answer {
    let shown = json!({"refresh_token": session["refresh_token"]});
    house.send(TestRequest::post().uri("/v1/session/refresh").set_json(shown)).await
}

#[actix_web::test]
async fn whoever_signs_in_is_known_with_the_roles_of_the_day() {
    let house = House::new();
    house.add("zhao", &[(Role::StreetReviewer, "110102012"), (Role::Auditor, "")]);
    let session = house.session("zhao").await;
    assert_eq!(session["expected_device_seq"], 1);
    assert_eq!(session["expires_in_seconds"], 900);
    let token = session["access_token"].as_str().expect("token");
    let me = house.get("/v1/me", token).await.json();
    assert_eq!(me["user"]["login"], "zhao");
    assert_eq!(me["device"]["id"], session["device"]);
    assert_eq!(me["roles"][0]["role"], "street_reviewer");
    assert_eq!(me["roles"].as_array().expect("roles").len(), 2);
    assert_eq!(me["closed"], false);
}

#[actix_web::test]
async fn rights_end_with_their_last_day_while_the_session_goes_on() {
    let house = House::new();
    // A tablet's session: a desk's ends before the night is over.
    house.add("zhao", &[(Role::CommitteeMember, "110102012001")]);
    let session = house.session("zhao").await;
    house.clock.advance_seconds(12 * 3600);
    let token = refreshed(&house, &session).await.json()["access_token"].clone();
    let me = house.get("/v1/me", token.as_str().expect("token")).await.json();
    assert_eq!(me["roles"], json!([]));
    assert_eq!(me["closed"], true);
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_login_are_told_alike() {
    let house = House::new();
    house.add("zhao", &[]);
    for (login, password) in [("zhao", "wrong"), ("nobody", PASSWORD), ("", PASSWORD)] {
        let answer = house.sign_in(login, password, json!({"name": "平板"})).await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.problem(), "wrong-credentials", "{login}");
    }
}

#[actix_web::test]
async fn the_eleventh_failure_has_to_wait_and_says_how_long() {
    let house = House::new();
    for _ in 0..10 {
        house.sign_in("nobody", "wrong", json!({"name": "平板"})).await;
    }
    let answer = house.sign_in("nobody", "wrong", json!({"name": "平板"})).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header(header::RETRY_AFTER), "300");
    house.clock.advance_seconds(300);
    let answer = house.sign_in("nobody", "wrong", json!({"name": "平板"})).await;
    assert_eq!(answer.status, 401);
}

#[actix_web::test]
async fn a_device_stays_the_same_at_every_sign_in_and_is_nobody_elses() {
    let house = House::new();
    house.add("zhao", &[]);
    house.add("qian", &[]);
    let device = json!({"id": Uuid::from_u128(77), "name": "平板"});
    for _ in 0..2 {
        let answer = house.sign_in("zhao", PASSWORD, device.clone()).await;
        assert_eq!(answer.json()["device"], device["id"]);
    }
    let refused = house.sign_in("qian", PASSWORD, device).await;
    assert_eq!((refused.status.as_u16(), &*refused.problem()), (403, "device-of-another"));
}

#[actix_web::test]
async fn a_device_reported_lost_gets_nothing_by_any_way() {
    let house = House::new();
    house.add("zhao", &[]);
    let session = house.session("zhao").await;
    let device = DeviceId::parse(session["device"].as_str().expect("id")).expect("id");
    let now = house.clock.now();
    house.service.store.write(|tx| tx.report_device_lost(device, now)).expect("reported");
    let token = session["access_token"].as_str().expect("token");
    assert_eq!(house.get("/v1/me", token).await.problem(), "device-lost");
    assert_eq!(refreshed(&house, &session).await.problem(), "device-lost");
    let known = json!({"id": session["device"], "name": "平板"});
    assert_eq!(house.sign_in("zhao", PASSWORD, known).await.problem(), "device-lost");
}

#[actix_web::test]
async fn an_access_token_ends_with_its_last_second_and_a_refresh_token_gives_another() {
    let house = House::new();
    house.add("zhao", &[]);
    let session = house.session("zhao").await;
    let token = session["access_token"].as_str().expect("token");
    house.clock.advance_seconds(899);
    assert_eq!(house.get("/v1/me", token).await.status, 200);
    house.clock.advance_seconds(1);
    let expired = house.get("/v1/me", token).await;
    assert_eq!((expired.status.as_u16(), &*expired.problem()), (401, "access-token-expired"));
    assert_eq!(expired.header(header::WWW_AUTHENTICATE), "Bearer");
    let fresh = refreshed(&house, &session).await.json();
    let token = fresh["access_token"].as_str().expect("token");
    assert_eq!(house.get("/v1/me", token).await.status, 200);
    house.clock.advance_seconds(90 * 86_400);
    assert_eq!(refreshed(&house, &fresh).await.problem(), "refresh-token-refused");
}

#[actix_web::test]
async fn signing_out_ends_every_token_of_the_device_and_of_no_other() {
    let house = House::new();
    house.add("zhao", &[]);
    let session = house.session("zhao").await;
    let other = house.token("zhao").await;
    let token = session["access_token"].as_str().expect("token");
    let bearer = (header::AUTHORIZATION, format!("Bearer {token}"));
    let sign_out = TestRequest::delete().uri("/v1/session").insert_header(bearer);
    assert_eq!(house.send(sign_out).await.status, 204);
    assert_eq!(house.get("/v1/me", token).await.problem(), "sign-in-required");
    assert_eq!(refreshed(&house, &session).await.problem(), "refresh-token-refused");
    assert_eq!(house.get("/v1/me", &other).await.status, 200);
    let known = json!({"id": session["device"], "name": "平板"});
    assert_eq!(house.sign_in("zhao", PASSWORD, known).await.status, 200);
}

#[actix_web::test]
async fn a_refresh_token_that_was_made_up_is_refused() {
    let house = House::new();
    let shown = json!({"refresh_token": "q1P0c5Y0T3xK8mZ2vN7bR4wLhJ6dFgS9aXeUiOyQkCk"});
    let answer = refreshed(&house, &shown).await;
    assert_eq!((answer.status.as_u16(), &*answer.problem()), (401, "refresh-token-refused"));
}

#[actix_web::test]
async fn a_token_of_another_house_opens_nothing_here() {
    let (here, there) = (House::new(), House::new());
    here.add("zhao", &[]);
    there.add("zhao", &[]);
    let foreign = there.token("zhao").await;
    assert_eq!(here.get("/v1/me", &foreign).await.problem(), "sign-in-required");
}
