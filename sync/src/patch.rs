//! From a JSON merge patch (RFC 7396) to a list of asks, place by place, against the shape of the
//! kind.

use crate::json::{Json, Object};
use crate::outcome::Problem;
use crate::path::Path;
use crate::shape::{Class, Field, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// The maximum length of row ids and option names, in bytes.
pub const KEY_BYTES_MAX: usize = 64;

/// What an edit asks for at one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// This value.
    Set(Json),
    /// Nothing: the value is removed.
    Remove,
    /// An object, empty if there was none.
    Ensure,
    /// This new row.
    AddRow(Object),
}

/// One request of an edit, at one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The place.
    pub path: Path,
    /// The request.
    pub wish: Wish,
    /// How the field merges.
    pub class: Class,
    /// The lengths of the path's prefixes that are rows, outermost first.
    pub rows: Vec<usize>,
}

impl Ask {
    /// The rows that contain this place (itself included, if it is one), outermost first.
    pub fn enclosing_rows(&self) -> impl Iterator<Item = Path> {
        self.rows.iter().map(|length| self.path.head(*length))
    }

    /// Whether the place is a row.
    pub fn is_row(&self) -> bool {
        self.rows.last() == Some(&self.path.steps().len())
    }
}

/// A patch's asks, in the order of their paths, or every part of it that has the wrong shape.
/// `new_rows` are the rows that the edit marks as new.
pub fn asks(
    shape: &Shape,
    patch: &Object,
    new_rows: &BTreeSet<Path>,
) -> Result<Vec<Ask>, Vec<Problem>> {
    taken_apart(shape, patch, Walk::over(new_rows))
}

/// The same for a patch that makes its record: every row in it is new, marked or not.
pub fn asks_of_making(
    shape: &Shape,
    patch: &Object,
    new_rows: &BTreeSet<Path>,
) -> Result<Vec<Ask>, Vec<Problem>> {
    taken_apart(shape, patch, Walk { makes: true, ..Walk::over(new_rows) })
}

fn taken_apart(
    shape: &Shape,
    patch: &Object,
    mut walk: Walk<'_>,
) -> Result<Vec<Ask>, Vec<Problem>> {
    match shape {
        Shape::Object(fields) => walk.members(fields, &Path::whole(), patch, &mut Vec::new()),
        _ => walk.problem(&Path::whole(), "kind_without_fields"),
    }
    for unmet in walk.new_rows.difference(&walk.met) {
        walk.problems.push(Problem::new(unmet.clone(), "no_such_new_row"));
    }
    if walk.problems.is_empty() { Ok(walk.asks) } else { Err(walk.problems) }
}

struct Walk<'a> {
    new_rows: &'a BTreeSet<Path>,
    /// Whether the patch makes its record.
    makes: bool,
    /// Whether the walk is inside a field of the server's: everything in it is the server's too.
    is_servers: bool,
    met: BTreeSet<Path>,
    asks: Vec<Ask>,
    problems: Vec<Problem>,
}

impl<'a> Walk<'a> {
    fn over(new_rows: &'a BTreeSet<Path>) -> Self {
        let (met, asks, problems) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { new_rows, makes: false, is_servers: false, met, asks, problems }
    }

    fn problem(&mut self, path: &Path, code: &str) {
        self.problems.push(Problem::new(path.clone(), code));
    }

    fn ask(&mut self, path: Path, wish: Wish, class: Class, rows: &[usize]) {
        self.asks.push(Ask { path, wish, class, rows: rows.to_vec() });
    }

    fn members(
        &mut self,
        fields: &BTreeMap<String, Field>,
        at: &Path,
        patch: &Object,
        rows: &mut Vec<usize>,
    ) {
        for (name, value) in patch {
            let path = at.child(name);
            match fields.get(name) {
                Some(field) => self.known(field, path, value, rows),
                None => {
                    let class = if self.is_servers { Class::Server } else { Class::Ask };
                    self.leaf(path, value, class, true, rows);
                }
            }
        }
    }

    fn known(&mut self, field: &Field, path: Path, value: &Json, rows: &mut Vec<usize>) {
        let around = self.is_servers;
        self.is_servers |= field.class == Class::Server;
        let class = if self.is_servers { Class::Server } else { field.class };
        self.of_shape(&field.shape, class, path, value, rows);
        self.is_servers = around;
    }

