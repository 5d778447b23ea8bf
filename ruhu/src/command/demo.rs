//! `ruhu demo`.

use super::{CommandError, output};
use clap::Args;
use ruhu_api::ending::Ending;
use ruhu_demo::{Demo, Options, PASSWORD, StoryWish};
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;

/// The households of the real district's ledger.
const FULL: usize = 9_000;

/// Shows Ruhu with a made-up district: two tablets, one household, no signal
///
/// Makes the keys, a database and a district in which nobody is real (15 streets, 5 providers, 34
/// workers, committee members and staff, 300 households), plays the story of two tablets over HTTP,
/// and goes on answering. Run again, it reuses what it made; a database that is not a demo's it
/// never touches.
///
/// Examples:
///
///   ruhu demo
///   ruhu demo --full --reset
///   ruhu demo --database-url postgres://ruhu@localhost/ruhu_demo
///   ruhu demo --listen 127.0.0.1:0 --data-dir /tmp/ruhu-demo --exit
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Demonstrate {
    /// An empty database for it, SQLite or PostgreSQL; without one, a file in --data-dir
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// How many households to make
    #[arg(long, value_name = "COUNT", default_value_t = 300,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    households: u32,
    /// Make as many as the real district has: 9,000
    #[arg(long, conflicts_with = "households")]
    full: bool,
    /// Throw the demo's old data away and make it anew
    #[arg(long)]
    reset: bool,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder in which the demo lives
    #[arg(long, value_name = "DIR", default_value = "ruhu-data")]
    data_dir: PathBuf,
    /// Tell the story again, of another household
    #[arg(long, conflicts_with = "no_story")]
    story: bool,
    /// Do not tell the story
    #[arg(long)]
    no_story: bool,
    /// End after the story instead of going on
    #[arg(long)]
    exit: bool,
}

impl Demonstrate {
    pub(super) fn run(self) -> Result<(), CommandError> {
        // Warnings alone: other lines would stand between those of the story.
        let lines = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("warn"));
        // Only the first call of a process counts.
        let _ = lines.with_writer(std::io::stderr).with_ansi(false).try_init();
        let exit = self.exit;
        let demo = Demo::begin(&self.options(), &mut output::say)?;
        let ended = match exit {
            true => demo.stop(),
            false => Ending::listen().and_then(|ending| {
                say_where_to_look(&demo);
                demo.run_until(ending)
            }),
        };
        ended
            .map_err(|error| CommandError::Refused(format!("the server did not end well: {error}")))
    }

    fn options(self) -> Options {
        let story = match (self.story, self.no_story) {
            (true, _) => StoryWish::Again,
            (false, true) => StoryWish::Never,
            (false, false) => StoryWish::Once,
        };
        Options {
            data_dir: self.data_dir,
            database_url: self.database_url.map(Into::into),
            listen: self.listen,
            households: if self.full { FULL } else { self.households as usize },
            reset: self.reset,
            story,
        }
    }
}

fn say_where_to_look(demo: &Demo) {
    let address = demo.address();
    output::say("");
    output::say(&format!("正在服务 Serving:  http://{address}/"));
    output::say("");
    output::say(&format!("账号（密码都是 {PASSWORD}） Accounts, all with this password:"));
    for account in demo.accounts() {
        output::say(&format!("   {:<13}{}  {}", account.login, account.name, account.role));
    }
    output::say(
        "   worker01–34、committee01–15、reviewer01–15、window01–15：其他街道 the other streets",
    );
    output::say("");
    output::say("接着看 What to open next:");
    output::say(&format!(
        "   http://{address}/        这户人家、它的历史和那处冲突 the household, its history, its conflict"
    ));
    output::say(&format!(
        "   http://{address}/docs/   接口文档，可以直接试 the API, to read and to try"
    ));
    output::say("   docs/protocol.md             同步协议 the sync protocol");
    output::say(
        "Ctrl-C 结束；再运行会沿用数据，--reset 重来 Ctrl-C ends it; run again, it reuses its data.",
    );
}
