//! What holds for every answer, whatever the route.

use crate::support::{House, METRICS_TOKEN};
use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use serde_json::json;

#[actix_web::test]
async fn whatever_fails_fails_with_a_problem_document() {
    let house = House::new();
    let json = ("content-type", "application/json");
    let post = || TestRequest::post().uri("/v1/session");
    for (request, status, problem) in [
        (TestRequest::get().uri("/nothing"), 404, "not-found"),
        (TestRequest::get().uri("/v1/nothing"), 404, "not-found"),
        (TestRequest::get().uri("/docs/nothing.js"), 404, "not-found"),
        (TestRequest::get().uri("/problems/nothing"), 404, "not-available"),
        (TestRequest::patch().uri("/v1/session"), 405, "method-not-allowed"),
        (TestRequest::get().uri("/v1/me"), 401, "sign-in-required"),
        (post(), 415, "unsupported-media-type"),
        (post().insert_header(json).set_payload("{"), 400, "malformed-json"),
        (post().insert_header(json).set_payload("{}"), 400, "malformed-json"),
        (post().insert_header(json).set_payload("x".repeat(70_000)), 413, "body-too-large"),
        (
            post().insert_header(json).insert_header((header::CONTENT_ENCODING, "br")),
            415,
            "unsupported-encoding",
        ),
        (
            TestRequest::get()
                .uri("/healthz")
                .insert_header((header::ACCEPT_ENCODING, "identity;q=0")),
            406,
            "not-acceptable",
        ),
    ] {
        let answer = house.send(request).await;
        assert_eq!((answer.status.as_u16(), &*answer.problem()), (status, problem));
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/problem+json");
        assert_eq!(answer.json()["status"], status);
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
        assert_eq!(answer.header(header::CONTENT_LANGUAGE), "zh-CN");
    }
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let house = House::new();
    let answer = house.send(TestRequest::default().method(Method::PUT).uri("/v1/session")).await;
    let mut allowed: Vec<_> = answer.header(header::ALLOW).split(", ").collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["DELETE", "POST"]);
}

#[actix_web::test]
async fn a_sane_request_id_is_kept_and_another_replaced() {
    let house = House::new();
    for (given, is_kept) in [("tablet-7.push-42", true), ("{}", false)] {
        let request = TestRequest::get().uri("/healthz").insert_header(("x-request-id", given));
        let answer = house.send(request).await;
        assert_eq!(answer.header("x-request-id") == given, is_kept);
    }
}

#[actix_web::test]
async fn problems_speak_english_to_whoever_prefers_it() {
    let house = House::new();
    let english = (header::ACCEPT_LANGUAGE, "en-GB, zh;q=0.5");
    let answer = house.send(TestRequest::get().uri("/v1/me").insert_header(english)).await;
    assert_eq!(answer.header(header::CONTENT_LANGUAGE), "en");
    assert_eq!(answer.json()["title"], "Sign in first");
}