    fn of_shape(
        &mut self,
        shape: &Shape,
        class: Class,
        path: Path,
        value: &Json,
        rows: &mut Vec<usize>,
    ) {
        let inner = match (shape, value) {
            (Shape::Leaf, value) => return self.leaf(path, value, class, false, rows),
            (_, Json::Null) => return self.ask(path, Wish::Remove, class, rows),
            (_, Json::Object(inner)) => inner,
            _ => return self.problem(&path, "object_expected"),
        };
        if inner.is_empty() {
            return self.ask(path, Wish::Ensure, class, rows);
        }
        match shape {
            Shape::Leaf => {}
            Shape::Object(fields) => self.members(fields, &path, inner, rows),
            Shape::Choices => {
                for (option, value) in inner {
                    if self.key_is_sound(&path, option) {
                        self.leaf(path.child(option), value, class, false, rows);
                    }
                }
            }
            Shape::Rows(fields) => {
                for (id, row) in inner {
                    if self.key_is_sound(&path, id) {
                        self.row(fields, path.child(id), row, class, rows);
                    }
                }
            }
        }
    }

    fn key_is_sound(&mut self, at: &Path, key: &str) -> bool {
        let sound = !key.is_empty() && key.len() <= KEY_BYTES_MAX;
        if !sound {
            self.problem(at, "key_length");
        }
        sound
    }

    fn row(
        &mut self,
        fields: &BTreeMap<String, Field>,
        path: Path,
        row: &Json,
        class: Class,
        rows: &mut Vec<usize>,
    ) {
        rows.push(path.steps().len());
        let is_marked = self.new_rows.contains(&path);
        if is_marked {
            self.met.insert(path.clone());
        }
        let is_new = is_marked || (self.makes && *row != Json::Null);
        match row {
            Json::Null if is_new => self.problem(&path, "new_row_is_removed"),
            Json::Null => self.ask(path, Wish::Remove, class, rows),
            Json::Object(members) if is_new => {
                if let Some((whole, apart)) = self.new_row(fields, &path, members, rows) {
                    self.ask(path, Wish::AddRow(whole), class, rows);
                    self.asks.extend(apart);
                }
            }
            Json::Object(members) if members.is_empty() => {
                self.ask(path, Wish::Ensure, class, rows);
            }
            Json::Object(members) => self.members(fields, &path, members, rows),
            _ => self.problem(&path, "object_expected"),
        }
        rows.pop();
    }

    /// A new row is one ask: nobody else can have touched what nobody else has seen, and rows
    /// inside it are just as new. A status or a field of the server's in it becomes an ask of its
    /// own, so that it is judged as everywhere.
    fn new_row(
        &mut self,
        fields: &BTreeMap<String, Field>,
        path: &Path,
        members: &Object,
        rows: &[usize],
    ) -> Option<(Object, Vec<Ask>)> {
        let before = self.problems.len();
        let (makes, is_servers) = (self.makes, self.is_servers);
        let mut inside = Walk { makes, is_servers, ..Walk::over(self.new_rows) };
        inside.members(fields, path, members, &mut rows.to_vec());
        self.met.append(&mut inside.met);
        self.problems.append(&mut inside.problems);
        let mut whole = Object::new();
        let mut apart = Vec::new();
        for ask in inside.asks {
            let is_apart = match ask.class {
                Class::Server => !self.is_servers,
                class => class == Class::State,
            };
            if is_apart && ask.wish != Wish::Remove {
                apart.push(ask);
                continue;
            }
            let place = Path::of(
                &ask.path.steps()[path.steps().len()..]
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>(),
            );
            match ask.wish {
                Wish::Set(value) => place.put(&mut whole, value),
                Wish::AddRow(row) => place.put(&mut whole, Json::Object(row)),
                Wish::Ensure => place.put(&mut whole, Json::Object(Object::new())),
                Wish::Remove => self.problem(&ask.path, "null_in_new_row"),
            }
        }
        (self.problems.len() == before).then_some((whole, apart))
    }

