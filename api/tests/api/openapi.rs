//! The contract: what is checked in is what is served, and says enough to be used.

use serde_json::Value;
use std::path::Path;

fn contract() -> Value {
    serde_json::from_str(&ruhu_api::routes::contract().expect("contract")).expect("json")
}

/// Every operation, with what to call it when something is missing.
fn operations(contract: &Value) -> Vec<(String, &Value)> {
    let paths = contract["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("path item");
        item.iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
    });
    operations.collect()
}

/// What a reference stands for.
fn resolved<'a>(contract: &'a Value, part: &'a Value) -> &'a Value {
    let pointer = part["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.map_or(part, |pointer| contract.pointer(pointer).expect("it is there"))
}

/// An example stands with the content, or with the schema of its message.
fn has_example(contract: &Value, content: &Value) -> bool {
    let of_schema = &resolved(contract, &content["schema"])["examples"];
    content.get("example").is_some()
        || content["examples"].as_object().is_some_and(|all| !all.is_empty())
        || of_schema.as_array().is_some_and(|all| !all.is_empty())
}

/// Who has to sign in for an operation: what it says itself, or what the contract says for all.
fn security<'a>(contract: &'a Value, operation: &'a Value) -> &'a Value {
    operation.get("security").unwrap_or(&contract["security"])
}

/// What of the operations does not hold.
fn broken(holds: impl Fn(&Value) -> bool) -> Vec<String> {
    let contract = contract();
    let operations = operations(&contract).into_iter();
    operations.filter(|(_, operation)| !holds(operation)).map(|(name, _)| name).collect()
}

#[test]
fn the_page_on_kinds_that_is_checked_in_is_what_the_kinds_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/kinds.md");
    assert!(
        std::fs::read_to_string(&file).unwrap_or_default() == ruhu_casework::description::page(),
        "docs/kinds.md is not what the kinds say: look at the difference, then\n  \
         cargo run -p ruhu -- kinds --write docs/kinds.md"
    );
}

#[test]
fn the_contract_has_the_schema_of_every_kinds_documents() {
    let contract = contract();
    for kind in ruhu_casework::description::all() {
        let name = ruhu_casework::description::schema_name(kind.name);
        let schema = &contract["components"]["schemas"][&name];
        for field in &kind.fields {
            assert!(schema["properties"][field.name].is_object(), "{name}: {}", field.name);
        }
    }
}

#[test]
fn the_contract_that_is_checked_in_is_the_one_that_is_served() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/openapi.json");
    let checked_in = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        checked_in == ruhu_api::routes::contract().expect("contract"),
        "openapi/openapi.json is not what the routes say: look at the difference, then\n  \
         cargo run -p ruhu -- openapi --write openapi/openapi.json"
    );
}

#[test]
fn the_contract_is_openapi_3_1_under_our_own_name() {
    let contract = contract();
    assert_eq!(contract["openapi"], "3.1.0");
    assert_eq!(contract["info"]["title"], "入户 Ruhu");
    assert_eq!(contract["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(contract["components"]["securitySchemes"]["access_token"]["scheme"], "bearer");
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_does() {
    let named = |operation: &Value| {
        ["operationId", "summary"]
            .iter()
            .all(|member| operation[*member].as_str().is_some_and(|text| !text.is_empty()))
            && operation["tags"].as_array().is_some_and(|tags| tags.len() == 1)
    };
    assert_eq!(broken(named), [""; 0]);
    let contract = contract();
    let mut names: Vec<_> =
        operations(&contract).iter().map(|(_, o)| o["operationId"].to_string()).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "two operations have one operationId");
}

#[test]
fn every_json_request_and_success_shows_an_example() {
    let contract = contract();
    let shown = |operation: &Value| {
        let responses = operation["responses"].as_object().expect("responses");
        let successes = responses.iter().filter(|(status, _)| status.starts_with('2'));
        let mut contents: Vec<_> = successes.map(|(_, response)| &response["content"]).collect();
        contents.push(&operation["requestBody"]["content"]);
        contents
            .into_iter()
            .filter_map(|content| content.get("application/json"))
            .all(|content| has_example(&contract, content))
    };
    assert_eq!(broken(shown), [""; 0]);
}

#[test]
fn every_failure_is_a_problem_that_is_explained() {
    let known: Vec<_> = ruhu_api::problem::Kind::ALL.iter().map(|kind| kind.slug()).collect();
    let contract = contract();
    let explained = |operation: &Value| {
        let responses = operation["responses"].as_object().expect("responses");
        let failures = responses.iter().filter(|(status, _)| status.starts_with(['4', '5']));
        failures.into_iter().all(|(status, response)| {
            let content = &resolved(&contract, response)["content"]["application/problem+json"];
            let examples = content["examples"].as_object();
            examples.is_some_and(|examples| {
                !examples.is_empty()
                    && examples.iter().all(|(slug, example)| {
                        let example = resolved(&contract, example);
                        known.contains(&slug.as_str())
                            && example["value"]["status"]
                                == status.parse::<u16>().unwrap_or_default()
                    })
            })
        }) && responses.contains_key("500")
    };
    assert_eq!(broken(explained), [""; 0]);
}

#[test]
fn every_operation_says_whether_it_needs_a_token() {
    let contract = contract();
    let said = |operation: &Value| {
        security(&contract, operation).as_array().is_some_and(|security| !security.is_empty())
    };
    assert_eq!(broken(said), [""; 0]);
    let guarded = |operation: &Value| {
        let needs = security(&contract, operation).to_string().contains("access_token");
        !needs || operation["responses"].get("401").is_some()
    };
    assert_eq!(broken(guarded), [""; 0]);
    let open_calls: Vec<_> = operations(&contract)
        .into_iter()
        .filter(|(name, _)| name.contains(" /v1/"))
        .filter(|(_, operation)| {
            !security(&contract, operation).to_string().contains("access_token")
        })
        .map(|(name, _)| name)
        .collect();
    assert_eq!(open_calls, ["post /v1/session", "post /v1/session/refresh"]);
}

fn references<'a>(part: &'a Value, found: &mut Vec<&'a str>) {
    match part {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_reference_of_the_contract_leads_somewhere() {
    let contract = contract();
    let mut found = Vec::new();
    references(&contract, &mut found);
    let leads = |reference: &&str| {
        let pointer = reference.strip_prefix('#').unwrap_or_default();
        contract.pointer(&pointer.replace("%7B", "{").replace("%7D", "}")).is_some()
    };
    let astray: Vec<_> = found.iter().filter(|reference| !leads(reference)).collect();
    assert_eq!(astray, [&""; 0]);
    assert!(found.len() > 500, "{}", found.len());
}
