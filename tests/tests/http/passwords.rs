//! Passwords: changed by their owner, and what is not taken.

use ruhu_tests::{PASSWORD, Reply, Server, on_both_databases};
use serde_json::json;

on_both_databases! {
    a_person_changes_the_own_password_and_all_other_devices_are_signed_out,
    a_password_that_is_guessed_first_is_refused_in_words,
    the_same_key_with_another_password_is_another_request,
    a_desk_stays_signed_in_for_a_day_of_work_and_a_tablet_for_longer,
    names_that_nobody_can_see_are_refused,
}

const NEW: &str = "下雨天忘了带伞怎么办";

fn sign_in(server: &Server, login: &str, password: &str) -> Reply {
    let body = json!({"login": login, "password": password, "device": {"name": "平板"}});
    server.call("POST", "/v1/session").json(&body).send()
}

fn a_person_changes_the_own_password_and_all_other_devices_are_signed_out(server: Server) {
    let (here, there) = (server.hand("worker_a"), server.hand("worker_a"));
    let colleague = server.hand("worker_a2");
    server.advance_seconds(2);
    let change = |old: &str, new: &str| {
        let body = json!({"password": old, "new_password": new});
        here.call("PUT", "/v1/me/password").json(&body).send()
    };
    change("不是这个密码不是这个", NEW).expect_problem(401, "wrong-credentials");
    change(PASSWORD, PASSWORD).expect_problem(400, "invalid-request");
    sign_in(&server, "worker_a", PASSWORD).expect(200);
    change(PASSWORD, NEW).expect(204);
    here.call("GET", "/v1/me").send().expect(200);
    there.call("GET", "/v1/me").send().expect_problem(401, "sign-in-required");
    let shown = json!({"refresh_token": there.refresh_token});
    let refresh = server.call("POST", "/v1/session/refresh").json(&shown).send();
    refresh.expect_problem(401, "refresh-token-refused");
    colleague.call("GET", "/v1/me").send().expect(200);
    sign_in(&server, "worker_a", PASSWORD).expect_problem(401, "wrong-credentials");
    sign_in(&server, "worker_a", NEW).expect(200);
}

fn a_password_that_is_guessed_first_is_refused_in_words(server: Server) {
    let hand = server.hand("worker_a");
    for (new, word) in [
        ("九个字不够长的密码", "10"),
        ("worker_a-vk83wq", "账号"),
        ("aaaaaaaaaaaa", "字符太少"),
        ("xkwqzxkwqz", "重复"),
        ("abcdefghij", "连续"),
        ("qwertyuiop", "键盘"),
        ("13814725369", "电话"),
        ("19900115ab", "日期"),
        ("2026x2025y", "年份"),
        ("minzheng2026", "单位"),
        ("P@ssw0rd2026", "用的人太多"),
    ] {
        let body = json!({"password": PASSWORD, "new_password": new});
        let refused = hand.call("PUT", "/v1/me/password").json(&body).send();
        let told = refused.expect_problem(400, "invalid-request").json();
        assert!(told["detail"].as_str().is_some_and(|said| said.contains(word)), "{new}: {told}");
    }
    let admin = server.hand("admin");
    let account = json!({"login": "new.one", "name": "测试甲", "password": "minzheng2026"});
    let add =
        admin.call("POST", "/v1/organisations/accounts").header("Idempotency-Key", "weak-0001");
    let told = add.json(&account).send().expect_problem(422, "organisation-refused").json();
    assert_eq!(told["faults"][0]["code"], "password_weak");
    assert!(told["detail"].as_str().is_some_and(|said| said.contains("单位")), "{told}");
}

fn the_same_key_with_another_password_is_another_request(server: Server) {
    let admin = server.hand("admin");
    let add = |password: &str| {
        let account = json!({"login": "new.one", "name": "测试甲", "password": password});
        let call = admin.call("POST", "/v1/organisations/accounts");
        call.header("Idempotency-Key", "account-0001").json(&account).send()
    };
    let first = add(NEW).expect(200).json();
    assert_eq!(add(NEW).expect(200).json(), first);
    add("另外一个十个字的密码").expect_problem(422, "idempotency-key-reused");
    sign_in(&server, "new.one", NEW).expect(200);
}

fn a_desk_stays_signed_in_for_a_day_of_work_and_a_tablet_for_longer(server: Server) {
    let (desk, tablet) = (server.hand("reviewer_here"), server.hand("worker_a"));
    let refresh = |token: &str| {
        let shown = json!({"refresh_token": token});
        server.call("POST", "/v1/session/refresh").json(&shown).send()
    };
    server.advance_seconds(12 * 3_600 - 1);
    let renewed = refresh(&desk.refresh_token).expect(200).json();
    server.advance_seconds(1);
    // Refreshing does not prolong it.
    let last = renewed["refresh_token"].as_str().expect("a token");
    refresh(last).expect_problem(401, "refresh-token-refused");
    refresh(&tablet.refresh_token).expect(200);
}

fn names_that_nobody_can_see_are_refused(server: Server) {
    let admin = server.hand("admin");
    for (at, name) in
        ["\u{3000}", "\u{200b}\u{200d}", "\u{2060}\u{feff}", "\u{200e}\u{202e}", "\u{ad}"]
            .into_iter()
            .enumerate()
    {
        let body = json!({"login": "worker_a", "password": PASSWORD, "device": {"name": name}});
        let unseen = server.call("POST", "/v1/session").json(&body).send();
        unseen.expect_problem(400, "invalid-request");
        let account = json!({"login": "new.one", "name": name, "password": NEW});
        let add = admin.call("POST", "/v1/organisations/accounts");
        let add = add.header("Idempotency-Key", &format!("unseen-{at:04}")).json(&account).send();
        let told = add.expect_problem(422, "organisation-refused").json();
        assert_eq!(told["faults"][0]["code"], "name_missing", "{name:?}");
    }
}
