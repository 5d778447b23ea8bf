//! The house as the rules see it: its files, their code, its crates.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every text file by its path from the root, in order of the paths.
pub(super) fn files() -> &'static BTreeMap<String, String> {
    static FILES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    FILES.get_or_init(|| {
        let listed = Command::new("git")
            .args([
                "-c",
                "safe.directory=*",
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root())
            .output()
            .expect("git must be installed: the house rules ask it which files are ours");
        assert!(
            listed.status.success(),
            "git ls-files: {}",
            String::from_utf8_lossy(&listed.stderr)
        );
        String::from_utf8(listed.stdout)
            .expect("file names in UTF-8")
            .split_terminator('\0')
            .filter_map(|path| {
                Some((path.to_owned(), std::fs::read_to_string(root().join(path)).ok()?))
            })
            .collect()
    })
}

pub(super) fn file(path: &str) -> &'static str {
    files().get(path).unwrap_or_else(|| panic!("{path}: the house must have this file"))
}

/// The files below a folder that end so.
pub(super) fn below(
    folder: &str,
    ending: &str,
) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    let folder = format!("{folder}/");
    let under = move |path: &&String| path.starts_with(&folder);
    let ending = ending.to_owned();
    files()
        .iter()
        .filter(move |(path, _)| under(path) && path.ends_with(&ending))
        .map(|(path, text)| (path.as_str(), text.as_str()))
}

/// A crate's sources without its tests.
pub(super) fn sources(of: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    below(&format!("{of}/src"), ".rs").filter(|(path, _)| !holds_tests(path))
}

pub(super) fn holds_tests(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// Numbered lines of code: no comments, and nothing that stands under `#[cfg(test)]`.
pub(super) fn code(text: &str) -> Vec<(usize, &str)> {
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let mut kept = Vec::new();
    while let Some((number, line)) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            let indent = line.len() - line.trim_start().len();
            // rustfmt puts the end of the item, `;` or `}`, at the item's own indentation.
            let ends = |(_, line): (usize, &str)| {
                let own = line.len() - line.trim_start().len() == indent && !line.trim().is_empty();
                own && (line.ends_with(';') || line.ends_with('}'))
            };
            lines.by_ref().find(|line| ends(*line));
        } else if !line.trim_start().starts_with("//") {
            kept.push((number, line.split(" // ").next().unwrap_or(line)));
        }
    }
    kept
}

/// Does the word stand in the line by itself, not as a part of a longer one?
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// The names in a manifest's tables of dependencies, each with its table.
pub(super) fn dependencies(manifest: &str) -> Vec<(&str, &str)> {
    let mut table = "";
    let mut found = Vec::new();
    for line in manifest.lines() {
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_end_matches(']');
        } else if table.ends_with("dependencies")
            && line.starts_with(|c: char| c.is_ascii_alphanumeric())
        {
            let name = line.split(['.', '=', ' ']).next().unwrap_or(line);
            found.push((table, name));
        }
    }
    found
}

pub(super) fn members() -> Vec<&'static str> {
    let listed = file("Cargo.toml").split_once("members = [").expect("Cargo.toml: members").1;
    let listed = listed.split_once(']').expect("Cargo.toml: members").0;
    listed
        .split(',')
        .map(|name| name.trim().trim_matches('"'))
        .filter(|name| !name.is_empty())
        .collect()
}

/// Fails with the rule and every place where it is broken.
pub(super) fn holds(rule: &str, broken: impl IntoIterator<Item = String>) {
    let broken: Vec<String> = broken.into_iter().collect();
    assert!(broken.is_empty(), "{rule}\n  {}\n", broken.join("\n  "));
}

#[test]
fn a_word_is_found_by_itself_and_not_inside_another() {
    assert!(has_word("use rand::Rng;", "rand"));
    assert!(!has_word("let operand = grand_total;", "rand"));
    assert!(has_word("let at = chrono::Utc::now();", "Utc::now"));
}

#[test]
fn code_is_without_comments_and_without_tests() {
    let text = "a();\n/// b\nc(); // d\n#[cfg(test)]\nmod e;\nf();\n#[cfg(test)]\nmod g {\n    h();\n}\ni();\n";
    let kept: Vec<&str> = code(text).into_iter().map(|(_, line)| line).collect();
    assert_eq!(kept, ["a();", "c();", "f();", "i();"]);
}
