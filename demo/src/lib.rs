//! The demo: a made-up district in a folder of its own, the story of two tablets played before the
//! reader's eyes over real HTTP, and a service that then goes on.

mod accounts;
mod claim;
mod desk;
mod dice;
mod district;
mod folder;
mod household;
mod import;
mod invented;
mod line;
mod narrate;
mod page;
mod showcase;
mod story;
mod tables;
mod tablet;

pub use import::Imported;
pub use showcase::{Showcase, ShownAccount};
pub use story::{HandedOver, Told};

use district::District;
use folder::{Folder, Found, Marker};
use narrate::Narrator;
use ruhu_api::app::{self, MissingKeys, Running, StartError};
use ruhu_api::clock::Clock;
use ruhu_api::ending::Ending;
use ruhu_api::page::FrontPage;
use ruhu_api::service::Service;
use ruhu_api::settings::Settings;
use ruhu_casework::administration::Within;
use ruhu_desk::refusal::Refusal;
use ruhu_device::DeviceError;
use ruhu_store::Tx;
use ruhu_store::page::Page;
use ruhu_sync::storage::{ReadTx as _, StorageError};
use secrecy::SecretString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Everybody's password in the demo, as the page and the command say.
pub const PASSWORD: &str = "ruhu-demo-2026";

/// Everything in the demo follows from it.
const SEED: u64 = 313;

/// When the story is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoryWish {
    /// Once for each database.
    Once,
    /// Now, with a household that it was not told of yet.
    Again,
    /// Not now.
    Never,
}

/// What is asked of the demo.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it lives.
    pub data_dir: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its database; without one, a file in the folder. A new demo takes only an empty one.
    pub database_url: Option<SecretString>,
    /// How many households a new one has.
    pub households: usize,
    /// Whether an old one is thrown away.
    pub reset: bool,
    /// When the story is told.
    pub story: StoryWish,
}

