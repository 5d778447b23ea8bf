//! What the front page shows of a demo: what the story left, read from the store, and the accounts to
//! look around with. Its people are made up, so nobody has to sign in to see them.

mod story;
pub(crate) mod words;

use crate::PASSWORD;
use crate::showcase::Showcase;
use crate::story::Told;
use ruhu_api::page::{Exhibit, Html, escape};
use ruhu_store::Tx;
use ruhu_store::desk::HistoryEntry;
use ruhu_sync::id::RecordId;
use ruhu_sync::record::{Content, StoredRecord};
use ruhu_sync::storage::{StorageError, Stored, WriteTx as _};

/// A record as it is now, with how it came to be so.
#[derive(Debug)]
struct Traced {
    kind: String,
    content: Content,
    history: Vec<HistoryEntry>,
}

/// What the story left.
#[derive(Debug)]
struct StoryShown {
    told: Told,
    household: Traced,
    person: Traced,
    assessment: Traced,
}

impl Exhibit for Showcase {
    fn write(&self, tx: &mut Tx, page: &mut Html) -> Stored<()> {
        if let Some(shown) = story_shown(tx, self)? {
            story::write(page, &shown, tx.shelf()?.rules().catalogue());
        }
        write_accounts(page, self);
        Ok(())
    }
}

fn story_shown(tx: &mut Tx, showcase: &Showcase) -> Stored<Option<StoryShown>> {
    let Some(told) = showcase.told() else {
        return Ok(None);
    };
    let mut traced = |id: RecordId| -> Stored<Option<Traced>> {
        let found = tx.records(&[id])?.pop();
        let Some(record) = found else { return Ok(None) };
        let history = tx.record_history(id)?;
        Ok(Some(Traced { content: content(&record)?, kind: record.kind, history }))
    };
    let all = (traced(told.household)?, traced(told.person)?, traced(told.assessment)?);
    let (Some(household), Some(person), Some(assessment)) = all else {
        return Ok(None);
    };
    Ok(Some(StoryShown { told, household, person, assessment }))
}

fn content(record: &StoredRecord) -> Stored<Content> {
    record.content().map_err(|error| StorageError::Corrupt(error.to_string()))
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
