//! Notices to people about their own edits, as records in their own stream.

use crate::days::beijing_time;
use crate::grants::user_stream;
use crate::kinds::notice;
use crate::signatures;
use ruhu_sync::id::UserId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::path::Path;
use ruhu_sync::rules::{Event, News, Notice};
use std::collections::BTreeSet;

/// The notices of an event: to the author of the edit and, for a submission, to every investigator.
pub(crate) fn of(news: &News<'_>) -> Vec<Notice> {
    let mut told = BTreeSet::from([news.author]);
    if let Event::SubmissionMet { current } = news.event {
        told.extend(signatures::investigators(current).into_iter().take(signatures::PEOPLE_MAX));
    }
    let document = document(news);
    let notice =
        |to| Notice { to, stream: user_stream(to), kind: "notice", document: document.clone() };
    told.into_iter().map(notice).collect()
}

fn document(news: &News<'_>) -> Object {
    let text = |value: &dyn ToString| Json::Text(value.to_string());
    let number = i64::try_from(news.edit.device_seq.0).unwrap_or(i64::MAX);
    let mut document = Object::from([
        ("device".to_owned(), text(&news.edit.device)),
        ("device_seq".to_owned(), Json::Integer(number)),
        ("at".to_owned(), Json::Text(beijing_time(news.at))),
    ]);
    let mut put = |name: &str, value: Json| drop(document.insert(name.to_owned(), value));
    if let Some(record) = news.record {
        put("record", text(&record));
    }
    if let Some(kind) = news.kind {
        put("kind", text(&kind));
    }
    match news.event {
        Event::Applied { by, reason, conflicts } => {
            put("event", Json::from(notice::APPLIED));
            decided(&mut put, by, reason);
            if !conflicts.is_empty() {
                put("conflicts", places(conflicts));
            }
        }
        Event::Dismissed { by, reason } => {
            put("event", Json::from(notice::DISMISSED));
            decided(&mut put, by, reason);
        }
        Event::SubmissionMet { .. } => put("event", Json::from(notice::SUBMISSION_MET)),
    }
    document
}

fn decided(put: &mut dyn FnMut(&str, Json), by: UserId, reason: &str) {
    put("by", Json::Text(by.to_string()));
    put("reason", Json::from(reason));
}

fn places(paths: &[Path]) -> Json {
    Json::List(paths.iter().map(|path| Json::Text(path.to_string())).collect())
}
