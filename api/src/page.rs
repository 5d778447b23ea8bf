//! The page at the front door: what this is and where the rest is. Plain HTML without scripts; what
//! it shows is escaped in one place.

mod html;

pub use html::{Html, escape};

use crate::problem::Answer;
use crate::service::Service;
use ruhu_store::Tx;
use ruhu_sync::storage::Stored;
use std::fmt::Debug;
use std::sync::Arc;

/// What a service shows at its front door besides what it is: a demo, its story.
pub trait Exhibit: Debug + Send + Sync {
    /// Writes it.
    fn write(&self, tx: &mut Tx, page: &mut Html) -> Stored<()>;
}

/// The front page. One without an exhibit shows no record.
#[derive(Clone, Debug, Default)]
pub struct FrontPage(Option<Arc<dyn Exhibit>>);

impl FrontPage {
    /// A page with an exhibit.
    pub fn with(exhibit: Arc<dyn Exhibit>) -> Self {
        Self(Some(exhibit))
    }

    /// The page's text.
    pub(crate) async fn text(&self, service: &Service) -> Answer<String> {
        let (title, exhibit) = (service.settings.public_title.clone(), self.0.clone());
        let about = move |exhibit: Option<&dyn Exhibit>, tx: Option<&mut Tx>| {
            let mut page = Html::page(&title);
            page.raw(include_str!("page/about.html"));
            if let (Some(exhibit), Some(tx)) = (exhibit, tx) {
                exhibit.write(tx, &mut page)?;
            }
            page.raw(include_str!("page/links.html"));
            Stored::Ok(page.end())
        };
        match exhibit {
            Some(exhibit) => service.read(move |tx| about(Some(&*exhibit), Some(tx))).await,
            None => Ok(about(None, None)?),
        }
    }
}
