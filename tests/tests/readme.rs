//! The README's tablet in curl is run as it stands there.

use ruhu_tests::{Database, PASSWORD, Server};
use std::process::Command;

fn curl_tablet() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let page = std::fs::read_to_string(page).expect("the README");
    let (_, section) = page.split_once("in twenty lines of curl").expect("the section");
    let (_, code) = section.split_once("```sh\n").expect("the code");
    let (code, _) = code.split_once("```").expect("its end");
    code.to_owned()
}

#[test]
fn the_tablet_in_twenty_lines_of_curl_really_works() {
    let code = curl_tablet();
    // The demo's worker01 works in another street than the tests' worker_a.
    let code = code.replace("110102001001", "110102003001");
    assert!(code.lines().filter(|line| !line.trim().is_empty()).count() <= 20);
    let server = Server::on(Database::Sqlite);
    let ran = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &code])
        .env("RUHU", server.address())
        .env("LOGIN", "worker_a")
        .env("PASSWORD", PASSWORD)
        .env("no_proxy", "127.0.0.1")
        .output()
        .expect("bash and curl are installed");
    let said = String::from_utf8_lossy(&ran.stdout);
    let complained = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}{complained}");
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[0].contains(r#""device_seq":1,"outcome":"applied","rev":"1-"#), "{said}");
    assert_eq!(lines[0], lines[1], "a retry has the same outcome");
    assert!(lines[2].starts_with(r#""record":""#), "{said}");
}
