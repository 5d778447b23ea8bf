//! Answers held against the service's own contract. `scripts/fuzz-contract` asks far more; what it
//! found stays here.

use ruhu_tests::{Server, on_both_databases};
use serde_json::Value;

on_both_databases! {
    a_query_that_makes_no_sense_is_answered_as_the_contract_says,
    whoever_may_not_ask_is_told_only_that_at_every_address,
}

/// The operations of one method, with their addresses.
fn operations<'a>(contract: &'a Value, method: &str) -> Vec<(&'a str, &'a Value)> {
    let paths = contract["paths"].as_object().expect("paths").iter();
    paths.filter_map(|(path, item)| Some((path.as_str(), item.get(method)?))).collect()
}

const ID: &str = "01920000-0000-7000-8000-000000000001";

fn a_query_that_makes_no_sense_is_answered_as_the_contract_says(server: Server) {
    let contract = server.call("GET", "/openapi.json").send().expect(200).json();
    let people = ["admin", "district_here"].map(|login| server.hand(login));
    let mut refused = 0;
    for (path, operation) in operations(&contract, "get") {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameters = parameters.map(|parameter| ruhu_tests::resolved(&contract, parameter));
        for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().expect("a name");
            let path = path.replace("{id}", ID).replace("{record}", ID);
            for person in &people {
                let reply = person.call("GET", &format!("{path}?{name}=%20&{name}=%20")).send();
                let status = reply.status.to_string();
                assert!(operation["responses"].get(&status).is_some(), "{path}: {status}");
                refused += usize::from(reply.status == 400);
            }
        }
    }
    assert!(refused >= 10, "{refused}");
}

/// Every operation that asks for a sign-in, with an address, a key and a body that are all wrong.
fn whoever_may_not_ask_is_told_only_that_at_every_address(server: Server) {
    let contract = server.call("GET", "/openapi.json").send().expect(200).json();
    let nobody = server.hand("worker_a");
    let of_staff =
        ["/v1/desk/", "/v1/organisations/", "/v1/audit/", "/v1/admin/", "/v1/operations/"];
    let mut refused = 0;
    for method in ["get", "post", "put", "delete"] {
        for (path, operation) in operations(&contract, method) {
            let security = operation.get("security").unwrap_or(&contract["security"]);
            if !security.to_string().contains("access_token") {
                continue;
            }
            let wrong = path.replace(['{', '}'], "x");
            let wrong = format!("{wrong}?limit=x&outcome=x");
            let method = method.to_uppercase();
            let stranger = server.call(&method, &wrong).bearer("x").body("{");
            stranger.send().expect_problem(401, "sign-in-required");
            if of_staff.iter().any(|prefix| path.starts_with(prefix)) {
                let reply = nobody.call(&method, &wrong).body("{").send();
                reply.expect_problem(403, "not-permitted");
                refused += 1;
            }
        }
    }
    assert!(refused > 40, "{refused}");
}