    fn leaf(&mut self, path: Path, value: &Json, class: Class, unknown: bool, rows: &[usize]) {
        match value {
            Json::Null => self.ask(path, Wish::Remove, class, rows),
            value if value.holds_null() => self.problem(&path, "null_inside_value"),
            Json::Object(_) if !unknown => self.problem(&path, "object_not_expected"),
            value => self.ask(path, Wish::Set(value.clone()), class, rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        let leaf = |name: &str| (name.to_owned(), Field::leaf());
        let row = BTreeMap::from([leaf("wage")]);
        Shape::Object(BTreeMap::from([
            leaf("name"),
            ("income".to_owned(), Field::new(Shape::Rows(row), Class::Ask)),
            ("aids".to_owned(), Field::new(Shape::Choices, Class::Ask)),
        ]))
    }

    fn asks_of(patch: &str, new_rows: &[&str]) -> Result<Vec<(String, Wish)>, Vec<String>> {
        let patch = Json::parse(patch).expect("json");
        let new_rows = new_rows.iter().filter_map(|p| Path::parse(p)).collect();
        asks(&shape(), patch.as_object().expect("object"), &new_rows)
            .map(|asks| asks.into_iter().map(|a| (a.path.to_string(), a.wish)).collect())
            .map_err(|problems| {
                problems.into_iter().map(|p| format!("{} {}", p.path, p.code)).collect()
            })
    }

    #[test]
    fn a_patch_is_taken_apart_into_leaves() {
        let wanted = vec![
            ("/aids/cane".to_owned(), Wish::Set(Json::Bool(true))),
            ("/income/r1/wage".to_owned(), Wish::Set(Json::Integer(5))),
            ("/name".to_owned(), Wish::Remove),
        ];
        let patch = r#"{"name":null,"income":{"r1":{"wage":5}},"aids":{"cane":true}}"#;
        assert_eq!(asks_of(patch, &[]), Ok(wanted));
    }

    #[test]
    fn a_new_row_is_one_ask_and_must_be_there() {
        let row = Object::from([("wage".to_owned(), Json::Integer(5))]);
        let patch = r#"{"income":{"r1":{"wage":5}}}"#;
        assert_eq!(
            asks_of(patch, &["/income/r1"]),
            Ok(vec![("/income/r1".to_owned(), Wish::AddRow(row))])
        );
        assert_eq!(
            asks_of(patch, &["/income/r2"]),
            Err(vec!["/income/r2 no_such_new_row".to_owned()])
        );
    }

    #[test]
    fn every_row_of_a_patch_that_makes_its_record_is_new_marked_or_not() {
        let patch = Json::parse(r#"{"income":{"r1":{"wage":5},"r2":{},"r3":null}}"#).expect("json");
        let patch = patch.as_object().expect("object");
        let marked = BTreeSet::from([Path::of(&["income", "r1"])]);
        let made = asks_of_making(&shape(), patch, &BTreeSet::new()).expect("asks");
        assert_eq!(Ok(&made), asks_of_making(&shape(), patch, &marked).as_ref());
        let row = Object::from([("wage".to_owned(), Json::Integer(5))]);
        let wishes: Vec<_> = made.into_iter().map(|ask| ask.wish).collect();
        assert_eq!(wishes, [Wish::AddRow(row), Wish::AddRow(Object::new()), Wish::Remove]);
    }

    #[test]
    fn unknown_fields_are_leaves_whatever_they_hold() {
        let patch = r#"{"later":{"deep":[1,{"a":0.5}]}}"#;
        let value = Json::parse(r#"{"deep":[1,{"a":0.5}]}"#).expect("json");
        assert_eq!(asks_of(patch, &[]), Ok(vec![("/later".to_owned(), Wish::Set(value))]));
    }

    #[test]
    fn everything_of_another_shape_is_named_at_once() {
        let patch = r#"{"name":{"x":1},"income":3,"aids":{"cane":{"x":1}},"later":[null]}"#;
        assert_eq!(
            asks_of(patch, &[]),
            Err(vec![
                "/aids/cane object_not_expected".to_owned(),
                "/income object_expected".to_owned(),
                "/later null_inside_value".to_owned(),
                "/name object_not_expected".to_owned(),
            ])
        );
    }

    #[test]
    fn an_empty_object_asks_only_that_one_is_there() {
        assert_eq!(
            asks_of(r#"{"income":{}}"#, &[]),
            Ok(vec![("/income".to_owned(), Wish::Ensure)])
        );
    }
}
