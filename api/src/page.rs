//! The page at the front door: what this is, and, while the service is a demo, what the story left.
//! Plain HTML without scripts; what it shows is escaped in one place.

mod html;
mod story;
pub(crate) mod words;

use crate::demo::{PASSWORD, Showcase, Told};
use crate::problem::{Answer, Problem};
use crate::service::Service;
use html::{Html, escape};
use ruhu_store::Tx;
use ruhu_store::desk::HistoryEntry;
use ruhu_sync::id::RecordId;
use ruhu_sync::record::{Content, StoredRecord};
use ruhu_sync::storage::{Stored, WriteTx as _};
use std::sync::Arc;

/// A record as it is now, with how it came to be so.
#[derive(Debug)]
pub(crate) struct Traced {
    kind: String,
    content: Content,
    history: Vec<HistoryEntry>,
}

/// What the story left, read from the store.
#[derive(Debug)]
pub(crate) struct StoryShown {
    told: Told,
    household: Traced,
    person: Traced,
    assessment: Traced,
}

impl Service {
    /// The front page. Only a demo shows any record: its people are made up, and nobody has to
    /// sign in to see them.
    pub(crate) async fn front_page(&self) -> Answer<String> {
        let mut page = Html::page(&self.settings.public_title);
        page.raw(include_str!("page/about.html"));
        if let Some(showcase) = &self.demo {
            let shown = self.story_shown(showcase).await?;
            if let Some(shown) = &shown {
                let shelf = self.read(Tx::shelf).await?;
                story::write(&mut page, shown, shelf.rules().catalogue());
            }
            write_accounts(&mut page, showcase);
        }
        page.raw(include_str!("page/links.html"));
        Ok(page.end())
    }

    async fn story_shown(&self, showcase: &Arc<Showcase>) -> Answer<Option<StoryShown>> {
        let Some(told) = showcase.told() else {
            return Ok(None);
        };
        let names = [told.household, told.person, told.assessment];
        let read = self.read(move |tx| {
            let mut traced = Vec::new();
            for record in tx.records(&names)? {
                let history = tx.record_history(record.id)?;
                traced.push((record, history));
            }
            Stored::Ok(traced)
        });
        let mut read = read.await?;
        let mut take = |name: RecordId| {
            let at = read.iter().position(|(record, _)| record.id == name);
            at.map(|at| traced(read.swap_remove(at))).transpose()
        };
        let all = (take(told.household)?, take(told.person)?, take(told.assessment)?);
        let (Some(household), Some(person), Some(assessment)) = all else {
            return Ok(None);
        };
        Ok(Some(StoryShown { told, household, person, assessment }))
    }
}

fn traced((record, history): (StoredRecord, Vec<HistoryEntry>)) -> Answer<Traced> {
    let content = record.content().map_err(Problem::internal)?;
    Ok(Traced { kind: record.kind, content, history })
}

fn write_accounts(page: &mut Html, showcase: &Showcase) {
    page.raw("<section><h2>演示账号<small>Demo accounts</small></h2>");
    page.raw(&format!("<p>密码都是 <code>{}</code>。登录与同步请看接口文档。", escape(PASSWORD)));
    page.raw("<small>All have this password.</small></p><div class=scroll><table>");
    page.raw("<tr><th>登录名</th><th>姓名</th><th>岗位</th></tr>");
    for account in showcase.accounts() {
        page.row(&[&account.login, &account.name, &account.role]);
    }
    page.raw("</table></div><p><small>其他街道还有 worker01–34、committee01–15、reviewer01–15、");
    page.raw("window01–15。 There are more of each in the other streets.</small></p></section>");
}
