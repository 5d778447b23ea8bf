//! Makes random answers for each form, works them out, and prints both as lines of JSON for the TypeScript
//! in `forms/vectors` to work out again: `scripts/typescript` puts the two together.
//!
//! `cargo run -p ruhu-forms --example differ -- COUNT SEED`: COUNT sets of answers of each form of the
//! catalogue, of `tests/everything.json` and of `vectors/differ/large_form.json`; the same SEED makes the
//! same answers.

mod answers;
mod random;

use std::error::Error;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use ruhu_forms::{Form, Given, PrefillRecord, Problem};
use serde_json::{Map, Value, json};

use answers::{Answering, Mood, text};
use random::Random;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let count: usize = arguments.next().ok_or("how many sets of answers?")?.parse()?;
    let seed: u64 = arguments.next().ok_or("which seed?")?.parse()?;
    let mut output = BufWriter::new(io::stdout().lock());
    for path in forms()? {
        let definition: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let form = Form::parse(&definition.to_string())?;
        writeln!(output, "{}", json!({"form": definition}))?;
        let mut random = Random::new(seed);
        for _ in 0..count {
            writeln!(output, "{}", line(&form, &definition, &mut random)?)?;
        }
    }
    output.flush()?;
    Ok(())
}

/// The catalogue in the order of its names, then those with the whole language in them.
fn forms() -> io::Result<Vec<PathBuf>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalogue = fs::read_dir(here.join("catalogue"))?;
    let mut forms =
        catalogue.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    forms.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    forms.sort();
    forms.extend(
        ["tests/everything.json", "vectors/differ/large_form.json"].map(|at| here.join(at)),
    );
    Ok(forms)
}

fn line(form: &Form, definition: &Value, random: &mut Random) -> serde_json::Result<Value> {
    let questions = questions(definition);
    let mood = Mood::any(random);
    let mut answering = Answering::new(random, mood);
    let answers = answering.answers(&questions);
    let given = given(definition, &mut answering);
    let records = records(&questions, &mut answering);
    let known: Given = serde_json::from_value(Value::Object(given.clone()))?;
    Ok(json!({
        "answers": answers,
        "given": given,
        "records": records,
        "computed": form.compute(&answers, &known),
        "draft": places(&form.check_draft(&answers)),
        "submission": places(&form.check_submission(&answers)),
        "prefill": form.prefill(&known, &handed_in(&records)),
    }))
}

fn questions(definition: &Value) -> Vec<&Value> {
    let sections = definition["sections"].as_array().into_iter().flatten();
    sections.flat_map(|section| section["questions"].as_array().into_iter().flatten()).collect()
}

fn places(problems: &[Problem]) -> Value {
    problems
        .iter()
        .map(|problem| json!({"path": problem.path, "code": problem.code.as_str()}))
        .collect()
}

/// Mostly as declared; sometimes none, null, or something else.
fn given(definition: &Value, answering: &mut Answering) -> Map<String, Value> {
    let mut given = Map::new();
    for declared in definition["given"].as_array().into_iter().flatten() {
        let value = match answering.random.below(20) {
            0 => continue,
            1 => Value::Null,
            2 => {
                answering.random.one(&[json!("x"), json!(1), json!(true), json!(i64::MAX)]).clone()
            }
            _ => match text(&declared["holds"]["type"]).as_str() {
                "number" => json!(answering.number(None, None)),
                "truth" => json!(answering.random.percent(50)),
                "date" => json!(answering.date()),
                _ => {
                    let codes = declared["holds"]["codes"].as_array().cloned().unwrap_or_default();
                    answering.random.one(&codes).clone()
                }
            },
        };
        given.insert(text(&declared["name"]), value);
    }
    given
}

/// Kind to id to the record, for every group that is filled from records.
fn records(questions: &[&Value], answering: &mut Answering) -> Map<String, Value> {
    let mut records = Map::new();
    for question in questions {
        let Some(fields) = question["prefill_rows"]["fields"].as_object() else { continue };
        let mut of_kind = Map::new();
        for id in ["p1", "p2", "\u{1f600}"] {
            if answering.random.percent(40) {
                of_kind.insert(id.to_owned(), record(&question["kind"], fields, answering));
            }
        }
        records.insert(text(&question["prefill_rows"]["from"]), of_kind.into());
    }
    records
}

fn record(kind: &Value, fields: &Map<String, Value>, answering: &mut Answering) -> Value {
    let mut record = Map::new();
    for field in kind["questions"].as_array().into_iter().flatten() {
        let Some(name) = fields.get(&text(&field["id"])) else { continue };
        let value = match answering.random.percent(15) {
            true => answering.anything(),
            false => answering.answer_one(field),
        };
        record.insert(text(name), value);
    }
    record.into()
}

fn handed_in(records: &Map<String, Value>) -> Vec<PrefillRecord<'_>> {
    let mut handed_in = Vec::new();
    for (kind, of_kind) in records {
        for (id, document) in of_kind.as_object().into_iter().flatten() {
            let Some(document) = document.as_object() else { continue };
            handed_in.push(PrefillRecord { kind, id, document });
        }
    }
    handed_in
}
