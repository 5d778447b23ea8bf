//! The kinds as a page in Markdown.

use super::{AccessTold, FieldTold, KindTold, RequiredTold, StatusTold, all};
use crate::{problem_words, reason_words};
use std::fmt::Write as _;

const HEAD: &str = "# Kinds of records

Made from the declarations in `casework/src/kinds/` (`ruhu kinds --write docs/kinds.md`); a test fails where they differ. `GET /v1/kinds` gives the same as JSON, and `openapi.json` has the JSON Schema of each kind's documents.

**Holds.** `text` in characters; `figures`, a phone or the number or code of a paper, text that is brought to one form; `integer` with both bounds; `fen`, money in whole fen; `day` as `YYYY-MM-DD`; `instant` as RFC 3339 with its offset; `code`, one of its options; `area_code`, a division code of 12 digits; `id_number`, a citizen's number (GB 11643); `uuid`, an account or a device; `record`, the name of another record; `yes_no`; `sha256`; `paths`, JSON pointers. `object`: fields by name. `rows`: objects under ids that clients make ([protocol.md](protocol.md#documents)). `choices`: options, each `true` or absent. `by_person`: one value for each of several accounts. `answers`: by the form that the record names.

**Merges.** `ask`, `last_arrival`, `state` and `server` are the classes of [protocol.md](protocol.md#the-merge): what is `server` is never written by a client. `state` is the status; any other field of that class is set once. What never stands in the record is checked when it arrives, and not kept.

**Who.** `worker`: a worker of the team in whose caseload the record is. `reporter`: who reports from a community, in the own stream. `reviewer`: staff who review in the area. `window`: staff at a window. `keeper`: who keeps the rule tables. `reader`: everybody.

**The JSON.** `kinds[]`: `name`, `label_zh`; of a root its `home` (`caseload`, `own_stream` for the person's stream of kind `user`, `reference`), else `under`, the kinds of its root; `fields[]`, `required[]`, `status`, `access[]`. A field has `name`, `label_zh`, `holds`, `class`, and where they apply `max_chars`, `min`, `max`, `has_come` (no later than the day after the server's), `options[]` (`code`, `label_zh`), `kinds` of a record that is named, `fields[]` (of an object or row its fields; of `by_person` the one field that stands for each person), `only_by` (the capacities that write it; on an object it holds for all inside), `write_only`. A requirement: one field of `one_of` holds something; with `when` and `is`, only where that field has that code; with `yes`, it is `true`; with `come`, the first of them that holds a day holds one that has come. `status`: its `field`; `passes[]` (`by`, `from` or none where the record is made, `to`, `needs`, `only_at_desk`); `submission`, the code that hands in (never by one person where two investigate: they confirm); `agreed`, the codes beside which no conflict is open; `stands`, those with which what is named has to be there; `locks[]` (`to` whom it is closed, `when`, with which `reason`). `access[]`: `by`, `only_at_desk`, `create`, `change`, `delete` (`never`, `always`, `while` the status is one of `delete_while`, `regardless`, `by_author` while the work it belongs to is open); none at all: the server alone. What no declaration holds: an identity number agrees with birth date and sex beside it.
";

const PROBLEMS: &str = "
## What can be wrong with a place

The codes of `problems` in an edit's outcome, with the words for people; `GET /v1/kinds` has them too. What a form's own check says (`check_failed`), its schema says.

| code | 说明 | meaning |
|---|---|---|
";

const REASONS: &str = "
## Why an edit is not taken

The codes of `reason` in an edit's outcome, with the words for its author; `GET /v1/kinds` has them too. The outcome itself says whether the edit waits for a reviewer (`quarantined`) or has to be made again (`rejected`).

| reason | 说明 | meaning |
|---|---|---|
";

/// The page.
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for kind in all() {
        let _ = write!(page, "\n## {} {}\n\n", kind.name, kind.label_zh);
        page.push_str(&place(&kind));
        page.push_str("\n\n| field | 名称 | holds | merges |\n|---|---|---|---|\n");
        fields(&mut page, "", &kind.fields);
        requirements(&mut page, &kind.required);
        if let Some(status) = &kind.status {
            passes(&mut page, status);
        }
        rights(&mut page, &kind.access);
    }
    problems(&mut page);
    reasons(&mut page);
    page
}

fn problems(page: &mut String) {
    page.push_str(PROBLEMS);
    for words in problem_words::ALL {
        let _ = writeln!(page, "| `{}` | {} | {} |", words.code, words.zh, words.en);
    }
}

fn reasons(page: &mut String) {
    page.push_str(REASONS);
    for words in reason_words::ALL {
        let _ = writeln!(page, "| `{}` | {} | {} |", words.code, words.zh, words.en);
    }
}

