//! The cost of a form's rules: for each form of the catalogue, and in a push of submitted
//! assessments.

use super::must_apply;
use crate::answers::{fill, row_pointers};
use crate::arguments::{Forms, Load};
use crate::database::{Database, Site};
use crate::documents::{Document, Documents};
use crate::error::BenchError;
use crate::house;
use crate::processes::Server;
use crate::report::Table;
use crate::tablet::{Encoding, Tablet};
use ruhu_forms::{Answers, Catalogue, Form, Given};
use std::hint::black_box;
use std::time::Instant;

/// The form of the pushed assessments: one investigator, and many questions.
const PUSHED: &str = "gbt42195";
/// How often each form is computed in a round.
const REPEATS: u32 = 200;

/// Measures the forms.
pub(crate) fn run(load: &Load, asked: &Forms, database: Database) -> Result<(), BenchError> {
    let catalogue =
        Catalogue::load().map_err(|error| BenchError::NotPrepared(error.to_string()))?;
    let title = format!("forms: {} rows in each group, whole and worked out", asked.rows);
    let mut table = Table::new(title, "reading the JSON");
    for entry in catalogue.list() {
        let form = entry.form();
        let name = format!("{} v{}", form.id(), form.version());
        table.compare(&name, "µs", &time_form(load, form, asked.rows)?);
    }
    table.print();
    let pushed = catalogue.list().iter().map(|entry| entry.form()).find(|form| form.id() == PUSHED);
    match pushed {
        Some(form) => push(load, asked, form, database),
        None => Ok(()),
    }
}

/// Checking answers as a submission and computing them, compared with parsing their text.
fn time_form(load: &Load, form: &Form, rows: usize) -> Result<Vec<(f64, f64)>, BenchError> {
    let answers = fill(form, rows);
    let text = serde_json::to_string(&answers).map_err(crate::tablet::unreadable)?;
    let given = Given::default();
    let mut pairs = Vec::new();
    for round in 0..=load.rounds {
        let began = Instant::now();
        for _ in 0..REPEATS {
            black_box(form.check_submission(black_box(&answers)));
            black_box(form.compute(black_box(&answers), &given));
        }
        let worked = began.elapsed().as_secs_f64() * 1e6 / f64::from(REPEATS);
        let began = Instant::now();
        for _ in 0..REPEATS {
            let read: Answers =
                serde_json::from_str(black_box(&text)).map_err(crate::tablet::unreadable)?;
            black_box(read);
        }
        let read = began.elapsed().as_secs_f64() * 1e6 / f64::from(REPEATS);
        if round > 0 {
            pairs.push((worked, read));
        }
    }
    Ok(pairs)
}

/// Pushes of complete submitted assessments, compared with the same ones as drafts.
fn push(load: &Load, asked: &Forms, form: &Form, database: Database) -> Result<(), BenchError> {
    let answers = whole(form)?;
    let site = Site::make(database, load.postgres_url.as_deref())?;
    drop(house::prepare(&site, 1)?);
    let server = Server::start(&site, load.server.as_deref())?;
    let mut tablet = Tablet::sign_in(server.address, 0)?;
    let mut documents = Documents::new(load.seed);
    let mut pairs = Vec::new();
    for round in 0..=load.rounds {
        let mut time = |status: &str| {
            let batch = assessments(&mut documents, form, &answers, status, asked.batch);
            push_timed(&server, &mut tablet, &batch, asked.batch)
        };
        let (submitted, draft) = (time("submitted")?, time("draft")?);
        if round > 0 {
            pairs.push((submitted, draft));
        }
    }
    let title = format!("push on {database}: {} assessments by {}", asked.batch, form.id());
    let mut table = Table::new(title, "the same as drafts");
    table.compare("handed in, processor", "µs an edit", &pairs);
    table.print();
    server.stop()
}

/// Answers without rows that can be submitted.
fn whole(form: &Form) -> Result<Answers, BenchError> {
    let mut answers = fill(form, 0);
    let broken = form.check_submission(&answers);
    for problem in &broken {
        // What excludes another answer is answered with no, or left out, where that is allowed.
        let name = problem.path.trim_start_matches('/');
        match answers.get_mut(name) {
            Some(answer) if *answer == true => *answer = false.into(),
            _ => drop(answers.remove(name)),
        }
    }
    match form.check_submission(&answers).first() {
        None => Ok(answers),
        Some(problem) => Err(BenchError::NotPrepared(format!("{} {}", problem.path, problem.en))),
    }
}

fn assessments(
    documents: &mut Documents,
    form: &Form,
    answers: &Answers,
    status: &str,
    count: usize,
) -> Vec<Document> {
    let (id, version) = (form.id(), form.version());
    let answers_json = serde_json::Value::Object(answers.clone());
    let json = format!(
        r#"{{"form":"{id}","form_version":{version},"status":"{status}","answers":{answers_json}}}"#
    );
    let rows = row_pointers(form, answers);
    let wanted = ["household", "assessment"];
    let mut batch: Vec<Document> = Vec::new();
    while batch.iter().filter(|one| one.kind == "assessment").count() < count {
        batch.extend(documents.next().filter(|one| wanted.contains(&one.kind)));
    }
    for one in batch.iter_mut().filter(|one| one.kind == "assessment") {
        one.json.clone_from(&json);
        one.rows.clone_from(&rows);
    }
    batch
}

/// The server's processor time for each assessment. Their households are pushed first, and do not
/// count.
fn push_timed(
    server: &Server,
    tablet: &mut Tablet,
    batch: &[Document],
    count: usize,
) -> Result<f64, BenchError> {
    let encoding = Encoding::Identity;
    let mut client = tablet.connect()?;
    let (assessments, households): (Vec<Document>, Vec<Document>) =
        batch.iter().cloned().partition(|one| one.kind == "assessment");
    for part in households.chunks(super::FILLING_EDITS) {
        let body = tablet.push_of(part, encoding)?;
        must_apply(&tablet.push(&mut client, &body, encoding)?, body.edits)?;
    }
    let before = server.processor_time();
    for part in assessments.chunks(100) {
        let body = tablet.push_of(part, encoding)?;
        must_apply(&tablet.push(&mut client, &body, encoding)?, body.edits)?;
    }
    let used = server.processor_time().saturating_sub(before);
    Ok(used.as_secs_f64() * 1e6 / count as f64)
}
