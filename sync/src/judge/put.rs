//! Making or changing a record.

use super::{Judge, Judged, Taken, Target, past};
use crate::edit::Edit;
use crate::id::DeviceSeq;
use crate::journal::effect_of_creation;
use crate::json::Json;
use crate::ledger::Ledger;
use crate::merge::{Incoming, merge};
use crate::outcome::{Outcome, Reason, Refusal};
use crate::patch::Wish;
use crate::path::Path;
use crate::rules::{Act, Question, Rules};
use std::borrow::Cow;

impl<R: Rules> Judge<'_, R> {
    pub(super) fn put(
        &self,
        ledger: &mut Ledger,
        device_seq: DeviceSeq,
        edit: &Edit,
        target: &Target,
    ) -> Judged<Taken> {
        let entry = ledger.available(edit.record)?;
        entry.content()?;
        let stream = entry.stored.stream;
        let since = entry.since(edit.base);
        let content = entry.opened().ok_or(Refusal::quarantine(Reason::NotAvailable))?;
        let current = (target.act != Act::Create).then_some(&content.document);
        let edit = self.normal(edit, current);
        let is_as_sent = matches!(edit, Cow::Borrowed(_));
        let edit = edit.as_ref();
        let shape = self.shape(edit, current)?;
        let asks = self.asks(edit, current, &shape, target.act)?;
        self.nothing_only_at_desk(edit, &asks)?;
        let question = Question {
            current,
            open: &content.conflicts,
            asks: &asks,
            stream: Some(stream),
            area: self.grants.areas.get(&stream).map(String::as_str),
            ..self.question(edit, target)
        };
        self.rules.permits(&question).map_err(|reason| Refusal {
            problems: self.rules.places(&question, reason),
            ..Refusal::quarantine(reason)
        })?;
        let (signed, kept) = self.signatures(&question, &asks);
        let incoming = Incoming {
            user: self.user,
            own: self.own(device_seq),
            hand: self.hand,
            shape: &shape,
            asks: &kept,
            resolves: &edit.resolves,
            made_at: &edit.made_at,
        };
        let may_pass = |path: &Path, from: Option<&Json>, to: Option<&Json>| {
            self.rules.may_pass(&question, path, from, to)
        };
        let mut merged = merge(content, &incoming, since, &may_pass)?;
        let mut consequences = self.rules.consequences(&edit.kind, &merged.content.document);
        // A consequence that is not permitted refuses only an edit whose purpose was to cause it.
        let signs = self.rules.signers(&edit.kind, &edit.patch).len() > signed.unproved.len();
        if !consequences.is_empty()
            && !signs
            && self.whole(edit, target, &asks, &consequences, &merged.content).is_err()
        {
            consequences.clear();
        }
        self.whole(edit, target, &asks, &consequences, &merged.content)?;
        self.keeps_rules(edit, current, content, &incoming, since, &merged)?;
        consequences.extend(self.rules.stamps(&question, &merged.content.document));
        let effect_is_payload = target.act == Act::Create
            && is_as_sent
            && consequences.is_empty()
            && merged.ignored.is_empty()
            && signed.is_empty()
            && !asks.iter().any(|ask| ask.wish == Wish::Remove);
        for (path, value) in signed.marks.into_iter().chain(consequences) {
            merged.set(path, value);
        }
        merged.ignored.extend(signed.unproved);
        let effect =
            if effect_is_payload { effect_of_creation(&edit.patch) } else { merged.effect };
        let rev = entry
            .take(merged.content, |rev| past(edit.record, self.device, device_seq, rev, &effect));
        let outcome = Outcome {
            rev: Some(rev),
            conflicts: merged.conflicts,
            ignored: merged.ignored,
            ..Outcome::new(device_seq, merged.verdict)
        };
        let references_of = self.looks_up_references(edit).then_some(edit.record);
        Ok(Taken { outcome, effect, effect_is_payload, references_of })
    }
}
