//! Authority types: who passes, and who does not.

use crate::support::{Answer, House, NOON};
use actix_web::body::to_bytes;
use actix_web::dev::Service as _;
use actix_web::http::header;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, HttpResponse, web};
use ruhu_api::auth::By;
use ruhu_casework::facts::Role;
use ruhu_desk::who::{Admin, DeskStaff, OnDevice, Reviewer, SignedIn, Staff};

/// Sends a request to routes that do nothing but demand an authority.
async fn demand(house: &House, authority: &str, token: &str) -> Answer {
    let app = App::new()
        .app_data(web::Data::new(house.service.clone()))
        .route("/signed-in", web::get().to(|_: By<SignedIn>| HttpResponse::Ok()))
        .route("/device", web::get().to(|_: By<OnDevice>| HttpResponse::Ok()))
        .route("/reviewer", web::get().to(|_: By<Staff<Reviewer>>| HttpResponse::Ok()))
        .route("/desk", web::get().to(|_: By<Staff<DeskStaff>>| HttpResponse::Ok()))
        .route("/admin", web::get().to(|_: By<Staff<Admin>>| HttpResponse::Ok()));
    let app = init_service(app).await;
    let bearer = (header::AUTHORIZATION, format!("Bearer {token}"));
    let request = TestRequest::get().uri(authority).insert_header(bearer).to_request();
    let response = app.call(request).await.expect("answered");
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: to_bytes(response.into_body()).await.expect("body").to_vec(),
    }
}

#[actix_web::test]
async fn each_authority_lets_its_own_roles_pass_and_no_others() {
    let house = House::new();
    let street = "110102012";
    for (login, offices, passes) in [
        ("nobody", vec![], vec!["/signed-in", "/device"]),
        (
            "zhao",
            vec![(Role::StreetReviewer, street)],
            vec!["/signed-in", "/device", "/reviewer", "/desk"],
        ),
        ("qian", vec![(Role::StreetWindow, street)], vec!["/signed-in", "/device", "/desk"]),
        (
            "sun",
            vec![(Role::DistrictReviewer, "110102")],
            vec!["/signed-in", "/device", "/reviewer", "/desk"],
        ),
        ("li", vec![(Role::Admin, "")], vec!["/signed-in", "/device", "/admin"]),
    ] {
        house.add(login, &offices);
        let token = house.token(login).await;
        for authority in ["/signed-in", "/device", "/reviewer", "/desk", "/admin"] {
            let answer = demand(&house, authority, &token).await;
            let expected = if passes.contains(&authority) { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{login} at {authority}");
        }
    }
}

#[actix_web::test]
async fn nobody_passes_without_a_token() {
    let house = House::new();
    for authority in ["/signed-in", "/device", "/reviewer", "/desk", "/admin"] {
        for token in ["", "x", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(demand(&house, authority, token).await.problem(), "sign-in-required");
        }
    }
}

#[actix_web::test]
async fn an_account_that_is_switched_off_may_only_hand_in() {
    let house = House::new();
    let user = house.add("zhao", &[(Role::StreetReviewer, "110102012")]);
    let token = house.token("zhao").await;
    let off = house.service.store.write(|tx| tx.set_account_active(user, false));
    assert!(off.expect("written"));
    assert_eq!(demand(&house, "/device", &token).await.status, 200);
    assert_eq!(demand(&house, "/reviewer", &token).await.status, 403);
    let me = house.get("/v1/me", &token).await.json();
    assert_eq!(me["closed"], true);
}

#[actix_web::test]
async fn a_request_is_judged_by_one_instant() {
    let house = House::new();
    house.add("zhao", &[]);
    let token = house.token("zhao").await;
    let app = App::new()
        .app_data(web::Data::new(house.service.clone()))
        .route("/", web::get().to(|By(on): By<OnDevice>| async move { on.now.0.to_string() }));
    let app = init_service(app).await;
    let bearer = (header::AUTHORIZATION, format!("Bearer {token}"));
    let request = TestRequest::get().insert_header(bearer).to_request();
    let response = app.call(request).await.expect("answered");
    let body = to_bytes(response.into_body()).await.expect("body");
    assert_eq!(body, NOON.0.to_string());
}

#[actix_web::test]
async fn whoever_may_not_ask_is_told_only_that() {
    let house = House::new();
    house.add("nobody", &[]);
    let bearer = |token: &str| (header::AUTHORIZATION, format!("Bearer {token}"));
    let token = house.token("nobody").await;
    let wrong = [
        ("/v1/desk/assessments/not-an-id/return", "{}"),
        ("/v1/desk/assessments/0192e4a0-0000-7000-8000-000000000007/return", "{"),
        ("/v1/organisations/contracts?limit=x", "not JSON"),
        ("/v1/forms", ""),
    ];
    for (address, body) in wrong {
        // Neither sends a key.
        let asked = || TestRequest::post().uri(address).set_payload(body);
        let refused = house.send(asked().insert_header(bearer(&token))).await;
        assert_eq!(refused.problem(), "not-permitted", "{address}");
        let refused = house.send(asked().insert_header(bearer("x"))).await;
        assert_eq!(refused.problem(), "sign-in-required", "{address}");
    }
}
