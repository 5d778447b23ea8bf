//! Requests that no honest tablet sends, made by hand.

use super::World;
use super::acts::patch;
use crate::look;
use crate::names::{hand, user};
use crate::service::Service;
use crate::step::Raw;
use ruhu_device::Outside as _;
use serde_json::{Value, json};

impl<S: Service> World<S> {
    pub(super) fn enrol_hand(&mut self) {
        self.token = self.enrol(0, hand());
    }

    /// Pushes by hand, under a name of its own, for the first person.
    pub(super) fn by_hand(&mut self, raw: Raw) {
        let known =
            self.looked(|stored| (look::acknowledged(stored, hand()), look::records(stored)));
        let elements: Vec<String> = match known {
            None => {
                let said = self.script.pop_front().unwrap_or_default();
                serde_json::from_str(&said).unwrap_or_default()
            }
            Some((before, records)) => {
                let elements = self.elements(raw, &before, &records).unwrap_or_default();
                self.sent.push_back(json!(elements).to_string());
                elements
            }
        };
        if elements.is_empty() {
            return;
        }
        let mut net = self.net.borrow_mut();
        let epoch = net.service.epoch();
        let body =
            format!("{{\"protocol\":1,\"epoch\":\"{epoch}\",\"edits\":[{}]}}", elements.join(","));
        let token = self.token.clone();
        net.push_by_hand((user(0), hand()), &token, &body);
    }

    fn elements(
        &mut self,
        raw: Raw,
        before: &[String],
        records: &[look::Seen],
    ) -> Option<Vec<String>> {
        let next = before.len() as u64 + 1;
        let mine: Vec<&look::Seen> = records.iter().filter(|seen| !seen.deleted).collect();
        let seen = *mine.get(before.len() % mine.len().max(1))?;
        let kind = self.kinds.get(&seen.kind)?;
        let place = *kind.places.first()?;
        let given = &mut self.staffs;
        let mut put = |number: u64, word: u8| {
            json!({"device_seq": number, "op": "put", "record": seen.id, "kind": seen.kind,
                "root": seen.root, "base": seen.rev, "patch": patch(place, kind.word(place, word)),
                "made_at": given.made_at()})
        };
        let grouped = |mut edit: Value, id: uuid::Uuid, size: u64| {
            edit["group"] = json!({"id": id, "size": size});
            edit.to_string()
        };
        Some(match raw {
            Raw::Unreadable => {
                let unread =
                    put(next + 1, 1).to_string().replace("\"base\":", "\"base\":\"0\",\"base\":");
                vec![put(next, 0).to_string(), unread, put(next + 2, 2).to_string()]
            }
            Raw::Gap => vec![put(next + 1, 0).to_string()],
            Raw::SplitGroup => {
                let edit = put(next, 0);
                vec![grouped(edit, given.new_id(), 2)]
            }
            Raw::StaffsOp => {
                let mut edit = put(next, 0);
                edit["op"] = json!("move");
                edit["stream"] = json!(crate::names::team(1));
                vec![edit.to_string()]
            }
            Raw::Changed => {
                let last = next.checked_sub(1).filter(|last| *last > 0)?;
                vec![put(last, 3).to_string()]
            }
            Raw::Everything => before.to_vec(),
            Raw::WrongMember => {
                let (one, mut other) = (put(next, 0), put(next + 1, 1));
                other["patch"] = patch(place, json!({"a": 1}));
                let id = given.new_id();
                vec![grouped(one, id, 2), grouped(other, id, 2)]
            }
        })
    }
}
