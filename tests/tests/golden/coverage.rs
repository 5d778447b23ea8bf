//! Whether the day calls every route of staff.

use ruhu_tests::{Database, Server};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The routes that nobody acts or lists by as staff, and what holds them instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("/", "a page for whoever looks; tests/http"),
    ("/.well-known/", "public keys; tests/http/keys.rs"),
    ("/docs", "the contract, to be read"),
    ("/healthz", "of the service; tests/http/operations.rs"),
    ("/metrics", "of the service; tests/http/operations.rs"),
    ("/openapi.json", "is checked in whole"),
    ("/problems", "tests/http/problems.rs"),
    ("/readyz", "of the service; tests/http/operations.rs"),
    ("/v1/areas", "for everybody, and checked in; tests/http/reference.rs"),
    ("/v1/kinds", "for everybody, and follows from the kinds; tests/http/reference.rs"),
    ("/v1/session", "of every device; tests/http/session.rs"),
    ("/v1/sync", "of tablets; its answers are the protocol's"),
];

fn is_elsewhere(path: &str) -> bool {
    ELSEWHERE.iter().any(|(place, _)| match *place {
        "/" => path == "/",
        place => path.starts_with(place),
    })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The files of a folder that end so, each by its name without the ending, and its text.
fn files(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let files =
        std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let files = files.filter(|path| path.extension().is_some_and(|found| found == ending));
    let read = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("a text"))
    };
    files.map(read).collect()
}

#[test]
fn every_route_of_staff_is_called() {
    let server = Server::on(Database::Sqlite);
    let contract = server.call("GET", "/openapi.json").send().expect(200).json();
    let mut routes = BTreeSet::new();
    for (path, item) in contract["paths"].as_object().expect("paths") {
        let methods = item.as_object().expect("operations").keys();
        routes.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let mut called = BTreeSet::new();
    for (_, text) in files(&folder().join("answers"), "snap") {
        let asked = text.lines().map(|line| line.split('?').next().unwrap_or(line).to_owned());
        called.extend(asked.filter(|line| routes.contains(line)));
    }
    let missing: Vec<_> = routes
        .difference(&called)
        .filter(|route| !route.split_once(' ').is_some_and(|(_, path)| is_elsewhere(path)))
        .collect();
    assert!(missing.is_empty(), "no golden answer of {missing:#?}");
}

#[test]
fn every_file_of_answers_is_held_by_a_day() {
    let days: String = files(&folder(), "rs").into_iter().map(|(_, text)| text).collect();
    for (name, _) in files(&folder().join("answers"), "snap") {
        assert!(days.contains(&format!("holds(\"{name}\")")), "answers/{name}.snap: of no day");
    }
}