#[actix_web::test]
async fn pages_load_from_here_alone_and_nothing_of_the_api_is_kept_by_caches() {
    let house = House::new();
    let page = house.send(TestRequest::get().uri("/docs/")).await;
    assert_eq!(page.status, 200);
    assert!(page.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'self'"));
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    let config = house.send(TestRequest::get().uri("/docs/swagger-initializer.js")).await;
    assert!(String::from_utf8_lossy(&config.body).contains(r#""validatorUrl": "none""#));
    let refused = house.send(TestRequest::get().uri("/v1/me")).await;
    assert_eq!(refused.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(refused.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
}

#[actix_web::test]
async fn a_form_that_is_held_is_not_sent_again_however_it_travelled() {
    let house = House::new();
    house.add("zhao", &[]);
    let token = house.token("zhao").await;
    let ask = |uri: &str| {
        TestRequest::get()
            .uri(uri)
            .insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
    };
    let list = house.send(ask("/v1/forms")).await.json();
    let form = &list["forms"][0];
    let uri = format!("/v1/forms/{}/{}", form["id"].as_str().expect("id"), form["version"]);
    for encoding in ["identity", "gzip", "zstd"] {
        let encoded = ("accept-encoding", encoding);
        let first = house.send(ask(&uri).insert_header(encoded)).await;
        assert_eq!(first.status, 200);
        let etag = first.header(header::ETAG).to_owned();
        let is_plain = form["etag"] == json!(etag);
        assert_eq!(is_plain, encoding == "identity", "{etag}");
        let again = ask(&uri).insert_header(encoded).insert_header((header::IF_NONE_MATCH, etag));
        let again = house.send(again).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    }
    let absent = house.send(ask("/v1/forms/nothing/1")).await;
    assert_eq!(absent.problem(), "not-available");
    let malformed = house.send(ask("/v1/forms/nothing/x")).await;
    assert_eq!(malformed.problem(), "invalid-request");
}

#[actix_web::test]
async fn areas_are_listed_under_an_area() {
    let house = House::new();
    house.add("zhao", &[]);
    let token = house.token("zhao").await;
    let answer = house.get("/v1/areas?under=110102", &token).await.json();
    assert_eq!(answer["areas"].as_array().expect("areas").len(), 16);
    let refused = house.get("/v1/areas?under=xicheng", &token).await;
    assert_eq!(refused.problem(), "invalid-request");
}

#[actix_web::test]
async fn requests_are_counted_by_route_and_never_by_address() {
    let house = House::new();
    house.add("zhao", &[]);
    let token = house.token("zhao").await;
    house.get("/v1/forms/nothing/1?name=secret", &token).await;
    let bearer = ("authorization", format!("Bearer {token}"));
    house
        .send(TestRequest::post().uri("/v1/sync/push").insert_header(bearer).set_payload("{"))
        .await;
    let text = house
        .send(
            TestRequest::get()
                .uri("/metrics")
                .insert_header(("authorization", format!("Bearer {METRICS_TOKEN}"))),
        )
        .await;
    let text = String::from_utf8_lossy(&text.body).into_owned();
    let line =
        r#"ruhu_http_requests_total{method="GET",route="/v1/forms/{id}/{version}",status="404"} 1"#;
    assert!(text.contains(line), "{text}");
    let push = r#"ruhu_sync_pushes_total{result="malformed-push"} 1"#;
    assert!(text.contains(push), "whatever refuses a push is counted: {text}");
    assert!(!text.contains("secret") && !text.contains("zhao"), "{text}");
}

#[actix_web::test]
async fn the_house_says_that_it_is_alive_and_ready() {
    let house = House::new();
    for (uri, status) in [("/healthz", "alive"), ("/readyz", "ready")] {
        let answer = house.send(TestRequest::get().uri(uri)).await;
        assert_eq!(answer.json()["status"], status);
    }
}

#[actix_web::test]
async fn every_problem_type_is_explained_where_its_uri_leads() {
    let house = House::new();
    let list = house.send(TestRequest::get().uri("/problems")).await.json();
    let problems = list["problems"].as_array().expect("problems");
    assert_eq!(problems.len(), ruhu_api::problem::Kind::ALL.len());
    for problem in problems {
        let uri = problem["type"].as_str().expect("type");
        let explained = house.send(TestRequest::get().uri(uri)).await;
        assert_eq!(&explained.json(), problem);
    }
}

#[actix_web::test]
async fn a_handler_that_panics_fails_its_own_request_alone() {
    use actix_web::middleware::from_fn;
    use actix_web::test::{init_service, try_call_service};
    use actix_web::{App, HttpResponse, web};
    use ruhu_api::middleware::render_problems;

    async fn panics() -> HttpResponse {
        std::panic::resume_unwind(Box::new("on purpose"))
    }
    let app = App::new().route("/", web::get().to(panics)).wrap(from_fn(render_problems));
    let app = init_service(app).await;
    let error = try_call_service(&app, TestRequest::get().to_request()).await.expect_err("panic");
    let response = error.error_response();
    assert_eq!(response.status(), 500);
    let content_type = response.headers().get(header::CONTENT_TYPE).expect("type");
    assert_eq!(content_type, "application/problem+json");
}

#[actix_web::test]
async fn without_a_token_of_their_own_there_are_no_counters_whatever_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = crate::support::settings(&folder);
    settings.metrics_token_file = None;
    let house = House::of(settings, folder);
    house.add("zhao", &[(ruhu_casework::facts::Role::Admin, "")]);
    let admin = house.token("zhao").await;
    for token in ["", crate::support::METRICS_TOKEN, &admin] {
        let answer = house.get("/metrics", token).await;
        assert_eq!((answer.status.as_u16(), &*answer.problem()), (404, "not-found"), "{token}");
    }
    let bare = house.send(TestRequest::get().uri("/metrics")).await;
    assert_eq!((bare.status.as_u16(), &*bare.problem()), (404, "not-found"));
}

#[actix_web::test]
async fn the_page_of_a_service_shows_no_record_and_no_account() {
    let house = House::new();
    let page = house.send(TestRequest::get().uri("/")).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("cache-control"), "no-store");
    let body = String::from_utf8(page.body).expect("text");
    for link in ["/docs/", "/openapi.json", "/problems", "/healthz"] {
        assert!(body.contains(&format!("href=\"{link}\"")), "{link}");
    }
    assert!(!body.contains("ruhu-demo-2026") && !body.contains("id=story"));
}
