//! What the fuzz targets hold of every input, held of the inputs that are kept in `fuzz/corpus/`:
//! seeds from the published vectors, and what fuzzing has found.

#[allow(unreachable_pub)]
#[path = "../../fuzz/src/lib.rs"]
mod fuzzed;

use std::path::Path;

/// Runs every input of a folder; says how many there were, and which one it was that failed.
fn run(folder: &str, hold: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let mut met = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let input = std::fs::read(&path).expect("an input");
        if std::panic::catch_unwind(|| hold(&input)).is_err() {
            panic!("{} does not hold", path.display());
        }
        met += 1;
    }
    assert!(met >= 4, "{}: {met} inputs", folder.display());
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
