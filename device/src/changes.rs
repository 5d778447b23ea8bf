//! What an edit changes, in the notation of each protocol version.

use crate::draft::Draft;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use ruhu_sync::version::Version;

/// Adds what the edit changes to its members.
pub(crate) fn write_changes(members: &mut Object, draft: &Draft, version: Version) {
    match version {
        Version::One => {
            members.insert("patch".to_owned(), Json::Object(draft.patch.clone()));
            if !draft.new_rows.is_empty() {
                let rows = draft.new_rows.iter().map(|row| Json::Text(row.to_string()));
                members.insert("new_rows".to_owned(), Json::List(rows.collect()));
            }
        }
        Version::Two => {
            let mut changes = Vec::new();
            gather(&Path::whole(), &draft.patch, draft, &mut changes);
            members.insert("changes".to_owned(), Json::List(changes));
        }
    }
}

fn gather(at: &Path, patch: &Object, draft: &Draft, changes: &mut Vec<Json>) {
    for (name, value) in patch {
        let path = at.child(name);
        let (act, what) = match value {
            row if draft.new_rows.contains(&path) => ("add_row", row.clone()),
            Json::Null => ("remove", Json::Bool(true)),
            Json::Object(inner) if inner.is_empty() => ("ensure", Json::Bool(true)),
            Json::Object(inner) => {
                gather(&path, inner, draft, changes);
                continue;
            }
            value => ("set", value.clone()),
        };
        changes.push(Json::Object(Object::from([
            ("path".to_owned(), Json::Text(path.to_string())),
            (act.to_owned(), what),
        ])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, answered, applied, crash, device, doc, id};
    use ruhu_sync::edit::Received;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    #[test]
    fn both_versions_are_read_as_the_same_edit() {
        let patch = r#"{"a/b":{"~":null},"home":{},"rows":{"r1":{"wage":5},"r2":{"wage":[1]}}}"#;
        let new_rows = BTreeSet::from([Path::of(&["rows", "r1"])]);
        let draft = Draft { new_rows, ..Draft::put(id(1), "household", id(1), doc(patch)) };
        let kept = |version| {
            let base = ruhu_sync::rev::Base::Nothing;
            let number = ruhu_sync::id::DeviceSeq(1);
            crate::KeptEdit::new(number, draft.clone(), base, None, "2026-11-23", version)
        };
        let (one, two) = (kept(Version::One).expect("kept"), kept(Version::Two).expect("kept"));
        let two = Received::read_in(&two.bytes, Version::Two).expect("numbered");
        let one = Received::read(&one.bytes).expect("numbered");
        assert!(one.asked().is_some());
        assert_eq!(one.edit, two.edit);
    }

    #[test]
    fn a_tablet_that_was_updated_sends_its_old_edits_in_the_old_version_and_apart() {
        let mut device = device();
        let old = device.create("household", None, doc(r#"{"name":"测试丁"}"#)).expect("kept");
        device.settings_mut().version = Version::Two;
        device.set(old, &Path::of(&["name"]), Json::from("测试戊")).expect("kept");
        // The answer of the first is lost, and the tablet crashes.
        let mut device = crash(device);
        device.settings_mut().attempts = 1;
        device.transport_mut().then_lost();
        assert!(device.push().is_err());
        device.transport_mut().then(applied(1..=1, &[])).then(applied(2..=2, &[]));
        device.push().expect("pushed");
        let calls = &device.transport().calls;
        let told: Vec<&Value> = calls.iter().map(|call| &call.body["protocol"]).collect();
        assert_eq!(told, [&json!(1), &json!(1), &json!(2)]);
        assert_eq!(calls[0].bytes, calls[1].bytes);
        assert_eq!(calls[1].body["edits"][0]["patch"]["name"], "测试丁");
        let change = json!([{"path": "/name", "set": "测试戊"}]);
        assert_eq!(calls[2].body["edits"][0]["changes"], change);
    }

    #[test]
    fn a_group_is_of_one_version() {
        let mut device = device();
        device.settings_mut().version = Version::Two;
        device
            .group(|d| {
                d.create("household", None, doc("{}"))?;
                d.create("household", None, doc("{}"))
            })
            .expect("kept");
        let line: &mut Fake = device.transport_mut();
        line.then(answered(
            &json!([
            {"device_seq": 1, "outcome": "applied", "rev": "1-00000000"},
            {"device_seq": 2, "outcome": "applied", "rev": "1-00000000"}]),
            2,
            &[],
        ));
        device.push().expect("pushed");
        assert_eq!(device.transport().calls.len(), 1);
    }
}
