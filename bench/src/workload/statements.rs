//! Counts the statements of a push, table by table: the server runs inside this process, and
//! diesel's own instrumentation sees every statement of its connections.

use crate::arguments::Load;
use crate::database::{Database, Site};
use crate::documents::{Document, Documents};
use crate::error::BenchError;
use crate::house;
use crate::output::say;
use crate::tablet::{Encoding, Tablet};
use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use ruhu_api::app::serve;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// Edits a push.
const SIZES: [usize; 3] = [1, 100, 500];

/// The maximum number of statements per table, whatever the size of the push.
const STATEMENTS_MAX: usize = 3;

/// The statements since the last call.
static SEEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn watch() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            // Without its values.
            let sql = text.split(" -- binds:").next().unwrap_or_default().to_owned();
            SEEN.lock().unwrap_or_else(PoisonError::into_inner).push(sql);
        }
    }))
}

fn take_seen() -> Vec<String> {
    std::mem::take(&mut SEEN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The tables that a statement names after FROM, JOIN, INTO or UPDATE. A statement without any
/// (BEGIN, COMMIT, SET) counts for itself.
fn tables_of(sql: &str) -> BTreeSet<String> {
    let words: Vec<&str> =
        sql.split([' ', '(', ')', ',', '\n']).filter(|w| !w.is_empty()).collect();
    let is_before = |word: &str| {
        ["FROM", "JOIN", "INTO", "UPDATE"].iter().any(|one| word.eq_ignore_ascii_case(one))
    };
    let named: BTreeSet<String> = words
        .windows(2)
        .filter(|two| is_before(two[0]))
        .map(|two| two[1].trim_matches(['"', '`']).to_owned())
        .filter(|name| !name.eq_ignore_ascii_case("SET") && name.starts_with(char::is_alphabetic))
        .collect();
    match named.is_empty() {
        true => BTreeSet::from([words.first().copied().unwrap_or_default().to_uppercase()]),
        false => named,
    }
}

/// How many statements each table cost.
type Counts = BTreeMap<String, usize>;

fn count(statements: &[String]) -> Counts {
    let mut counts = Counts::new();
    for table in statements.iter().flat_map(|sql| tables_of(sql)) {
        *counts.entry(table).or_default() += 1;
    }
    counts
}

/// Counts on a database, and fails if a table costs too much.
pub(crate) fn run(load: &Load, database: Database) -> Result<(), BenchError> {
    let site = Site::make(database, load.postgres_url.as_deref())?;
    set_default_instrumentation(watch)
        .map_err(|error| BenchError::NotPrepared(error.to_string()))?;
    let service = house::prepare(&site, 1)?;
    let running = serve(service).map_err(|error| BenchError::NotPrepared(error.to_string()))?;
    let mut tablet = Tablet::sign_in(running.address(), 0)?;
    let mut documents = Documents::new(load.seed);
    // A connection's first push prepares it.
    counts_of_making(&mut tablet, &mut documents, 5)?;
    let mut columns = Vec::new();
    for size in SIZES {
        let (made, counts) = counts_of_making(&mut tablet, &mut documents, size)?;
        columns.push((format!("make {size}"), counts));
        columns.push((format!("change {size}"), counts_of_changing(&mut tablet, &made)?));
    }
    let stopped = running.stop();
    set_default_instrumentation(|| None)
        .map_err(|error| BenchError::NotPrepared(error.to_string()))?;
    print(database, &columns);
    stopped.map_err(|error| BenchError::NotPrepared(error.to_string()))?;
    judge(&columns)
}

fn counts_of_making(
    tablet: &mut Tablet,
    documents: &mut Documents,
    size: usize,
) -> Result<(Vec<Document>, Counts), BenchError> {
    let batch: Vec<_> = documents.take(size).collect();
    let body = tablet.push_of(&batch, Encoding::Identity)?;
    let counts = counts_of(tablet, &body)?;
    Ok((batch, counts))
}

fn counts_of_changing(tablet: &mut Tablet, made: &[Document]) -> Result<Counts, BenchError> {
    let body = tablet.push_body(made, Encoding::Identity, super::pull::change_of)?;
    counts_of(tablet, &body)
}

fn counts_of(tablet: &Tablet, body: &crate::tablet::PushBody) -> Result<Counts, BenchError> {
    let mut client = tablet.connect()?;
    take_seen();
    let answer = tablet.push(&mut client, body, Encoding::Identity)?;
    let seen = take_seen();
    super::must_apply(&answer, body.edits)?;
    Ok(count(&seen))
}

fn print(database: Database, columns: &[(String, Counts)]) {
    say("");
    say(&format!("statements of one push on {database}, the check of the token included"));
    let heads: Vec<_> = columns.iter().map(|(head, _)| head.as_str()).collect();
    say(&format!("  {:16}  {}", "", heads.join("  ")));
    let names: BTreeSet<_> = columns.iter().flat_map(|(_, counts)| counts.keys()).collect();
    for name in names {
        let cells = columns.iter().map(|(head, counts)| {
            format!("{:>1$}", counts.get(name).copied().unwrap_or(0), head.len())
        });
        say(&format!("  {name:16}  {}", cells.collect::<Vec<_>>().join("  ")));
    }
}

/// No table costs more than three statements, and a push of 500 no more than one of 100.
fn judge(columns: &[(String, Counts)]) -> Result<(), BenchError> {
    let is_table = |name: &str| name.starts_with(char::is_lowercase);
    for (column, counts) in columns {
        if let Some((name, count)) =
            counts.iter().find(|(name, count)| is_table(name) && **count > STATEMENTS_MAX)
        {
            let told = format!("{count} of table {name} to {column}");
            return Err(BenchError::TooManyStatements(told));
        }
    }
    let total = |column: &(String, Counts)| column.1.values().sum::<usize>();
    let [.., make_100, change_100, make_500, change_500] = columns else {
        return Ok(());
    };
    for (fewer, more) in [(make_100, make_500), (change_100, change_500)] {
        if total(more) > total(fewer) {
            let told = format!("{} to {}, {} to {}", total(fewer), fewer.0, total(more), more.0);
            return Err(BenchError::TooManyStatements(told));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_counts_for_the_tables_it_names() {
        let of = |sql| tables_of(sql).into_iter().collect::<Vec<_>>();
        assert_eq!(of(r#"INSERT INTO "record" ("id") VALUES ($1)"#), ["record"]);
        assert_eq!(of("UPDATE `device` SET `x` = ?"), ["device"]);
        assert_eq!(
            of(r#"SELECT 1 FROM ("membership" INNER JOIN "caseload" ON TRUE)"#),
            ["caseload", "membership"]
        );
        assert_eq!(of("BEGIN IMMEDIATE"), ["BEGIN"]);
    }
}
