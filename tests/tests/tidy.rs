//! The rules of the house, as tests: each reads the files that git tracks (and those it would add) and
//! says, file by file, where a rule is broken. See CONTRIBUTING.md for the rules in prose.

use std::collections::BTreeSet;

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/contract.rs"]
mod contract;
#[path = "tidy/house.rs"]
mod house;
#[path = "tidy/listing.rs"]
mod listing;

use house::{
    below, code, dependencies, file, files, has_word, holds, holds_tests, members, sources,
};

/// Which of our crates each of them may use: in its manifest and in its imports.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("sync", &[]),
    ("forms", &[]),
    ("casework", &["forms", "sync"]),
    ("store", &["casework", "sync"]),
    ("device", &["sync"]),
    ("desk", &["casework", "forms", "store", "sync"]),
    ("api", &["casework", "desk", "forms", "store", "sync"]),
    ("demo", &["api", "casework", "desk", "device", "forms", "store", "sync"]),
    ("ruhu", &["api", "casework", "demo", "desk", "device", "store", "sync"]),
    ("simulator", &["device", "sync"]),
    (
        "tests",
        &[
            "api",
            "casework",
            "demo",
            "desk",
            "device",
            "forms",
            "simulator",
            "store",
            "sync",
            "bench",
        ],
    ),
    ("bench", &["api", "casework", "desk", "device", "forms", "store", "sync", "tests"]),
];

/// Crates whose answers follow from their arguments alone.
const PURE: [&str; 3] = ["sync", "forms", "casework"];

/// What would bring a clock, chance, a file, a socket or a database into a pure crate.
const IMPURE: [&str; 21] = [
    "std::time::SystemTime",
    "SystemTime",
    "std::time::Instant",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "Uuid::new_v4",
    "Uuid::now_v7",
    "rand",
    "getrandom",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "tokio",
    "diesel",
    "actix",
    "actix_web",
    "actix-web",
    "ureq",
];

/// What would bring HTTP, an async runtime or a clock into the use cases: who asks and when is handed in.
const NO_USE_CASES: [&str; 10] = [
    "std::time::SystemTime",
    "SystemTime",
    "std::time::Instant",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "tokio",
    "actix",
    "actix_web",
    "actix-web",
];

/// Crates that know no SQL. `bench` may, to measure the bare database beside the server.
const WITHOUT_SQL: [&str; 8] =
    ["sync", "forms", "casework", "device", "desk", "api", "demo", "ruhu"];

/// How SQL in a string begins, or what it has in it; all of a row's words on one line.
const SQL: [&[&str]; 8] = [
    &["SELECT ", " FROM "],
    &["INSERT INTO "],
    &["UPDATE ", " SET "],
    &["DELETE FROM "],
    &["CREATE TABLE "],
    &["\"select ", " from "],
    &["\"insert into "],
    &["\"delete from "],
];

/// Longest .rs file, in lines; and longest of those that hold tests.
const LINES_MAX: usize = 400;
const LINES_MAX_TESTS: usize = 500;

/// Notes to oneself, which belong in an issue. Put together here so that this file does not name them.
const MARKERS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// Paths of somebody's machine and hosts of somebody's registry, neither of which others have.
const MACHINE_PATHS: [&str; 2] = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];
const REGISTRY_HOSTS: [&str; 4] = [
    concat!("static.", "crates"),
    concat!("index.", "crates"),
    concat!("registry.", "npmjs"),
    concat!("python", "hosted"),
];

/// Identity numbers printed in the standard's own text. All others here are made up, in a division
/// (999999) that nobody has.
const PUBLISHED_IDS: [&str; 2] = ["11010519491231002X", "110105194912310021"];

#[test]
fn crates_use_each_other_only_in_the_agreed_direction() {
    let mut broken = Vec::new();
    for member in members() {
        let Some((_, may)) = MAY_USE.iter().find(|(name, _)| *name == member) else {
            broken.push(format!(
                "Cargo.toml: member {member} has no line in MAY_USE of tests/tests/tidy.rs"
            ));
            continue;
        };
        let manifest = format!("{member}/Cargo.toml");
        for (_, name) in dependencies(file(&manifest)) {
            if let Some(used) = name.strip_prefix("ruhu-").filter(|used| !may.contains(used)) {
                broken.push(format!("{manifest}: {member} may not depend on {used}"));
            }
        }
        for (path, text) in below(member, ".rs") {
            let others = MAY_USE.map(|(name, _)| name).into_iter();
            for used in others.filter(|used| *used != member && !may.contains(used)) {
                let word = format!("ruhu_{used}");
                let at = code(text).into_iter().filter(|(_, line)| has_word(line, &word));
                broken.extend(
                    at.map(|(number, _)| format!("{path}:{number}: {member} may not use {used}")),
                );
            }
        }
    }
    holds("Crates use each other only in the direction that ARCHITECTURE.md draws:", broken);
}

#[test]
fn files_of_a_crate_import_each_other_in_one_direction() {
    let circles = MAY_USE.into_iter().flat_map(|(member, _)| circles::circles(member));
    holds("No files import each other in a circle, but parent and child modules:", circles);
}