/// Why there is no demo; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The service does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database cannot be used.
    #[error("{0}: `ruhu demo --reset` makes the demo anew")]
    Store(#[from] StorageError),
    /// The folder holds somebody's data.
    #[error(
        "{0} holds a database that is not the demo's, and is left as it is: choose another folder \
         with --data-dir"
    )]
    NotADemo(PathBuf),
    /// The database holds somebody's data.
    #[error(
        "the database holds data that is not this demo's, and is left as it is: give an empty one \
         with --database-url, or the --data-dir of the demo that made it"
    )]
    NotEmpty,
    /// A database of one's own is not the demo's to throw away.
    #[error(
        "a database that was given with --database-url is not thrown away: empty it yourself, \
         remove {0}, and run the demo again"
    )]
    NotOurs(PathBuf),
    /// Another demo lives there now.
    #[error(
        "another demo is running with {0}: stop it, or choose another folder with --data-dir and \
         another port with --listen"
    )]
    InUse(PathBuf),
    /// The demo is too old to be worked with.
    #[error("the contracts of this demo ended on {0}: `ruhu demo --reset` makes it anew")]
    Ended(chrono::NaiveDate),
    /// A file cannot be read or written.
    #[error("{0}: {1}; check the path and who may use it")]
    File(PathBuf, std::io::Error),
    /// No household is left that the story was not told of.
    #[error("the story was told of every household that awaits an assessment: use --reset")]
    NothingToTell,
    /// A tablet could not do what the story says.
    #[error("the story stopped: {0}")]
    Device(#[from] DeviceError),
    /// Something that the story says is not so.
    #[error("the story stopped, because this does not hold: {0}. It is a defect: report it")]
    Astray(&'static str),
    /// A mistake of ours.
    #[error("the demo could not be made: {0}. It is a defect: report it")]
    Plan(String),
}

/// A demo that answers.
#[derive(Debug)]
pub struct Demo {
    running: Running,
    showcase: Arc<Showcase>,
    reused: bool,
    // Held for as long as the demo runs.
    _folder: Folder,
}

impl Demo {
    /// Makes or opens the demo, starts the service and tells the story. Each line of what happens
    /// goes to `tell`.
    pub fn begin(options: &Options, tell: &mut dyn FnMut(&str)) -> Result<Self, DemoError> {
        let mut narrator = Narrator::new(tell);
        // The port first: nothing is made, and nothing thrown away, for a demo that cannot answer.
        let listener = app::listen(options.listen)?;
        let folder = Folder::enter(&options.data_dir, options.database_url.is_some())?;
        let (service, district, mut marker, reused) = open(&folder, options, &mut narrator)?;
        let showcase = Arc::new(Showcase::of(&district));
        let running =
            app::serve_on(service, FrontPage::with(Arc::clone(&showcase) as _), listener)?;
        let address = format!("http://{}", running.address());
        if !reused {
            let today = ruhu_casework::days::day_of(running.service().clock.now());
            let entered = tables::enter(&address, &district, today)?;
            narrator.say(&format!(
                "又录入 {entered} 项参数表，全部是演示值，不是法定标准 Rule tables are entered; every \
                 value is made up."
            ));
        }
        let is_wanted = match options.story {
            StoryWish::Once => marker.told.is_none(),
            StoryWish::Again => true,
            StoryWish::Never => false,
        };
        if is_wanted {
            let shelf = running.store().read(Tx::shelf)?;
            match story::tell(&address, &district.cast(), shelf.rules(), &mut narrator) {
                // An earlier telling was cut short: there is still something to look at.
                Err(error @ DemoError::NothingToTell) if options.story == StoryWish::Once => {
                    narrator.say(&format!("故事这次讲不成，要讲请加 --reset：{error}"));
                }
                told => {
                    marker.told = Some(told?);
                    folder.mark(&marker)?;
                }
            }
        }
        showcase.set(marker.told);
        Ok(Self { running, showcase, reused, _folder: folder })
    }

    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// The service.
    pub fn service(&self) -> &Service {
        self.running.service()
    }

    /// Whether the data had been made before.
    pub fn is_reused(&self) -> bool {
        self.reused
    }

    /// The accounts to look around with.
    pub fn accounts(&self) -> &[ShownAccount] {
        self.showcase.accounts()
    }

    /// What the story left, if it has been told.
    pub fn told(&self) -> Option<Told> {
        self.showcase.told()
    }

    /// Ends it.
    pub fn stop(self) -> std::io::Result<()> {
        self.running.stop()
    }

    /// Answers until the process is told to end.
    pub fn run_until(self, ending: Ending) -> std::io::Result<()> {
        self.running.run_until(ending)
    }
}

type Opened = (Service, District, Marker, bool);

fn open(
    folder: &Folder,
    options: &Options,
    narrator: &mut Narrator<'_>,
) -> Result<Opened, DemoError> {
    match folder.look()? {
        Found::Demo(marker) if !options.reset => reuse(folder, *marker, options, narrator),
        Found::Nothing => make(folder, options, narrator),
        Found::Unfinished => {
            narrator.say(
                "上次的演示数据没有造完，重新来过 The last demo was not finished; it is made anew.",
            );
            clear(folder, options)?;
            make(folder, options, narrator)
        }
        Found::Demo(_) => {
            narrator.say("按要求清空演示数据 The demo's data is thrown away, as asked.");
            clear(folder, options)?;
            make(folder, options, narrator)
        }
    }
}

/// Throws the old data away, if it is the folder's.
fn clear(folder: &Folder, options: &Options) -> Result<(), DemoError> {
    match options.database_url.is_some() {
        true => Err(DemoError::NotOurs(folder.marker())),
        false => folder.clear(),
    }
}

fn reuse(
    folder: &Folder,
    marker: Marker,
    options: &Options,
    narrator: &mut Narrator<'_>,
) -> Result<Opened, DemoError> {
    let service = build(folder, options)?;
    // A marker beside another database says nothing about it.
    let epoch = service.store.read(|tx| tx.epoch())?;
    if marker.epoch != Some(epoch) {
        return Err(DemoError::NotADemo(options.data_dir.clone()));
    }
    let today = ruhu_casework::days::day_of(service.clock.now());
    if today > marker.contracts_end {
        return Err(DemoError::Ended(marker.contracts_end));
    }
    narrator.say(&format!("沿用已有的演示数据（{} 户）；要重来请加 --reset", marker.households));
    narrator.say("The demo's data is reused; --reset makes it anew.");
    let district = District::plan(SEED, today)?;
    Ok((service, district, marker, true))
}

fn make(
    folder: &Folder,
    options: &Options,
    narrator: &mut Narrator<'_>,
) -> Result<Opened, DemoError> {
    let begun = Instant::now();
    let today = ruhu_casework::days::day_of(Clock::Machine.now());
    let district = District::plan(SEED, today)?;
    let mut marker = Marker {
        epoch: None,
        households: options.households,
        contracts_end: district.contracts_end(),
        told: None,
    };
    let service = build(folder, options)?;
    let anybody = Page { after: None, limit: 1 };
    let everywhere = Within::areas([""]);
    if !service.store.read(|tx| tx.accounts(anybody, &everywhere))?.rows.is_empty() {
        return Err(DemoError::NotEmpty);
    }
    folder.mark(&marker)?;
    narrator.say(&format!(
        "正在造一个演示区：西城 {} 个街道、{} 家承接主体、{} 个账号、{} 户（全部虚构）……",
        district.streets.len(),
        district.providers.len(),
        district.people.len(),
        options.households,
    ));
    accounts::write(&service.store, &district, SEED)?;
    let imported = import::import(&service, &district, SEED, options.households)?;
    marker.epoch = Some(service.store.read(|tx| tx.epoch())?);
    folder.mark(&marker)?;
    narrator.say(&format!(
        "造好了：{} 户、{} 人、{} 条发现报告，共 {} 条编辑，都从同步的同一道门进来；用时 {:.1} 秒",
        imported.households,
        imported.persons,
        imported.finds,
        imported.edits,
        begun.elapsed().as_secs_f64(),
    ));
    narrator
        .say("A made-up district is ready; every record came in through the one door, as an edit.");
    Ok((service, district, marker, false))
}

fn build(folder: &Folder, options: &Options) -> Result<Service, DemoError> {
    let mut settings =
        Settings::defaults().map_err(|errors| DemoError::Plan(errors.to_string()))?;
    settings.listen = options.listen;
    settings.data_dir = options.data_dir.clone();
    let own = || folder.database_url().into();
    settings.database_url = options.database_url.clone().unwrap_or_else(own);
    settings.key_files.sealing = folder.file("keys/sealing.key");
    settings.key_files.cursor = folder.file("keys/cursor.key");
    settings.key_files.signing = folder.file("keys/signing");
    Ok(app::build(settings, MissingKeys::Make, Clock::Machine)?)
}

impl From<Refusal> for DemoError {
    fn from(refusal: Refusal) -> Self {
        Self::Start(refusal.into())
    }
}
