//! Forms and what they are judged by: published, retired, read; rule tables; judgements.

mod going_on;
mod publishing;
mod retiring;
mod tables;
mod views;

use ruhu_tests::{Hand, Reply};
use serde_json::{Value, json};

/// A form of one question, and a computed value that says how it was answered.
pub(crate) fn trial(version: u32) -> Value {
    let source = json!({"law": "测试办法", "document": "测试〔2026〕1号", "article": "第1条"});
    json!({"id": "trial", "version": version, "label_zh": "试用表", "source": source,
        "valid_from": null, "valid_to": null,
        "sections": [{"id": "only", "label_zh": "唯一部分", "questions": [
            {"id": "rent_fen", "label_zh": "月租金", "required": true, "kind": {"type": "fen"}}]}],
        "computed": [{"name": "rent_twice", "label_zh": "两倍租金", "source": source,
            "rule": {"op": "multiply", "left": {"op": "int", "value": 2},
                "right": {"op": "answer", "of": "rent_fen"}}}]})
}

/// A desk's post under a key.
pub(crate) fn post(hand: &Hand, path: &str, key: &str, body: &Value) -> Reply {
    hand.call("POST", path).header("Idempotency-Key", key).json(body).send()
}
