//! Whether this person may do this to this record as it is now, according to its kind's
//! declaration.

use crate::check::holds_something;
use crate::days::beijing_time;
use crate::kind::{Deletion, Holds, Home, Kind, Lock, Need, Pass, Stamp, StatusRule};
use crate::kinds;
use crate::roles::REVIEWER;
use crate::value::Value;
use crate::{areas, settling};
use ruhu_sync::grants::Capacity;
use ruhu_sync::json::{Json, Object};
use ruhu_sync::outcome::{Problem, Reason};
use ruhu_sync::patch::{Ask, Wish};
use ruhu_sync::path::Path;
use ruhu_sync::rules::{Act, Question};
use ruhu_sync::shape::Class;

/// Whether the person may do this now.
///
/// A closed record is reported before anything else: the author learns that the work came late, not
/// that it was forbidden.
pub(crate) fn permits(kind: &Kind, question: &Question<'_>) -> Result<(), Reason> {
    // What government must do itself (313号): moving a household to another team, deciding on late
    // work, restoring deleted records. None of it changes a record's content.
    let is_staffs = matches!(question.act, Act::Undelete | Act::Move | Act::Decide);
    let by = question.decider.unwrap_or(question.capacity);
    let status = kind.status.as_ref().and_then(|rule| status_of(rule, question.current?));
    if let (Some(rule), Some(status)) = (&kind.status, status) {
        let lock = rule.locks.iter().find(|lock| lock.to == by && lock.when.contains(&status));
        if let Some(lock) = lock.filter(|_| !is_staffs) {
            return Err(lock.reason);
        }
    }
    let is_reviewer = question.capacity == REVIEWER;
    if question.act == Act::Move && kind.home != Some(Home::Caseload) {
        return Err(Reason::NotPermitted);
    }
    if is_staffs || (is_reviewer && settling::only_settles(question)) {
        return if is_reviewer { Ok(()) } else { Err(Reason::NotPermitted) };
    }
    let access = kind
        .access
        .iter()
        .find(|access| access.by == question.capacity)
        .filter(|access| question.is_at_desk || !access.only_at_desk)
        .ok_or(Reason::NotPermitted)?;
    let may_act = match question.act {
        Act::Undelete | Act::Move | Act::Decide => false,
        Act::Create => access.create,
        Act::Change => access.change,
        Act::Delete => match access.delete {
            Deletion::Never => false,
            Deletion::Always | Deletion::Regardless => true,
            Deletion::ByAuthor { author, .. } => return by_author(author, question),
            Deletion::While(values) => status.is_some_and(|status| values.contains(&status)),
        },
    };
    // The merge leaves out what only the server writes, so it blocks nobody.
    let may_write = others_fields(kind, question).next().is_none();
    if !may_act || !may_write {
        return Err(Reason::NotPermitted);
    }
    match outside(kind, question).next() {
        Some(_) => Err(Reason::OutsideArea),
        None => Ok(()),
    }
}

/// Whether an edit puts a caseload's root outside the caseload's area: a team enters households of
/// its own streets.
fn outside<'q>(kind: &'q Kind, question: &'q Question<'_>) -> impl Iterator<Item = &'q Path> {
    let area = question.area.filter(|_| kind.home == Some(Home::Caseload));
    let is_outside = move |ask: &&Ask| {
        let field = ask.path.steps().first().and_then(|name| kind.field(name));
        let is_area = field.is_some_and(|f| matches!(f.holds, Holds::Leaf(Value::AreaCode)));
        match (&ask.wish, area) {
            (Wish::Set(Json::Text(code)), Some(area)) => is_area && !areas::contains(area, code),
            _ => false,
        }
    };
    question.asks.iter().filter(is_outside).map(|ask| &ask.path)
}

/// Whether the person made the record, and the work it belongs to is open to the person.
fn by_author(author: &str, question: &Question<'_>) -> Result<(), Reason> {
    let made_by = question.current.and_then(|current| current.get(author)?.as_text());
    if made_by != Some(question.user.to_string().as_str()) {
        return Err(Reason::NotAuthor);
    }
    let Some(work) = question.work else { return Ok(()) };
    let rule = kinds::get(work.kind).and_then(|kind| kind.status);
    let Some((rule, status)) = rule.and_then(|rule| Some((rule, status_of(&rule, work.document)?)))
    else {
        return Ok(());
    };
    let closed = |lock: &&Lock| lock.to == question.capacity && lock.when.contains(&status);
    if let Some(lock) = rule.locks.iter().find(closed) {
        return Err(lock.reason);
    }
    // Nothing follows its last status.
    let goes_on = rule.passes.iter().any(|pass| pass.from == Some(status));
    if goes_on { Ok(()) } else { Err(Reason::NotAuthor) }
}

