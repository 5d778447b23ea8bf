//! Files of a crate that import each other in a circle. A module and what lies in its folder may
//! know each other; two files beside each other may not.

use super::house::{below as files_below, code};
use std::collections::{BTreeMap, BTreeSet};

/// A module of a crate, as the names that lead to it; the crate's own file is empty.
type Module = Vec<String>;

/// The circles of a crate, each as the names of its files.
pub(super) fn circles(of: &str) -> Vec<String> {
    let files = modules(of);
    assert!(!files.is_empty(), "{of} has no files");
    let name = |module: &Module| format!("{of}/src/{}.rs", module.join("/"));
    let names = |circle: Vec<Module>| circle.iter().map(name).collect::<Vec<_>>().join(", ");
    circles_among(&files).into_iter().map(names).collect()
}

/// The circles among modules, which are given with their texts.
fn circles_among(files: &BTreeMap<Module, String>) -> BTreeSet<Vec<Module>> {
    let imports: BTreeMap<_, _> =
        files.iter().map(|(module, text)| (module, paths(text))).collect();
    let passed_on: BTreeMap<_, _> =
        files.iter().map(|(module, text)| (module, handed_on(text))).collect();
    let find = |from: &Module, path: &str| resolve(files, &passed_on, from, path, 0);
    let edges: BTreeMap<&Module, BTreeSet<Module>> = imports
        .iter()
        .map(|(module, paths)| {
            let found = paths.iter().filter_map(|path| find(module, path));
            let others = found.filter(|to| !to.starts_with(module) && !module.starts_with(to));
            (*module, others.collect())
        })
        .collect();
    let reach: BTreeMap<&Module, BTreeSet<&Module>> =
        edges.keys().map(|module| (*module, reached(&edges, module))).collect();
    let in_circle = |module: &&&Module| reach[**module].contains(**module);
    let circle_of = |module: &&Module| {
        let back = reach[*module].iter().filter(|other| reach[**other].contains(*module));
        back.map(|other| (**other).clone()).collect()
    };
    edges.keys().filter(in_circle).map(circle_of).collect()
}

fn reached<'a>(
    edges: &'a BTreeMap<&'a Module, BTreeSet<Module>>,
    from: &Module,
) -> BTreeSet<&'a Module> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&Module> = edges[from].iter().collect();
    while let Some(module) = next.pop() {
        if found.insert(module) {
            next.extend(edges.get(module).into_iter().flatten());
        }
    }
    found
}

/// The files of a crate by their modules, without tests.
fn modules(of: &str) -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    for (path, text) in files_below(&format!("{of}/src"), ".rs") {
        let name = path.trim_start_matches(&format!("{of}/src/")).trim_end_matches(".rs");
        let is_other = name.ends_with("_tests") || name == "main" || name.starts_with("bin/");
        if is_other || name.split('/').any(|step| step == "tests") {
            continue;
        }
        let steps = if name == "lib" { Vec::new() } else { name.split('/').collect() };
        let lines: Vec<_> = code(text).into_iter().map(|(_, line)| line).collect();
        found.insert(steps.into_iter().map(str::to_owned).collect(), lines.join("\n"));
    }
    found
}

/// The `use` statements of a file, each with whether it hands its names on.
fn uses(text: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for statement in text.split(';') {
        let Some(at) = statement.rfind("use ") else { continue };
        let before = statement[..at].trim_end();
        let is_start = before.is_empty() || before.ends_with(['\n', '}', '{', ')', ';', ']']);
        let is_handed_on = before.ends_with("pub") || before.ends_with(')');
        if is_start || is_handed_on {
            let is_handed_on = is_handed_on && before.contains("pub");
            found.push((is_handed_on, statement[at + 4..].split_whitespace().collect()));
        }
    }
    found
}