fn place(kind: &KindTold) -> String {
    match (kind.under, kind.home) {
        ([], Some("caseload")) => "A root. It lives in a team's caseload.".to_owned(),
        ([], Some("own_stream")) => "A root. It lives in its author's own stream.".to_owned(),
        ([], Some(_)) => "A root. It lives in the reference stream.".to_owned(),
        ([], None) => "A root, made by the server alone.".to_owned(),
        (under, _) => format!("Belongs to: {}.", codes(under)),
    }
}

fn codes(all: &[&str]) -> String {
    all.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ")
}

fn fields(page: &mut String, at: &str, all: &[FieldTold]) {
    for field in all {
        let path = format!("{at}{}", field.name);
        let _ = writeln!(
            page,
            "| `{path}` | {} | {} | {} |",
            field.label_zh,
            holds(field),
            field.class
        );
        match field.holds {
            "object" => fields(page, &format!("{path}/"), &field.fields),
            "rows" => fields(page, &format!("{path}/*/"), &field.fields),
            _ => {}
        }
    }
}

fn holds(field: &FieldTold) -> String {
    let mut said = format!("`{}`", field.holds);
    if let Some(most) = field.max_chars {
        let _ = write!(said, ", at most {most}");
    }
    if let (Some(min), Some(max)) = (field.min, field.max) {
        let _ = write!(said, ", {min} to {max}");
    }
    if field.has_come {
        said.push_str(", has come");
    }
    if !field.kinds.is_empty() {
        let _ = write!(said, ": {}", codes(field.kinds));
    }
    if field.holds == "by_person" {
        let each = field.fields.first().map(holds).unwrap_or_default();
        let _ = write!(said, ": {each}");
    }
    let options = field.options.iter().map(|o| format!("`{}` {}", o.code, o.label_zh));
    let options = options.collect::<Vec<_>>().join("; ");
    if !options.is_empty() {
        let _ = write!(said, ": {options}");
    }
    if !field.only_by.is_empty() {
        let _ = write!(said, "; written only by {}", codes(&field.only_by));
    }
    if field.write_only && field.holds == "by_person" {
        said.push_str("; never stands in the record");
    }
    said
}

fn requirements(page: &mut String, all: &[RequiredTold]) {
    if all.is_empty() {
        return;
    }
    page.push_str("\nMust hold, in every result:\n\n");
    for rule in all {
        let what = codes(&rule.one_of).replace(", ", " or ");
        let how = match (rule.yes, rule.come) {
            (true, _) => " is `true`",
            (_, true) => " (the first that is there) has come",
            _ => "",
        };
        let when = match (rule.when, rule.is) {
            (Some(field), Some(is)) => format!(", where `{field}` is `{is}`"),
            _ => String::new(),
        };
        let _ = writeln!(page, "- {what}{how}{when}");
    }
}

fn passes(page: &mut String, status: &StatusTold) {
    let _ = write!(
        page,
        "\n`{}` passes:\n\n| from | to | by | needs |\n|---|---|---|---|\n",
        status.field
    );
    for pass in &status.passes {
        let from = pass.from.map_or("made".to_owned(), |from| format!("`{from}`"));
        let by = if pass.only_at_desk { " at the desk alone" } else { "" };
        let needs = pass.needs.as_ref().map(|place| format!("`{place}`")).unwrap_or_default();
        let _ = writeln!(page, "| {from} | `{}` | {}{by} | {needs} |", pass.to, pass.by);
    }
    if let Some(submission) = status.submission {
        let _ = write!(page, "\nHanded in by `{submission}`.\n");
    }
    if !status.agreed.is_empty() {
        let _ = write!(page, "\nOnly without open conflicts: {}.\n", codes(status.agreed));
    }
    if !status.stands.is_empty() {
        let _ = write!(page, "\nWhat it names must be there in: {}.\n", codes(status.stands));
    }
    for lock in &status.locks {
        let _ =
            write!(page, "\nClosed to `{}` in {}: `{}`.\n", lock.to, codes(lock.when), lock.reason);
    }
}

fn rights(page: &mut String, all: &[AccessTold]) {
    if all.is_empty() {
        page.push_str("\nNobody writes it but the server.\n");
        return;
    }
    page.push_str("\n| who | makes | changes | deletes |\n|---|---|---|---|\n");
    for access in all {
        let yes = |may: bool| if may { "yes" } else { "" };
        let desk = if access.only_at_desk { " (at the desk alone)" } else { "" };
        let deletes = match access.delete {
            "never" => String::new(),
            "while" => format!("while {}", codes(access.delete_while)),
            "by_author" => "its author, while the work is open".to_owned(),
            "regardless" => "always, though others name it".to_owned(),
            other => other.to_owned(),
        };
        let _ = writeln!(
            page,
            "| {}{desk} | {} | {} | {deletes} |",
            access.by,
            yes(access.create),
            yes(access.change)
        );
    }
}
