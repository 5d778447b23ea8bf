//! Answers held against the service's own contract. `scripts/fuzz-contract` asks far more; what it
//! found stays here.

use ruhu_tests::{Server, on_both_databases};
use serde_json::Value;

on_both_databases! {
    a_query_that_makes_no_sense_is_answered_as_the_contract_says,
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