/// Where a crate names one of these words, in its manifest or its code.
fn named(of: &str, words: &[&str]) -> Vec<String> {
    let manifest = format!("{of}/Cargo.toml");
    let uses = dependencies(file(&manifest)).into_iter();
    let uses = uses.filter(|(table, name)| *table == "dependencies" && words.contains(name));
    let mut found: Vec<_> = uses.map(|(_, name)| format!("{manifest}: {name}")).collect();
    for (path, text) in sources(of) {
        for (number, line) in code(text) {
            let word = words.iter().find(|word| has_word(line, word));
            found.extend(word.map(|word| format!("{path}:{number}: {word}")));
        }
    }
    found
}

#[test]
fn pure_crates_know_no_clock_chance_file_socket_or_database() {
    let broken = PURE.into_iter().flat_map(|pure| named(pure, &IMPURE));
    holds("sync, forms and casework are pure; pass what they need as an argument:", broken);
}

#[test]
fn use_cases_know_no_http_async_runtime_or_clock() {
    let broken = named("desk", &NO_USE_CASES);
    holds("desk is handed who asks and when; HTTP and waiting are the business of api:", broken);
}

#[test]
fn sql_is_only_in_the_store_and_in_migrations() {
    let mut broken = Vec::new();
    for member in WITHOUT_SQL {
        let manifest = format!("{member}/Cargo.toml");
        let known = dependencies(file(&manifest))
            .into_iter()
            .filter(|(_, name)| name.starts_with("diesel"));
        broken.extend(known.map(|(_, name)| format!("{manifest}: {name}")));
        for (path, text) in sources(member) {
            for (number, line) in code(text) {
                let library = has_word(line, "diesel") || has_word(line, "sql_query");
                if library || SQL.iter().any(|words| words.iter().all(|word| line.contains(word))) {
                    broken.push(format!("{path}:{number}: {}", line.trim()));
                }
            }
        }
    }
    let elsewhere =
        |path: &&String| !["migrations/", "store/", "bench/"].iter().any(|at| path.starts_with(at));
    let scripts = files().keys().filter(|path| path.ends_with(".sql")).filter(elsewhere);
    broken.extend(scripts.map(|path| format!("{path}: a file of SQL")));
    holds("Only store/ and migrations/ know SQL:", broken);
}

#[test]
fn no_source_file_is_too_long_to_read() {
    let long =
        files().iter().filter(|(path, _)| path.ends_with(".rs")).filter_map(|(path, text)| {
            let max = if holds_tests(path) { LINES_MAX_TESTS } else { LINES_MAX };
            let lines = text.lines().count();
            (lines > max).then(|| format!("{path}: {lines} lines, {max} at most"))
        });
    holds("A source file does one thing; divide those that do two:", long);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let of = |database: &str| -> BTreeSet<&'static str> {
        let at = format!("migrations/{database}");
        below(&at, "up.sql").filter_map(|(path, _)| path.split('/').nth(2)).collect()
    };
    let (sqlite, postgres) = (of("sqlite"), of("postgres"));
    assert!(
        !sqlite.is_empty(),
        "migrations/sqlite: the house must have migrations, each a folder with up.sql"
    );
    let one_sided = sqlite.symmetric_difference(&postgres).map(|name| {
        let missing = if sqlite.contains(name) { "postgres" } else { "sqlite" };
        format!("migrations/{missing}/{name}/up.sql: missing")
    });
    holds("Every migration is written for both databases, under one name:", one_sided);
}

#[test]
fn nothing_is_left_for_later_in_the_text() {
    let mut broken = Vec::new();
    for (path, text) in files() {
        for (index, line) in text.lines().enumerate() {
            let found = MARKERS.iter().find(|marker| has_word(line, marker));
            broken.extend(found.map(|marker| format!("{path}:{}: {marker}", index + 1)));
        }
    }
    holds("What is left to do is an issue, not a remark:", broken);
}

#[test]
fn libraries_print_nothing() {
    let mut broken = Vec::new();
    let libraries = members().into_iter().filter(|member| !["tests", "bench"].contains(member));
    for (path, text) in libraries.flat_map(sources) {
        // The commands speak to a person, in these files alone.
        let is_a_commands = path.starts_with("ruhu/") || path.starts_with("simulator/");
        if is_a_commands && path.ends_with("/output.rs") {
            continue;
        }
        for (number, line) in code(text) {
            let found =
                ["println!", "print!", "eprintln!", "eprint!", "dbg!"].into_iter().find(|print| {
                    line.match_indices(print)
                        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric()))
                });
            broken.extend(found.map(|print| format!("{path}:{number}: {print}")));
        }
    }
    holds("Libraries return values and trace; only the commands print:", broken);
}