fn deletion(kind: &Kind, by: Capacity) -> Option<Deletion> {
    kind.access.iter().find(|access| access.by == by).map(|access| access.delete)
}

/// Whether a deletion is allowed although other records name the record.
pub(crate) fn deletes_regardless(kind: &Kind, by: Capacity) -> bool {
    matches!(deletion(kind, by), Some(Deletion::Regardless))
}

/// The field that names the work a record belongs to, if its deletion depends on that.
pub(crate) fn work_field(kind: &Kind, by: Capacity) -> Option<&'static str> {
    match deletion(kind, by)? {
        Deletion::ByAuthor { work, .. } => Some(work),
        _ => None,
    }
}

/// The places in an edit that only somebody else may write.
fn others_fields<'q>(kind: &'q Kind, question: &'q Question<'_>) -> impl Iterator<Item = &'q Path> {
    let asks = question.asks.iter().filter(|ask| ask.class != Class::Server);
    let is_others = |ask: &&Ask| {
        let field = ask.path.steps().first().and_then(|name| kind.field(name));
        field.is_some_and(|field| {
            !field.only_by.is_empty() && !field.only_by.contains(&question.capacity)
        })
    };
    asks.filter(is_others).map(|ask| &ask.path)
}

/// The places that a refusal is about.
pub(crate) fn places(kind: &Kind, question: &Question<'_>, reason: Reason) -> Vec<Problem> {
    let problem = |code| move |path: &Path| Problem::new(path.clone(), code);
    match reason {
        Reason::NotPermitted => {
            others_fields(kind, question).map(problem("not_permitted")).collect()
        }
        Reason::OutsideArea => outside(kind, question).map(problem("outside_area")).collect(),
        _ => Vec::new(),
    }
}

/// The field in which the server records who made a record, if somebody's right depends on it.
fn author_field(kind: &Kind) -> Option<&'static str> {
    kind.access.iter().find_map(|access| match access.delete {
        Deletion::ByAuthor { author, .. } => Some(author),
        _ => None,
    })
}

fn status_of<'a>(rule: &StatusRule, document: &'a Object) -> Option<&'a str> {
    document.get(rule.field)?.as_text()
}

/// Whether this person may change a `State` field from one value to another; otherwise the refusal.
/// A status follows the transitions of its kind, and one person cannot submit a record that needs
/// two confirmations; any other such field is set once.
pub(crate) fn may_pass(
    kind: &Kind,
    question: &Question<'_>,
    is_handed_in_by_one: bool,
    path: &Path,
    from: Option<&Json>,
    to: Option<&Json>,
) -> Result<(), Problem> {
    if let (Some(rule), [name]) = (&kind.status, path.steps())
        && rule.field == name
    {
        return passes(rule, question, is_handed_in_by_one, path, from, to);
    }
    let is_state = match path.steps() {
        [name] => kind.field(name).is_some_and(|field| {
            field.class == Class::State && matches!(field.holds, Holds::Leaf(_))
        }),
        _ => false,
    };
    let is_first = to.is_some() && from.is_none_or(|from| Some(from) == to);
    match is_state && is_first {
        true => Ok(()),
        false => Err(Problem::new(path.clone(), "set_once")),
    }
}

