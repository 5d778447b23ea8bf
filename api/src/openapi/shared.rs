//! What several operations say alike is written once: a parameter in `components`, an example of a
//! message with the message's schema.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SCHEMAS: &str = "#/components/schemas/";

/// Moves what is said more than once to `components`.
pub(super) fn share(contract: &mut Value) {
    share_parameters(contract);
    share_examples(contract);
    share_security(contract);
}

fn operations(contract: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = contract["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    paths.filter_map(Value::as_object_mut).flat_map(Map::values_mut)
}

/// Of the parameters of one name, the one that most operations take moves to `components`.
fn share_parameters(contract: &mut Value) {
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let name = |parameter: &Value| parameter["name"].as_str().unwrap_or_default().to_owned();
    for operation in operations(contract) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            *counts
                .entry(name(parameter))
                .or_default()
                .entry(parameter.to_string())
                .or_default() += 1;
        }
    }
    let mut shared = Map::new();
    for (name, variants) in counts {
        let most = variants.into_iter().max_by_key(|(_, count)| *count).filter(|(_, n)| *n > 1);
        let parameter = most.and_then(|(text, _)| serde_json::from_str(&text).ok());
        shared.extend(parameter.map(|parameter| (name, parameter)));
    }
    for operation in operations(contract) {
        // By name, not by index: that would make a member that is not there.
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let name = name(parameter);
            if shared.get(&name) == Some(parameter) {
                *parameter = json!({"$ref": format!("#/components/parameters/{name}")});
            }
        }
    }
    contract["components"]["parameters"] = Value::Object(shared);
}

/// The first example of a message moves to its schema, and whatever repeats it goes.
fn share_examples(contract: &mut Value) {
    let mut shared: BTreeMap<String, Value> = BTreeMap::new();
    for operation in operations(contract) {
        let bodies = messages(operation);
        for content in bodies {
            let Some(schema) = content["schema"]["$ref"].as_str() else { continue };
            let Some(name) = schema.strip_prefix(SCHEMAS).map(str::to_owned) else { continue };
            let Some(example) = content.get("example").cloned() else { continue };
            if *shared.entry(name).or_insert_with(|| example.clone()) == example {
                content.remove("example");
            }
        }
    }
    for (name, example) in shared {
        contract["components"]["schemas"][name]["examples"] = json!([example]);
    }
}

/// Who has to sign in is said once, and only the operations for which it is otherwise say so.
fn share_security(contract: &mut Value) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for operation in operations(contract) {
        *counts.entry(operation["security"].to_string()).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    let Some(most) = most.and_then(|(text, _)| serde_json::from_str::<Value>(&text).ok()) else {
        return;
    };
    for operation in operations(contract).filter_map(Value::as_object_mut) {
        if operation.get("security") == Some(&most) {
            operation.remove("security");
        }
    }
    contract["security"] = most;
}

/// The longest line into which a short list is drawn together.
const LINE_MAX: usize = 100;

/// Writes the contract for people to read and compare: a reference, and a short list of words, on one
/// line.
pub(super) fn write(contract: &Value) -> serde_json::Result<String> {
    let pretty = serde_json::to_string_pretty(contract)?;
    let lines: Vec<&str> = pretty.lines().collect();
    let mut text = String::with_capacity(pretty.len());
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let (joined, taken) = joined(&lines[at..]).unwrap_or_else(|| ((*line).to_owned(), 1));
        text.push_str(&joined);
        text.push('\n');
        at += taken;
    }
    Ok(text)
}

/// The lines of a reference or of a short list as one, and how many they were.
fn joined(lines: &[&str]) -> Option<(String, usize)> {
    let (first, rest) = lines.split_first()?;
    let is_list = first.ends_with('[');
    let closes = |line: &&str| line.trim_start().starts_with(['}', ']']);
    let inner: Vec<&str> =
        rest.iter().copied().take_while(|line| !closes(line)).map(str::trim).collect();
    let last = rest.get(inner.len())?.trim_start();
    let is_plain = inner.iter().all(|line| !line.ends_with(['{', '[']));
    let is_reference =
        first.ends_with('{') && matches!(&*inner, [one] if one.starts_with("\"$ref\":"));
    let is_whole = is_list && last.starts_with(']') || is_reference && last.starts_with('}');
    let between = if is_list { "" } else { " " };
    let line = format!("{first}{between}{}{between}{last}", inner.join(" "));
    let is_joined = is_whole && is_plain && !inner.is_empty() && line.len() <= LINE_MAX;
    is_joined.then_some((line, inner.len() + 2))
}

/// The contents of an operation's request and answers.
fn messages(operation: &mut Value) -> Vec<&mut Map<String, Value>> {
    let mut found = Vec::new();
    let Some(operation) = operation.as_object_mut() else { return found };
    for (name, part) in operation {
        let of_bodies: Vec<&mut Value> = match name.as_str() {
            "requestBody" => vec![part],
            "responses" => part.as_object_mut().into_iter().flat_map(Map::values_mut).collect(),
            _ => Vec::new(),
        };
        for body in of_bodies {
            let Some(contents) = body.get_mut("content").and_then(Value::as_object_mut) else {
                continue;
            };
            found.extend(contents.values_mut().filter_map(Value::as_object_mut));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(example: &str) -> Value {
        let content = json!({"application/json":
            {"schema": {"$ref": "#/components/schemas/Thing"}, "example": example}});
        json!({"get": {"parameters": [{"name": "limit", "in": "query"}],
            "responses": {"200": {"content": content}}}})
    }

    #[test]
    fn a_parameter_and_an_example_that_are_said_twice_are_written_once() {
        let mut contract = json!({"components": {"schemas": {"Thing": {}}},
            "paths": {"/a": reading("x"), "/b": reading("x"), "/c": reading("y"), "/d": {"get": {"responses": {}}}}});
        share(&mut contract);
        let components = &contract["components"];
        assert_eq!(components["parameters"]["limit"], json!({"name": "limit", "in": "query"}));
        assert_eq!(components["schemas"]["Thing"]["examples"], json!(["x"]));
        let content = |path: &str| {
            let answer = &contract["paths"][path]["get"]["responses"]["200"];
            answer["content"]["application/json"].clone()
        };
        let bare = &contract["paths"]["/d"]["get"];
        assert_eq!(bare.get("parameters"), None, "what takes none says nothing of any");
        assert_eq!(content("/b").get("example"), None);
        assert_eq!(content("/c")["example"], "y", "another example stays");
        let limit = &contract["paths"]["/c"]["get"]["parameters"][0];
        assert_eq!(limit["$ref"], "#/components/parameters/limit");
        let text = write(&contract).expect("a text");
        assert!(
            text.contains("\n          { \"$ref\": \"#/components/parameters/limit\" }\n"),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), contract);
    }
}
