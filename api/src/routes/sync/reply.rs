//! From what the protocol says to what HTTP says.

use crate::metrics::{Metrics, PushEnd};
use crate::problem::{Answer, Kind, Problem};
use crate::recorded::Recorded;
use ruhu_desk::pushing::push_answer;
use ruhu_sync::handshake::LIMITS;
use ruhu_sync::id::DeviceId;
use ruhu_sync::pull::{Page, PullReply};
use ruhu_sync::push::{PushAnswer, PushReply, UnreadablePush};
use ruhu_sync::version::Served;
use serde_json::json;

pub(super) fn unreadable(error: UnreadablePush, served: Served) -> Problem {
    let problem = Problem::new(Kind::MalformedPush);
    match error {
        UnreadablePush::Malformed => problem,
        UnreadablePush::UnknownProtocol => {
            Problem::new(Kind::ProtocolNotServed).with("versions", served.push())
        }
        UnreadablePush::TooManyEdits => problem
            .detail(
                format!("一次最多上传 {} 条编辑，请分次发送。", LIMITS.push_edits_max),
                format!("Send at most {} edits at once.", LIMITS.push_edits_max),
            )
            .with("push_edits_max", LIMITS.push_edits_max),
        UnreadablePush::UnnumberedEdit(index) => problem
            .detail(
                format!("edits 第 {index} 项没有可读的 device_seq,请补上编号后重发。"),
                format!(
                    "Element {index} of edits has no readable device_seq: number it and send again."
                ),
            )
            .with("index", index),
    }
}

pub(super) fn to_push(device: DeviceId, reply: PushReply) -> Answer<PushAnswer> {
    let own_through = match &reply {
        PushReply::Forked { at, .. } => Some(at.0.saturating_sub(1)),
        _ => None,
    };
    let answer = push_answer(reply).map_err(|problem| match own_through {
        Some(through) => problem.with("continues", json!({"device": device, "through": through})),
        None => problem,
    });
    Ok(answer?)
}

/// Counts a push by how it ended, whatever refused it, and its edits.
pub(super) fn count(metrics: &Metrics, pushed: &Answer<PushAnswer>) {
    match pushed {
        Ok(answer) => {
            metrics.observe_push(PushEnd::Taken);
            answer.new_verdicts.iter().for_each(|verdict| metrics.observe_edit(*verdict));
        }
        Err(problem) => metrics.observe_push(PushEnd::Refused(problem.kind())),
    }
}

pub(super) fn to_pull(reply: PullReply, served: Served) -> Answer<Recorded<Page>> {
    Err(match reply {
        PullReply::Page(page) => return Ok(Recorded::new(page.json)),
        PullReply::UnknownDevice => Kind::SignInRequired.into(),
        PullReply::DeviceLost => Kind::DeviceLost.into(),
        PullReply::Closed(epoch) => Problem::new(Kind::Closed).with("epoch", epoch.to_string()),
        PullReply::UpgradeRequired => {
            Problem::new(Kind::UpgradeRequired).with("versions", served.pull())
        }
        PullReply::CursorRefused => Kind::CursorRefused.into(),
        PullReply::EpochChanged(epoch) => {
            Problem::new(Kind::EpochChanged).with("epoch", epoch.to_string())
        }
    })
}