#[test]
fn no_file_names_a_path_or_a_registry_of_one_machine() {
    let mut broken = Vec::new();
    for (path, text) in files() {
        for (index, line) in text.lines().enumerate() {
            let place = MACHINE_PATHS.into_iter().find(|place| {
                let inside = |c: char| c.is_alphanumeric() || "._-/}".contains(c);
                line.match_indices(place).any(|(at, _)| !line[..at].ends_with(inside))
            });
            let host = REGISTRY_HOSTS.into_iter().find(|host| line.contains(host));
            broken.extend(place.or(host).map(|found| format!("{path}:{}: {found}", index + 1)));
        }
    }
    holds("Files hold on every machine:", broken);
}

#[test]
fn the_architecture_names_every_folder_and_no_other() {
    let text = file("ARCHITECTURE.md");
    let folders: BTreeSet<&str> =
        files().keys().filter_map(|path| Some(path.split_once('/')?.0)).collect();
    let named = |folder: &str| {
        let inside = |c: char| c.is_alphanumeric() || "._-/".contains(c);
        text.match_indices(&format!("{folder}/")).any(|(at, _)| !text[..at].ends_with(inside))
    };
    let unnamed = folders.into_iter().filter(|folder| !named(folder));
    let mut broken: Vec<String> =
        unnamed.map(|folder| format!("ARCHITECTURE.md: says nothing of {folder}/")).collect();

    // A folder is named `so/`, or so/ as the first word of a line.
    let quoted = text.split('`').skip(1).step_by(2);
    let first = text.lines().filter_map(|line| line.split(' ').next());
    let path = |word: &&str| word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    for folder in quoted.chain(first).filter(path) {
        if folder.ends_with('/')
            && !folder.starts_with('/')
            && below(folder.trim_end_matches('/'), "").next().is_none()
        {
            broken.push(format!("ARCHITECTURE.md: there is no {folder}"));
        }
    }
    holds("ARCHITECTURE.md is the map of the house:", broken);
}

#[test]
fn both_readmes_have_the_same_headings_and_commands() {
    let outline = |path: &str| -> (Vec<usize>, Vec<String>) {
        let (mut levels, mut blocks, mut block) = (Vec::new(), Vec::new(), None::<String>);
        for line in file(path).lines() {
            match (&mut block, line.starts_with("```")) {
                (None, true) => block = Some(String::new()),
                (Some(_), true) => blocks.extend(block.take()),
                (Some(inside), false) => inside.push_str(&format!("{line}\n")),
                (None, false) if line.starts_with('#') => {
                    levels.push(line.chars().take_while(|c| *c == '#').count())
                }
                (None, false) => {}
            }
        }
        (levels, blocks)
    };
    let (levels, blocks) = outline("README.md");
    let (levels_zh, blocks_zh) = outline("README.zh.md");
    assert_eq!(levels, levels_zh, "README.md and README.zh.md: the same headings, by their levels");
    assert_eq!(blocks, blocks_zh, "README.md and README.zh.md: the same code blocks");
}

#[test]
fn changes_are_told_in_the_changelog() {
    assert!(!file("CHANGELOG.md").trim().is_empty(), "CHANGELOG.md: says nothing");
}

#[test]
fn every_shared_dependency_is_used() {
    let manifests: Vec<String> =
        members().iter().map(|member| format!("{member}/Cargo.toml")).collect();
    let used: BTreeSet<&str> =
        manifests.iter().flat_map(|path| dependencies(file(path))).map(|(_, name)| name).collect();
    let shared = dependencies(file("Cargo.toml"))
        .into_iter()
        .filter(|(table, _)| *table == "workspace.dependencies");
    let unused = shared.filter(|(_, name)| !used.contains(name) && *name != "ruhu-tests");
    holds(
        "The one list of dependencies holds what is used, and nothing else:",
        unused.map(|(_, name)| format!("Cargo.toml: no member uses {name}")),
    );
}

/// 17 digits and a digit or X, of which eight are somebody's birthday.
fn is_id_number(word: &str) -> bool {
    let between = |range: std::ops::Range<usize>, low, high| {
        word[range].parse::<u32>().is_ok_and(|number| (low..=high).contains(&number))
    };
    word.len() == 18
        && word.is_ascii()
        && word[..17].bytes().all(|byte| byte.is_ascii_digit())
        && word[17..].chars().all(|last| last.is_ascii_digit() || last.eq_ignore_ascii_case(&'X'))
        && between(6..10, 1880, 2099)
        && between(10..12, 1, 12)
        && between(12..14, 1, 31)
}

#[test]
fn identity_numbers_are_made_up() {
    let mut broken = Vec::new();
    for (path, text) in files() {
        for (index, line) in text.lines().enumerate() {
            let words =
                line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| is_id_number(word));
            let real =
                words.filter(|word| !word.starts_with("999999") && !PUBLISHED_IDS.contains(word));
            broken.extend(real.map(|word| format!("{path}:{}: {word}", index + 1)));
        }
    }
    holds("An identity number could be someone's unless it begins with 999999:", broken);
}

#[test]
fn an_identity_number_is_known_by_its_birthday() {
    assert!(is_id_number("11010519491231002X"));
    assert!(!is_id_number("123456789012345678"));
    assert!(!is_id_number("1101051949123100"));
}
