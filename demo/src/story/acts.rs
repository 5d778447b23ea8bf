//! What happens, act by act.

use super::Cast;
use super::scene::{Scene, answer};
use crate::DemoError;
use crate::claim::claim;
use crate::line::PUSH;
use crate::narrate::Narrator;
use crate::tablet::Tablet;
use ruhu_casework::rules::CaseRules;
use ruhu_device::{Choice, DeviceError};
use ruhu_sync::id::StreamId;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::{Outcome, Verdict};
use ruhu_sync::path::Path;
use ruhu_sync::record::Conflict;
use std::collections::BTreeSet;

/// The two tablets, and who tells of them.
pub(super) struct Acts<'a, 'b> {
    pub(super) a: Tablet,
    pub(super) b: Tablet,
    stream: StreamId,
    pub(super) narrator: &'a mut Narrator<'b>,
}

/// What the two wrote, to be found again later.
pub(super) struct Written {
    caregivers: [String; 2],
    phone: String,
    notes: String,
}

/// The question that the two answer differently.
const QUARREL: &str = "toilet";
const BY_A: &str = "not_achieved";
const BY_B: &str = "achieved";

fn object<const N: usize>(members: [(&str, Json); N]) -> Object {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn caregivers() -> Path {
    answer("caregivers")
}

fn field(name: &str) -> Path {
    Path::of(&[name])
}

impl<'a, 'b> Acts<'a, 'b> {
    /// Both sign in and pull.
    pub(super) fn begin(
        mut a: Tablet,
        mut b: Tablet,
        cast: &Cast,
        narrator: &'a mut Narrator<'b>,
    ) -> Result<Self, DemoError> {
        narrator.step("登录：每台平板只属于一个人", "Sign in: a tablet is one person's");
        for tablet in [&mut a, &mut b] {
            tablet.device.sign_in(&tablet.login, crate::PASSWORD, tablet.called)?;
            let device = tablet.device.memory().device().map(|id| id.to_string());
            let device = device.unwrap_or_default();
            narrator.pair(
                &format!("{} {}", tablet.called, tablet.login),
                &format!("{}，设备 {device}", tablet.name),
            );
        }
        let devices = (a.device.memory().device(), b.device.memory().device());
        claim(devices.0.is_some() && devices.0 != devices.1, "two tablets are two devices")?;
        narrator.step("拉取：本组的全部记录", "Pull: every record of the team");
        for tablet in [&mut a, &mut b] {
            let pages = tablet.pull()?;
            let (count, digest) = tablet.holds(cast.stream);
            claim((count, digest.clone()) == tablet.told(cast.stream)?, "digests are equal")?;
            let line = format!("{}：{count} 条记录（{pages} 页），摘要 {digest}", cast.team);
            narrator.pair(tablet.called, &line);
        }
        claim(a.holds(cast.stream) == b.holds(cast.stream), "both tablets hold the same")?;
        Ok(Self { a, b, stream: cast.stream, narrator })
    }

    /// The household of the story, as both see it.
    pub(super) fn choose_household<'r>(
        &mut self,
        rules: &'r CaseRules,
    ) -> Result<Scene<'r>, DemoError> {
        let scene = Scene::choose(&self.a, self.stream, rules)?;
        self.narrator.fact("两人要去的是同一户 Both are on their way to this household:");
        let fields = ["head_name", "address", "phone", "notes"].map(field);
        scene.show(self.narrator, &self.a, scene.household, &fields)?;
        scene.show(self.narrator, &self.a, scene.assessment, &[field("status")])?;
        let rev = |tablet: &Tablet| Ok::<_, DemoError>(tablet.view(scene.assessment)?.rev);
        claim(rev(&self.a)? == rev(&self.b)?, "both see the same version")?;
        Ok(scene)
    }

    /// Both write without a signal.
    pub(super) fn write_offline(&mut self, scene: &Scene<'_>) -> Result<Written, DemoError> {
        let calls =
            |acts: &Self| (acts.a.device.transport().calls(), acts.b.device.transport().calls());
        let before = calls(self);
        self.narrator
            .step("楼道里没有信号，两人各填各的", "No signal in the stairwell: both write");
        let (notes, of_a) = self.a_writes(scene)?;
        let (phone, of_b) = self.b_writes(scene)?;
        claim(calls(self) == before, "nothing was sent")?;
        self.narrator.fact(
            "两台平板都没有联网；改动先存在本机 Nothing was sent; all of it is kept on the tablets",
        );
        Ok(Written { caregivers: [of_a, of_b], phone, notes })
    }

    fn a_writes(&mut self, scene: &Scene<'_>) -> Result<(String, String), DemoError> {
        let Tablet { device, .. } = &mut self.a;
        let items = [
            ("eat", "achieved"),
            ("dress", "not_achieved"),
            ("bed_transfer", "not_achieved"),
            (QUARREL, BY_A),
            ("walk_indoor", "achieved"),
            ("bathe", "not_achieved"),
        ];
        let answers = items.map(|(question, said)| (question, Json::from(said)));
        let patch = object([("answers", Json::Object(object(answers)))]);
        device.patch(scene.assessment, patch, BTreeSet::new())?;
        let daughter = object([("name", "照护人甲（虚构）".into()), ("hours_per_day", 6.into())]);
        let row = device.add_row(scene.assessment, &caregivers(), daughter)?;
        let notes = "长女每日上门，夜间独居（演示）";
        device.set(scene.household, &field("notes"), notes.into())?;
        self.narrator
            .fact(&format!("{} {}：特困六项、一名照护人、户备注", self.a.called, self.a.name));
        let shown = items.map(|(question, _)| answer(question));
        scene.show(self.narrator, &self.a, scene.assessment, &shown)?;
        scene.show(self.narrator, &self.a, scene.assessment, &[caregivers()])?;
        scene.show(self.narrator, &self.a, scene.household, &[field("notes")])?;
        Ok((notes.to_owned(), row))
    }

    fn b_writes(&mut self, scene: &Scene<'_>) -> Result<(String, String), DemoError> {
        let Tablet { device, .. } = &mut self.b;
        let phone = "10000002026";
        device.set(scene.household, &field("phone"), phone.into())?;
        let neighbour = object([("name", "照护人乙（虚构）".into()), ("hours_per_day", 2.into())]);
        let row = device.add_row(scene.assessment, &caregivers(), neighbour)?;
        device.set(scene.assessment, &answer(QUARREL), BY_B.into())?;
        self.narrator.fact(&format!(
            "{} {}：户电话、另一名照护人、有一项看法不同",
            self.b.called, self.b.name
        ));
        scene.show(self.narrator, &self.b, scene.household, &[field("phone")])?;
        let shown = [caregivers(), answer(QUARREL)];
        scene.show(self.narrator, &self.b, scene.assessment, &shown)?;
        Ok((phone.to_owned(), row))
    }

    /// A pushes, the answer is lost, and the same is sent again.
    pub(super) fn lose_an_answer(
        &mut self,
        scene: &Scene<'_>,
        written: &Written,
    ) -> Result<(), DemoError> {
        self.narrator.step(
            "甲上传，回应丢了，原样再传",
            "A pushes, the answer is lost, the same is sent again",
        );
        let before = self.a.view(scene.assessment)?.rev.map_or(0, |rev| rev.number);
        let unsent = self.a.device.memory().outbox().len();
        self.a.device.transport_mut().lose_next_response();
        let lost = self.a.device.push();
        claim(matches!(lost, Err(DeviceError::Unreachable(_))), "the answer was lost")?;
        claim(self.a.device.memory().outbox().len() == unsent, "everything is still kept")?;
        self.narrator.fact(&format!(
            "没等到回应，{unsent} 条改动都还在 No answer came; all {unsent} edits are still kept"
        ));
        let report = self.a.device.push()?;
        let answers = self.a.device.transport().inner().answers(PUSH);
        let both = match answers.as_slice() {
            [.., lost, heard] => (&lost["outcomes"], &heard["outcomes"]),
            _ => return Err(DemoError::Astray("the server was asked twice")),
        };
        claim(both.0.is_array() && both.0 == both.1, "the retry got the same outcomes")?;
        claim(report.outcomes.iter().all(|o| o.outcome == Verdict::Applied), "all were applied")?;
        let after = self.a.view(scene.assessment)?.rev.map_or(0, |rev| rev.number);
        // Two of A's edits are of the assessment: had the retry counted, there would be four.
        claim(after == before + 2, "the retry had no second effect")?;
        for (outcome, what) in report.outcomes.iter().zip(["六项", "照护人", "户备注"]) {
            scene.outcome(self.narrator, outcome, what);
        }
        self.narrator.fact("服务器两次答的完全一样，评估只多了两个版本 Both answers are the same; nothing happened twice");
        claim(
            self.a.value(scene.household, &field("notes"))? == Some((&*written.notes).into()),
            "A's notes stand",
        )
    }

    /// B pushes: everything merges but one answer.
    pub(super) fn meet_the_other(
        &mut self,
        scene: &Scene<'_>,
        written: &Written,
    ) -> Result<Conflict, DemoError> {
        self.narrator.step(
            "乙上传：能合的都合，只有一处要人来定",
            "B pushes: what can merge merges; one place needs a person",
        );
        let report = self.b.device.push()?;
        for (outcome, what) in report.outcomes.iter().zip(["户电话", "照护人", "如厕"]) {
            scene.outcome(self.narrator, outcome, what);
        }
        check_b(&report.outcomes)?;
        self.a.pull()?;
        self.b.pull()?;
        for tablet in [&self.a, &self.b] {
            let value = |record, path: &Path| tablet.value(record, path);
            let text = |text: &str| Some(Json::from(text));
            claim(
                value(scene.household, &field("phone"))? == text(&written.phone),
                "B's phone stands",
            )?;
            claim(
                value(scene.household, &field("notes"))? == text(&written.notes),
                "A's notes stand",
            )?;
            for row in &written.caregivers {
                claim(
                    value(scene.assessment, &caregivers().child(row))?.is_some(),
                    "both caregivers stand",
                )?;
            }
            claim(
                value(scene.assessment, &answer(QUARREL))? == text(BY_A),
                "the first value stands",
            )?;
        }
        let conflicts = (
            self.a.device.open_conflicts(scene.assessment),
            self.b.device.open_conflicts(scene.assessment),
        );
        claim(conflicts.0 == conflicts.1, "both tablets show the same conflict")?;
        let [conflict] = conflicts.0.as_slice() else {
            return Err(DemoError::Astray("there is exactly one conflict"));
        };
        claim(conflict.value == Some(BY_B.into()), "B's value is kept beside the first")?;
        self.narrator.fact("两台都拉取后看到的 What both tablets show after a pull:");
        scene.show(self.narrator, &self.a, scene.household, &[field("phone"), field("notes")])?;
        scene.show(self.narrator, &self.a, scene.assessment, &[caregivers(), answer(QUARREL)])?;
        Ok(conflict.clone())
    }

    /// A looks at both values and chooses.
    pub(super) fn settle(
        &mut self,
        scene: &Scene<'_>,
        conflict: &Conflict,
    ) -> Result<(Option<Json>, Option<Json>), DemoError> {
        self.narrator.step(
            "由人来定：甲看着两个值，选定一个",
            "A person decides: A looks at both values and chooses",
        );
        let path = &conflict.id.path;
        let words = scene.words(scene.assessment);
        let standing = self.a.value(scene.assessment, path)?;
        let grade = scene.grade(&self.a)?;
        self.narrator.pair("哪一处 place", &words.label(path));
        self.narrator.pair("原来 base", &words.value(path, conflict.base.as_ref()));
        let first = words.value(path, standing.as_ref());
        self.narrator.pair("现值 standing", &format!("{first}（{}）→ {grade}", self.a.name));
        let other = words.value(path, conflict.value.as_ref());
        self.narrator
            .pair("并存值 beside it", &format!("{other}（{}，{}）", self.b.name, conflict.made_at));
        self.a.device.resolve(scene.assessment, &conflict.id, Choice::TakeAlternative)?;
        let sync = self.a.device.sync()?;
        let is_applied =
            matches!(sync.push.outcomes.as_slice(), [one] if one.outcome == Verdict::Applied);
        claim(is_applied, "the choice was applied")?;
        self.b.device.sync()?;
        for tablet in [&self.a, &self.b] {
            claim(
                tablet.device.open_conflicts(scene.assessment).is_empty(),
                "nothing is open any more",
            )?;
            claim(
                tablet.value(scene.assessment, path)? == conflict.value,
                "the chosen value stands",
            )?;
        }
        let chosen = self.b.value(scene.assessment, path)?;
        let said = words.value(path, chosen.as_ref());
        let grade = scene.grade(&self.b)?;
        self.narrator.fact(&format!(
            "{} 选定“{said}”→ {grade}；两个值都留在日志里 Both values stay in the journal",
            self.a.name
        ));
        Ok((standing, chosen))
    }

    /// Tablets and server hold the same.
    pub(super) fn compare(&mut self, scene: &Scene<'_>) -> Result<(u64, String), DemoError> {
        self.narrator.step(
            "对账：两台平板与服务器的摘要相等",
            "Compare: the digests of both tablets and the server are equal",
        );
        let (a, b) = (self.a.holds(self.stream), self.b.holds(self.stream));
        let server = self.b.told(self.stream)?;
        for (who, (count, digest)) in [("平板甲", &a), ("平板乙", &b), ("服务器", &server)]
        {
            self.narrator.pair(who, &format!("{count} 条  {digest}"));
        }
        claim(a == b && b == server, "the digests are equal")?;
        let revs = (self.a.view(scene.assessment)?.rev, self.b.view(scene.assessment)?.rev);
        claim(revs.0 == revs.1, "both hold the same version")?;
        Ok(server)
    }
}

fn check_b(outcomes: &[Outcome]) -> Result<(), DemoError> {
    let [phone, caregiver, quarrel] = outcomes else {
        return Err(DemoError::Astray("each of B's edits has an outcome"));
    };
    claim(phone.outcome == Verdict::Merged, "B's phone was merged")?;
    claim(caregiver.outcome == Verdict::Merged, "B's caregiver was merged")?;
    claim(quarrel.outcome == Verdict::Conflict, "B's answer is in conflict")?;
    claim(quarrel.conflicts == [answer(QUARREL)], "only that one place is in conflict")
}
