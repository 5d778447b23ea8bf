//! A kind's documents as a JSON Schema (draft 2020-12).

use super::{FieldTold, KindTold};
use serde_json::{Map, Value, json};

/// What a contract calls the schema of a kind's documents.
pub fn schema_name(kind: &str) -> String {
    let mut letters = kind.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain("Document".chars()).collect()
}

/// The schema of a kind's documents. Fields that it does not know are kept, each as one value.
pub fn schema(kind: &KindTold) -> Value {
    let mut schema = object(&kind.fields);
    schema["title"] = json!(kind.label_zh);
    let always = kind.required.iter().filter(|rule| rule.when.is_none() && rule.one_of.len() == 1);
    schema["required"] = json!(always.flat_map(|rule| &rule.one_of).collect::<Vec<_>>());
    schema
}

fn object(fields: &[FieldTold]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), field_schema(field))).collect();
    json!({"type": "object", "properties": properties})
}

fn field_schema(field: &FieldTold) -> Value {
    let codes = || field.options.iter().map(|option| option.code);
    let labels = || {
        let said = field.options.iter().map(|o| format!("{} {}", o.code, o.label_zh));
        said.collect::<Vec<_>>().join("；")
    };
    let mut schema = match field.holds {
        "text" | "figures" => json!({"type": "string", "maxLength": field.max_chars}),
        "integer" => json!({"type": "integer", "minimum": field.min, "maximum": field.max}),
        "fen" => json!({"type": "integer", "minimum": 0, "description": "分"}),
        "day" => json!({"type": "string", "format": "date"}),
        "instant" => json!({"type": "string", "format": "date-time"}),
        "code" => {
            json!({"type": "string", "enum": codes().collect::<Vec<_>>(), "description": labels()})
        }
        "area_code" => json!({"type": "string", "pattern": "^[0-9]{12}$"}),
        "uuid" | "record" => json!({"type": "string", "format": "uuid"}),
        "yes_no" => json!({"type": "boolean"}),
        "sha256" => json!({"type": "string", "pattern": "^[0-9a-f]{64}$"}),
        "proof" => json!({"type": "string", "pattern": "^[0-9a-f]{128}$"}),
        "paths" => json!({"type": "array", "items": {"type": "string"}}),
        "object" => object(&field.fields),
        "rows" => json!({"type": "object", "additionalProperties": object(&field.fields)}),
        "choices" => {
            let options: Map<String, Value> =
                codes().map(|code| (code.to_owned(), json!({"const": true}))).collect();
            json!({"type": "object", "properties": options, "additionalProperties": false,
                "description": labels()})
        }
        "by_person" => {
            let each = field.fields.first().map(field_schema);
            json!({"type": "object", "additionalProperties": each})
        }
        "answers" => {
            json!({"type": "object", "description": "GET /v1/forms/{id}/{version}/schema"})
        }
        // A citizen's number (GB 11643).
        _ => json!({"type": "string"}),
    };
    schema["title"] = json!(field.label_zh);
    if field.class == "server" {
        schema["readOnly"] = json!(true);
    }
    if field.write_only {
        schema["writeOnly"] = json!(true);
    }
    schema
}
