//! What the fuzz targets hold of every input, held of the inputs that are kept in `fuzz/corpus/`
//! (seeds from the published vectors, and what fuzzing has found), and of some made from them anew
//! in every run: a short fuzzing of its own, where no fuzzer is installed.

#[allow(unreachable_pub)]
#[path = "../../fuzz/src/lib.rs"]
mod fuzzed;

use ruhu_device::Random;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

/// How many inputs are made from a folder's.
const MADE: usize = 1_500;

/// How long an input gets: what can be said wrongly can be said shortly.
const BYTES_MAX: usize = 1_500;

/// What JSON is made of: a change of one of these changes what an input means.
const WORDS: [&[u8]; 12] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"null",
    b"-1",
    b"1e309",
    b"\"\"",
    b"\\u0000",
    b"\\ud800",
    "\u{202e}".as_bytes(),
];

fn inputs(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        (path.clone(), std::fs::read(path).expect("an input"))
    };
    let mut all: Vec<_> =
        std::fs::read_dir(folder).expect("the folder is there").map(read).collect();
    all.sort();
    assert!(all.len() >= 4, "{} inputs", all.len());
    all
}

/// Runs every input of a folder, and then what is made from them.
#[expect(clippy::print_stdout, reason = "what ends the process tells no seed itself")]
fn run(folder: &str, hold: fn(&[u8])) {
    let all = inputs(folder);
    for (path, input) in &all {
        let held = std::panic::catch_unwind(|| hold(input));
        assert!(held.is_ok(), "{} does not hold", path.display());
    }
    let seed = RandomState::new().build_hasher().finish();
    println!("{folder}: seed {seed}");
    let mut random = Random::new(seed);
    for _ in 0..MADE {
        let input = made(&all, &mut random);
        let held = std::panic::catch_unwind(|| hold(&input));
        assert!(held.is_ok(), "of seed {seed}: {:?}", String::from_utf8_lossy(&input));
    }
}

/// An input with some of it changed, doubled, taken away, or put in from another.
fn made(all: &[(PathBuf, Vec<u8>)], random: &mut Random) -> Vec<u8> {
    let mut input = random.pick(all).1;
    for _ in 0..=random.below(3) {
        let (from, to) = piece(&input, random);
        match random.below(5) {
            0 => input[from..to].iter_mut().for_each(|byte| *byte ^= 1 << (*byte % 7)),
            1 => drop(input.drain(from..to)),
            2 => drop(input.splice(from..from, input[from..to].to_vec())),
            3 => {
                let other = random.pick(all).1;
                let (first, end) = piece(&other, random);
                drop(input.splice(from..to, other[first..end].to_vec()));
            }
            _ => drop(input.splice(from..to, random.pick(&WORDS).to_vec())),
        }
    }
    input.truncate(BYTES_MAX);
    input
}

/// A short piece, or any.
fn piece(of: &[u8], random: &mut Random) -> (usize, usize) {
    let from = random.index(of.len() + 1);
    let rest = of.len() - from;
    let length = if random.below(3) == 0 { rest } else { rest.min(8) };
    (from, from + random.index(length + 1))
}

#[test]
fn answers_of_the_corpus_break_no_form() {
    run("fuzz/corpus/answers", fuzzed::answers);
}

#[test]
fn no_cursor_of_the_corpus_is_taken() {
    run("fuzz/corpus/cursor", fuzzed::cursor);
}

#[test]
fn edits_of_the_corpus_are_read_or_refused() {
    run("fuzz/corpus/edit", fuzzed::edit);
}

#[test]
fn forms_of_the_corpus_are_taken_or_refused() {
    run("fuzz/corpus/form", fuzzed::form);
    run("forms/catalogue", fuzzed::form);
}

#[test]
fn schedules_of_the_corpus_merge_to_one_end() {
    run("fuzz/corpus/merge", fuzzed::merge);
}

#[test]
fn pushes_of_the_corpus_have_one_effect() {
    run("fuzz/corpus/push", fuzzed::push);
}
