//! The household that the story is about, and the words for what happens to it.

use crate::DemoError;
use crate::narrate::Narrator;
use crate::page::words::{Words, computed};
use crate::tablet::Tablet;
use ruhu_casework::rules::CaseRules;
use ruhu_device::View;
use ruhu_forms::Form;
use ruhu_sync::id::{RecordId, StreamId};
use ruhu_sync::json::Json;
use ruhu_sync::outcome::{Outcome, Verdict};
use ruhu_sync::path::Path;

/// The household, with the words for it.
pub(super) struct Scene<'a> {
    pub(super) household: RecordId,
    pub(super) person: RecordId,
    pub(super) assessment: RecordId,
    form: &'a Form,
    household_words: Words,
    assessment_words: Words,
}

const FORM: (&str, u32) = ("tekun_six", 1);

/// Where an answer stands.
pub(super) fn answer(question: &str) -> Path {
    Path::of(&["answers", question])
}

impl<'a> Scene<'a> {
    /// The first assessment of the stream that nobody has begun to fill, by its name.
    pub(super) fn choose(
        tablet: &Tablet,
        stream: StreamId,
        rules: &'a CaseRules,
    ) -> Result<Self, DemoError> {
        let form = rules.catalogue().get(FORM.0, FORM.1).map(|entry| entry.form());
        let form = form.ok_or_else(|| DemoError::Plan("the form is not there".to_owned()))?;
        let is_blank = |view: &View| {
            let text = |name: &str| view.document.get(name).and_then(Json::as_text);
            view.stream == Some(stream)
                && text("form") == Some(FORM.0)
                && text("status") == Some("draft")
                && answer("eat").find(&view.document).is_none()
                && answer("toilet").find(&view.document).is_none()
        };
        let assessments = tablet.device.records("assessment");
        let view = assessments.into_iter().find(is_blank).ok_or(DemoError::NothingToTell)?;
        let person = view.document.get("person").and_then(Json::as_text);
        let person = person.and_then(RecordId::parse).ok_or(DemoError::NothingToTell)?;
        Ok(Self {
            household: view.root,
            person,
            assessment: view.record,
            form,
            household_words: Words::of("household", None),
            assessment_words: Words::of("assessment", Some(form)),
        })
    }

    /// The words for a record of the scene.
    pub(super) fn words(&self, record: RecordId) -> &Words {
        match record == self.household {
            true => &self.household_words,
            false => &self.assessment_words,
        }
    }

    /// What a place is called, and what a tablet shows there.
    pub(super) fn show(
        &self,
        narrator: &mut Narrator<'_>,
        tablet: &Tablet,
        record: RecordId,
        paths: &[Path],
    ) -> Result<(), DemoError> {
        let words = self.words(record);
        for path in paths {
            let value = tablet.value(record, path)?;
            narrator.pair(&words.label(path), &words.value(path, value.as_ref()));
        }
        Ok(())
    }

    /// One outcome as a line.
    pub(super) fn outcome(&self, narrator: &mut Narrator<'_>, outcome: &Outcome, what: &str) {
        let verdict = match outcome.outcome {
            Verdict::Applied => "applied 已采纳",
            Verdict::Merged => "merged 已合并",
            Verdict::Conflict => "conflict 有冲突",
            Verdict::Quarantined => "quarantined 待处理",
            Verdict::Rejected => "rejected 不予采纳",
        };
        let rev = outcome.rev.map(|rev| format!("，版本 {rev}")).unwrap_or_default();
        narrator.pair(&format!("第 {} 条 {what}", outcome.device_seq), &format!("{verdict}{rev}"));
    }

    /// What the form makes of the answers that a tablet shows.
    pub(super) fn grade(&self, tablet: &Tablet) -> Result<String, DemoError> {
        let document = tablet.view(self.assessment)?.document;
        // What is worked out last follows from all before it.
        let last = computed(self.form, &document).pop();
        Ok(last.map(|(_, said)| said).unwrap_or_default())
    }
}