/// Every path that a file names: of its `use` statements, and in its text.
fn paths(text: &str) -> Vec<String> {
    let mut found: Vec<_> = uses(text).iter().flat_map(|(_, tree)| expanded(tree)).collect();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in text.match_indices(start) {
            let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let path: String = text[at..].chars().take_while(|c| is_path(*c)).collect();
            found.push(path.trim_end_matches(':').to_owned());
        }
    }
    found
}

/// The names that a file hands on, with where they come from.
fn handed_on(text: &str) -> BTreeMap<String, String> {
    let handed = uses(text).into_iter().filter(|(is_handed_on, _)| *is_handed_on);
    let paths = handed.flat_map(|(_, tree)| expanded(&tree));
    paths.filter_map(|path| Some((path.rsplit("::").next()?.to_owned(), path))).collect()
}

/// A tree of a `use` statement as its paths.
fn expanded(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else {
        let path = tree.split("as").next().filter(|_| tree.contains(" as ")).unwrap_or(tree);
        return vec![path.to_owned()];
    };
    let inside = rest.rfind('}').map_or(rest, |end| &rest[..end]);
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                let part = &inside[start..at];
                start = (at + 1).min(inside.len());
                if !part.is_empty() {
                    found.extend(expanded(&format!("{head}{part}")));
                }
            }
            _ => {}
        }
    }
    found
}

/// The module that a path leads to, through what modules on the way hand on.
fn resolve(
    files: &BTreeMap<Module, String>,
    handed_on: &BTreeMap<&Module, BTreeMap<String, String>>,
    from: &Module,
    path: &str,
    depth: usize,
) -> Option<Module> {
    let mut steps = path.split("::").peekable();
    let mut module = from.clone();
    match steps.peek()? {
        &"crate" => {
            module = Vec::new();
            steps.next();
        }
        &"self" => drop(steps.next()),
        &"super" => {
            while steps.next_if_eq(&"super").is_some() {
                module.pop()?;
            }
        }
        first if files.contains_key(&below(from, first)) => {}
        _ => return None,
    }
    for step in steps {
        let inner = below(&module, step);
        if files.contains_key(&inner) {
            module = inner;
            continue;
        }
        let source = handed_on.get(&module).and_then(|names| names.get(step));
        return match source.filter(|source| depth < 6 && *source != path) {
            Some(source) => resolve(files, handed_on, &module, source, depth + 1).or(Some(module)),
            None => Some(module),
        };
    }
    Some(module)
}

fn below(module: &Module, step: &str) -> Module {
    module.iter().cloned().chain([step.to_owned()]).collect()
}

#[test]
fn a_tree_of_a_use_statement_is_taken_apart() {
    assert_eq!(expanded("a::b"), ["a::b"]);
    assert_eq!(expanded("a::{b,c::{d,e}}"), ["a::b", "a::c::d", "a::c::e"]);
}

#[test]
fn files_beside_each_other_are_a_circle_and_a_file_with_its_folder_is_none() {
    let circles = |texts: &[(&str, &str)]| {
        let module = |path: &str| path.split('/').map(str::to_owned).collect();
        let files = texts.iter().map(|(path, text)| (module(path), (*text).to_owned())).collect();
        let names = |circle: Vec<Module>| circle.iter().map(|m| m.join("/")).collect::<Vec<_>>();
        circles_among(&files).into_iter().map(names).collect::<Vec<_>>()
    };
    let apart = [("a", "use crate::b::B;"), ("b", "use std::fmt;")];
    assert_eq!(circles(&apart), [[""; 0]; 0]);
    let folder = [("a", "use b::B;\nfn f() {}"), ("a/b", "use super::A;")];
    assert_eq!(circles(&folder), [[""; 0]; 0]);
    let direct = [("a", "use crate::b::B;"), ("b", "fn f() { crate::a::g() }")];
    assert_eq!(circles(&direct), [["a", "b"]]);
    let handed_on =
        [("a", "use crate::b::C;"), ("b", "pub use c::C;"), ("b/c", "use crate::a::A;")];
    assert_eq!(circles(&handed_on), [["a", "b/c"]]);
}