fn passes(
    rule: &StatusRule,
    question: &Question<'_>,
    is_handed_in_by_one: bool,
    path: &Path,
    from: Option<&Json>,
    to: Option<&Json>,
) -> Result<(), Problem> {
    let (from, to) = (from.map(|from| from.as_text().unwrap_or("")), to.and_then(Json::as_text));
    let mine = || rule.passes.iter().filter(|pass| pass.by == question.capacity);
    // A tablet that names the status a new record has anyway changes nothing. Submitting twice
    // does.
    let says_nothing_new = from == to
        && rule.submission != to
        && mine().any(|pass| pass.from.is_none() && Some(pass.to) == to);
    if says_nothing_new {
        return Ok(());
    }
    let ways = mine().filter(|pass| {
        pass.from == from
            && (question.is_at_desk || !pass.only_at_desk)
            && (is_handed_in_by_one || rule.submission != Some(pass.to))
    });
    let mut lacking = None;
    let mut possible: Vec<&str> = Vec::new();
    for pass in ways {
        if Some(pass.to) == to {
            let lacks = lacks(&pass.needs, question);
            if lacks.is_none() {
                return Ok(());
            }
            lacking = lacking.or(lacks);
        }
        if !possible.contains(&pass.to) {
            possible.push(pass.to);
        }
    }
    let two_confirm = !is_handed_in_by_one && to.is_some() && rule.submission == to;
    let code = if two_confirm { "confirmations_needed" } else { "illegal_transition" };
    Err(lacking.unwrap_or_else(|| Problem::new(path.clone(), code).possible(possible)))
}

/// The status values among the asks that can be reached only over the desk.
pub(crate) fn only_at_desk(kind: &Kind, asks: &[Ask]) -> Vec<Problem> {
    let Some(rule) = &kind.status else { return Vec::new() };
    let status = Path::of(&[rule.field]);
    let is_closed = |to: &str| {
        let mut ways = rule.passes.iter().filter(|pass| pass.to == to).peekable();
        ways.peek().is_some() && ways.all(|pass| pass.only_at_desk)
    };
    let asked = asks.iter().filter(|ask| ask.path == status);
    asked
        .filter(|ask| matches!(&ask.wish, Wish::Set(Json::Text(to)) if is_closed(to)))
        .map(|ask| Problem::new(ask.path.clone(), "only_at_desk"))
        .collect()
}

/// Who brought the record to its status, and when, where the kind records it.
pub(crate) fn stamps(kind: &Kind, question: &Question<'_>, document: &Object) -> Vec<(Path, Json)> {
    if let Some(author) = author_field(kind).filter(|_| question.act == Act::Create) {
        return vec![(Path::of(&[author]), Json::Text(question.user.to_string()))];
    }
    let Some(rule) = &kind.status else { return Vec::new() };
    let (from, to) = (question.current.and_then(|c| status_of(rule, c)), status_of(rule, document));
    if from == to {
        return Vec::new();
    }
    let is_it =
        |pass: &&Pass| pass.by == question.capacity && pass.from == from && Some(pass.to) == to;
    let stamps = rule.passes.iter().find(is_it).map(|pass| pass.stamps).unwrap_or_default();
    let write = |stamp: &Stamp| match stamp {
        Stamp::Who(place) => (Path::of(place), Json::Text(question.user.to_string())),
        Stamp::When(place) => (Path::of(place), Json::Text(beijing_time(question.now))),
    };
    stamps.iter().map(write).collect()
}

/// What a transition needs and the edit lacks.
fn lacks(need: &Need, question: &Question<'_>) -> Option<Problem> {
    let (place, is_met) = match need {
        Need::Nothing => return None,
        Need::Held(steps) => (Path::of(steps), will_hold(&Path::of(steps), question)),
        Need::RowAdded { rows, with } => {
            let rows = Path::of(rows);
            let adds = question.asks.iter().any(|ask| {
                let is_row_here = ask.is_row()
                    && ask.path.is_within(&rows)
                    && ask.path.steps().len() == rows.steps().len() + 1;
                match &ask.wish {
                    Wish::AddRow(row) if is_row_here => row.get(*with).is_some_and(holds_something),
                    _ => false,
                }
            });
            (rows, adds)
        }
    };
    (!is_met).then(|| Problem::new(place, "required"))
}

/// Whether a place has a value once the edit is taken: the edit's, else the record's.
fn will_hold(path: &Path, question: &Question<'_>) -> bool {
    let said = question.asks.iter().find_map(|ask| match &ask.wish {
        Wish::Remove if path.is_within(&ask.path) => Some(false),
        Wish::Set(value) if ask.path == *path => Some(holds_something(value)),
        _ => None,
    });
    said.unwrap_or_else(|| {
        let there = question.current.and_then(|current| path.find(current));
        there.is_some_and(holds_something)
    })
}

#[cfg(test)]
#[path = "permission_tests.rs"]
mod tests;
