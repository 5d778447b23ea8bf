//! The household moves to another team while a tablet is away: nobody's work is lost, and nobody
//! keeps what is no longer theirs.

use super::Cast;
use super::acts::Acts;
use super::scene::Scene;
use crate::DemoError;
use crate::claim::claim;
use crate::desk::Desk;
use crate::tablet::Tablet;
use ruhu_sync::json::Json;
use ruhu_sync::outcome::{Reason, Verdict};
use ruhu_sync::path::Path;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What the page tells of the move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// The team that had the household.
    pub from: String,
    /// The team that has it now.
    pub to: String,
    /// Who moved it, and decided on the late edit.
    pub by: String,
    /// Who wrote the late edit.
    pub late_by: String,
    /// What it said.
    pub said: String,
    /// Why it was applied.
    pub because: String,
}

const SAID: &str = "长女每日上门；月底随长女迁居（演示）";
const WHY_MOVED: &str = "随长女迁居（演示）";
const WHY_APPLIED: &str = "已电话核实，属实（演示）";

fn notes() -> Path {
    Path::of(&["notes"])
}

impl Acts<'_, '_> {
    /// Tells it from the move to the end.
    pub(super) fn hand_over(
        &mut self,
        scene: &Scene<'_>,
        address: &str,
        cast: &Cast,
    ) -> Result<HandedOver, DemoError> {
        let mut desk = Desk::sign_in(address, &cast.reviewer.0, &cast.reviewer.1)?;
        let mut c = Tablet::new(address, "平板丙", &cast.receiver.0, &cast.receiver.1)?;
        c.device.sign_in(&c.login, crate::PASSWORD, c.called)?;
        c.pull()?;
        self.relocate(scene, cast, &mut desk, &mut c)?;
        self.evict(scene)?;
        self.supervise(scene, &mut desk, &mut c)?;
        self.converge(cast, &c)?;
        Ok(HandedOver {
            from: cast.team.clone(),
            to: cast.next_team.clone(),
            by: desk.name,
            late_by: self.b.name.clone(),
            said: SAID.to_owned(),
            because: WHY_APPLIED.to_owned(),
        })
    }

    fn relocate(
        &mut self,
        scene: &Scene<'_>,
        cast: &Cast,
        desk: &mut Desk,
        c: &mut Tablet,
    ) -> Result<(), DemoError> {
        self.narrator.step(
            "乙又写了一笔，还没上传；这一户移交给另一个小组",
            "B writes once more, offline; the household moves to another team",
        );
        self.b.device.set(scene.household, &notes(), SAID.into())?;
        self.narrator.pair("乙写下（未上传）", SAID);
        let parts = json!([{"to": cast.next_stream, "households": [scene.household]}]);
        let moved = desk.act("/v1/desk/moves", &json!({"parts": parts, "reason": WHY_MOVED}))?;
        claim(moved["moved"].as_array().is_some_and(|all| all.len() == 1), "one household moved")?;
        self.narrator
            .pair(&format!("{} 移交", desk.name), &format!("{} → {}", cast.team, cast.next_team));
        c.pull()?;
        claim(c.device.view(scene.assessment).is_some(), "the new team has the assessment")?;
        self.narrator.fact(&format!(
            "{} {} 拉取：这一户连同名下全部记录都到了 The new team's tablet has all of it",
            c.called, c.name
        ));
        Ok(())
    }

    fn evict(&mut self, scene: &Scene<'_>) -> Result<(), DemoError> {
        self.narrator.step(
            "甲、乙同步：先交出未上传的，再清走这一户",
            "A and B sync: unsent work is handed in first, then the household is evicted",
        );
        self.a.device.push()?;
        self.a.pull()?;
        let report = self.b.device.push()?;
        let [late] = report.outcomes.as_slice() else {
            return Err(DemoError::Astray("B had one edit left to send"));
        };
        claim(late.outcome == Verdict::Quarantined, "the late edit waits")?;
        claim(late.reason == Some(Reason::NotAvailable), "the household is not B's any more")?;
        scene.outcome(self.narrator, late, "户备注");
        self.b.pull()?;
        for tablet in [&self.a, &self.b] {
            for record in [scene.household, scene.person, scene.assessment] {
                claim(tablet.device.view(record).is_none(), "the household is evicted")?;
            }
        }
        self.narrator.fact("两台平板上都没有这一户了；乙写的那一笔在服务器上等人处理");
        self.narrator.fact("Both tablets gave it up; what B wrote waits for a person");
        Ok(())
    }

    fn supervise(
        &mut self,
        scene: &Scene<'_>,
        desk: &mut Desk,
        c: &mut Tablet,
    ) -> Result<(), DemoError> {
        self.narrator.step(
            "主管看过迟到的修改，采纳；作者收到通知",
            "A supervisor looks at the late edit and applies it; its author is told",
        );
        let list = desk.look("/v1/desk/quarantine")?;
        let of_the_story = |edit: &&serde_json::Value| edit["record"] == json!(scene.household);
        let waiting = list["edits"].as_array().and_then(|edits| edits.iter().find(of_the_story));
        let waiting = waiting.ok_or(DemoError::Astray("the late edit is listed"))?;
        let text = |name: &str| waiting[name].as_str().unwrap_or_default().to_owned();
        let about =
            format!("{}（{} 所写）{}", text("head_name_masked"), text("user_name"), text("reason"));
        self.narrator.pair("待处理 quarantined", &about);
        let address = format!("/v1/desk/quarantine/{}/{}", text("device"), waiting["device_seq"]);
        let seen = desk.look(&address)?;
        let place = &seen["places"][0];
        let said = |name: &str| place[name].as_str().unwrap_or("—").to_owned();
        claim(said("asked") == SAID, "the desk sees what B asked for")?;
        self.narrator.pair("现值 current", &said("current"));
        self.narrator.pair("所写 asked", &said("asked"));
        let told = desk.act(&format!("{address}/apply"), &json!({"reason": WHY_APPLIED}))?;
        claim(told["settled"].as_array().is_some_and(|all| all.len() == 1), "it was applied")?;
        self.narrator.pair(&format!("{} 采纳", desk.name), WHY_APPLIED);
        c.pull()?;
        claim(
            c.value(scene.household, &notes())? == Some(Json::from(SAID)),
            "the new team has it",
        )?;
        self.narrator.pair(&format!("{} {}", c.called, c.name), &format!("备注：{SAID}"));
        self.b.pull()?;
        let notices = self.b.device.records("notice");
        let told = notices.iter().any(|notice| {
            notice.document.get("record").and_then(Json::as_text)
                == Some(scene.household.to_string().as_str())
                && notice.document.get("event") == Some(&Json::from("edit_applied"))
        });
        claim(told, "B is told")?;
        self.narrator.pair(&format!("{} {}", self.b.called, self.b.name), "通知：搁置的修改已采纳");
        Ok(())
    }

    fn converge(&mut self, cast: &Cast, c: &Tablet) -> Result<(), DemoError> {
        self.narrator.step(
            "再对账：两个小组与服务器的摘要各自相等",
            "Compare again: each team's digest equals the server's",
        );
        self.a.pull()?;
        for (tablet, stream) in
            [(&self.a, cast.stream), (&self.b, cast.stream), (c, cast.next_stream)]
        {
            let (held, told) = (tablet.holds(stream), tablet.told(stream)?);
            claim(held == told, "the digests are equal")?;
            self.narrator.pair(tablet.called, &format!("{} 条  {}", held.0, held.1));
        }
        claim(self.a.holds(cast.stream) == self.b.holds(cast.stream), "both teams' tablets agree")
    }
}
