//! The demo, in a folder of its own: its story, its page, and what it refuses.

use ruhu_api::app::StartError;
use ruhu_demo::{Demo, DemoError, Options, PASSWORD, StoryWish};
use ruhu_device::{HttpTransport, Response, Transport as _};
use ruhu_sync::json::Json;
use tempfile::TempDir;

fn options(folder: &TempDir) -> Options {
    Options {
        data_dir: folder.path().join("ruhu-data"),
        listen: ([127, 0, 0, 1], 0).into(),
        database_url: None,
        households: 20,
        reset: false,
        story: StoryWish::Once,
    }
}

/// Begins a demo; gives it with what it told.
fn begin(options: &Options) -> Result<(Demo, String), DemoError> {
    let mut told = String::new();
    let demo = Demo::begin(options, &mut |line| {
        told.push_str(line);
        told.push('\n');
    })?;
    Ok((demo, told))
}

fn get(demo: &Demo, path: &str) -> Response {
    let mut line = HttpTransport::new(&format!("http://{}", demo.address()));
    line.call("GET", path, None, None).expect("an answer")
}

fn sign_in(demo: &Demo, login: &str) -> u16 {
    let device = r#"{"name":"平板"}"#;
    let body = format!(r#"{{"login":"{login}","password":"{PASSWORD}","device":{device}}}"#);
    let mut line = HttpTransport::new(&format!("http://{}", demo.address()));
    line.call("POST", "/v1/session", None, Some(&body)).expect("an answer").status
}

#[test]
fn the_story_is_told_once_and_its_page_and_its_accounts_serve_whenever_the_demo_runs() {
    let folder = tempfile::tempdir().expect("folder");
    let (demo, told) = begin(&options(&folder)).expect("a demo");
    assert!(!demo.is_reused());
    assert!(told.contains("⑦") && told.contains("conflict"), "{told}");
    let story = demo.told().expect("the story was told");
    assert_eq!(story.conflict.id.path.to_string(), "/answers/toilet");
    assert_eq!(story.standing, Some(Json::from("not_achieved")));
    assert_eq!(story.conflict.value, Some(Json::from("achieved")));
    assert_eq!(story.chosen, story.conflict.value);
    assert!(told.matches(&story.digest).count() >= 3, "both tablets and the server: {told}");

    let handed_over = &story.handed_over;
    for line in ["⑪", "quarantined 待处理", &handed_over.because, &handed_over.to, "采纳"] {
        assert!(told.contains(line), "{line} is not told: {told}");
    }

    let shown = |demo: &Demo| {
        let page = get(demo, "/");
        assert_eq!(page.status, 200);
        for part in [
            "自主如厕",
            "不能达到",
            &story.other_by,
            &story.digest,
            PASSWORD,
            "部分丧失",
            &handed_over.said,
            &handed_over.to,
        ] {
            assert!(page.body.contains(part), "{part} is not on the page");
        }
        assert!(!page.body.contains("<script") && !page.body.contains("http://"));
    };
    shown(&demo);
    demo.stop().expect("stopped");

    let (again, told) = begin(&options(&folder)).expect("the demo again");
    assert!(again.is_reused() && !told.contains("⑦"), "{told}");
    assert_eq!(again.told(), Some(story.clone()));
    shown(&again);
    for account in again.accounts() {
        assert_eq!(sign_in(&again, &account.login), 200, "{}", account.login);
    }
    again.stop().expect("stopped");
}

#[test]
fn the_story_is_told_again_of_another_household_if_asked_and_a_reset_begins_anew() {
    let folder = tempfile::tempdir().expect("folder");
    // Another household awaits an assessment once a team has nine.
    let many = Options { households: 130, ..options(&folder) };
    let (demo, _) = begin(&many).expect("a demo");
    let first = demo.told().expect("told").household;
    drop(demo);
    let wish = Options { story: StoryWish::Again, ..many.clone() };
    let (demo, _) = begin(&wish).expect("told again");
    assert_ne!(demo.told().expect("told").household, first);
    drop(demo);
    let none_left = begin(&wish).expect_err("every household has had its story");
    assert!(none_left.to_string().contains("--reset"), "{none_left}");

    let anew = Options { reset: true, story: StoryWish::Never, ..options(&folder) };
    let (demo, told) = begin(&anew).expect("a new demo");
    assert!(!demo.is_reused() && demo.told().is_none(), "{told}");
    let page = get(&demo, "/").body;
    assert!(page.contains(PASSWORD) && !page.contains("自主如厕"));
}

#[test]
fn a_port_that_is_taken_is_said_plainly_and_nothing_is_made() {
    let folder = tempfile::tempdir().expect("folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = taken.local_addr().expect("bound");
    let refused = begin(&Options { listen, ..options(&folder) }).expect_err("refused");
    assert!(
        matches!(refused, DemoError::Start(StartError::PortTaken(port)) if port == listen.port())
    );
    assert!(refused.to_string().contains("--listen"), "{refused}");
    assert!(!options(&folder).data_dir.exists());
}

#[test]
fn a_database_that_is_not_a_demos_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("folder");
    let options = Options { reset: true, ..options(&folder) };
    std::fs::create_dir(&options.data_dir).expect("folder");
    let database = options.data_dir.join("ruhu.db");
    std::fs::write(&database, "somebody's").expect("file");
    let refused = begin(&options).expect_err("refused").to_string();
    assert!(refused.contains("--data-dir"), "{refused}");
    assert_eq!(std::fs::read_to_string(&database).expect("file"), "somebody's");
}
