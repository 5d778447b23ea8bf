//! Evaluates a form's rules. Total and bounded: every rule is evaluated once per set of answers, or
//! once per row.

use crate::Answers;
use crate::answer::Answer;
use crate::computed::{Computed, Outcome, Worked};
use crate::form::Form;
use crate::given::Given;
use crate::node::{ComputedRule, Node, Place, Step};
use crate::question::Question;
use crate::reading::{Read, Readings, pointer, row_pointer};
use crate::value::{Needs, Out, RuleError, Value};

impl Form {
    /// The form's computed values for these answers and given values. Every name is there: with a
    /// value, missing, or a named error.
    pub fn compute(&self, answers: &Answers, given: &Given) -> Computed {
        let evaluation = Evaluation::of(self, answers, given, Purpose::Results);
        let names = self.computed_values().iter().map(|computed| computed.name.clone());
        let worked = evaluation.computed.iter().enumerate();
        Computed(names.zip(worked.map(|(number, all)| evaluation.worked(number, all))).collect())
    }
}

/// The purpose of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Every computed value.
    Results,
    /// Whether answers are complete: only the rules that decide it.
    Wholeness,
}

impl Purpose {
    fn needs(self, rule: &ComputedRule) -> bool {
        self == Self::Results || rule.decides_wholeness
    }
}

/// Whether a question is asked.
#[derive(Debug, Clone)]
pub(crate) enum Asked<'a> {
    Yes,
    No,
    /// What decides it is missing.
    NotYet(Needs<'a>),
    Error(RuleError),
}

/// A question, as rules see it.
pub(crate) enum Held<'a> {
    NotAsked,
    Missing(Needs<'a>),
    Error(RuleError),
    Answer(Answer<'a>),
}

/// A group, as rules see it.
pub(crate) enum Group<'a> {
    NotAsked,
    Missing(Needs<'a>),
    Error(RuleError),
    /// How many rows.
    Rows(usize),
}

/// The rows at hand: of which group, and which of its rows. Two at most.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Hand([Option<(usize, usize)>; 2]);

impl Hand {
    pub(crate) fn with(self, group: usize, row: usize) -> Self {
        let [first, _] = self.0;
        Self(match first {
            None => [Some((group, row)), None],
            Some(_) => [first, Some((group, row))],
        })
    }

    /// The row of a group that is at hand; the strict check ensures that there is one.
    pub(crate) fn row(self, group: usize) -> Option<usize> {
        self.0.into_iter().flatten().find(|(known, _)| *known == group).map(|(_, row)| row)
    }
}

/// A rule's outcome for the form, or for each row of its group.
enum Worth<'a> {
    One(Out<'a>),
    Rows(Vec<Out<'a>>),
}

/// The rules of one form over one set of answers.
pub(crate) struct Evaluation<'a> {
    pub(crate) form: &'a Form,
    pub(crate) questions: Vec<&'a Question>,
    pub(crate) readings: Readings<'a>,
    pub(crate) given: Vec<Option<Value<'a>>>,
    asked: Vec<Asked<'a>>,
    /// By group and field; a row's own. Empty where the field has no rule.
    asked_rows: Vec<Vec<Vec<Asked<'a>>>>,
    computed: Vec<Worth<'a>>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn of(
        form: &'a Form,
        answers: &'a Answers,
        given: &'a Given,
        purpose: Purpose,
    ) -> Self {
        let rules = &form.compiled;
        let fields = |rules: &crate::node::QuestionRules| vec![Vec::new(); rules.fields.len()];
        let nothing = || Worth::One(Out::Missing(Needs::new()));
        let mut evaluation = Self {
            form,
            questions: form.questions().collect(),
            readings: Readings::of(form, answers),
            given: form.given().iter().map(|value| value.read(given)).collect(),
            asked: vec![Asked::Yes; rules.questions.len()],
            asked_rows: rules.questions.iter().map(fields).collect(),
            computed: rules.computed.iter().map(|_| nothing()).collect(),
        };
        for step in &rules.order {
            match *step {
                Step::AskedWhen(Place::Question(number)) => {
                    if let Some(rule) = &rules.questions[number].asked_when {
                        evaluation.asked[number] = asked(evaluation.eval(rule, Hand::default()));
                    }
                }
                Step::AskedWhen(Place::Field { group, field }) => {
                    if let Some(rule) = &rules.questions[group].fields[field] {
                        let rows = evaluation.each_row(group, rule);
                        evaluation.asked_rows[group][field] = rows.into_iter().map(asked).collect();
                    }
                }
                Step::Computed(index) if purpose.needs(&rules.computed[index]) => {
                    let rule = &rules.computed[index];
                    evaluation.computed[index] = evaluation.work_out(rule.each, &rule.node);
                }
                Step::Computed(_) => {}
            }
        }
        evaluation
    }

    fn work_out(&self, each: Option<usize>, node: &'a Node) -> Worth<'a> {
        match each {
            None => Worth::One(self.eval(node, Hand::default())),
            Some(group) => match self.group(group) {
                Group::Error(error) => Worth::One(Out::Error(error)),
                Group::NotAsked | Group::Missing(_) => Worth::Rows(Vec::new()),
                Group::Rows(_) => Worth::Rows(self.each_row(group, node)),
            },
        }
    }

    fn each_row(&self, group: usize, node: &'a Node) -> Vec<Out<'a>> {
        let rows = 0..self.readings.rows[group].len();
        rows.map(|row| self.eval(node, Hand::default().with(group, row))).collect()
    }

    fn worked(&self, number: usize, worth: &Worth<'a>) -> Worked {
        let group = self.form.compiled.computed[number].each;
        match (worth, group) {
            (Worth::Rows(all), Some(group)) => {
                let ids = self.readings.rows[group].iter().map(|row| row.id.to_owned());
                Worked::Rows { rows: ids.zip(all.iter().cloned().map(Outcome::from)).collect() }
            }
            (Worth::One(out), _) => Worked::One(out.clone().into()),
            (Worth::Rows(_), None) => Worked::Rows { rows: Default::default() },
        }
    }

    pub(crate) fn computed(&self, number: usize, hand: Hand) -> Out<'a> {
        match &self.computed[number] {
            Worth::One(out) => out.clone(),
            Worth::Rows(all) => {
                let group = self.form.compiled.computed[number].each;
                let row = group.and_then(|group| hand.row(group));
                let out = row.and_then(|row| all.get(row));
                out.cloned().unwrap_or_else(|| Out::Missing(Needs::new()))
            }
        }
    }

    /// Whether the question is asked; of a field, for the row at hand.
    pub(crate) fn asked(&self, place: Place, hand: Hand) -> &Asked<'a> {
        match place {
            Place::Question(number) => &self.asked[number],
            Place::Field { group, field } => match &self.asked[group] {
                Asked::Yes => {
                    let row = hand.row(group);
                    let asked = row.and_then(|row| self.asked_rows[group][field].get(row));
                    asked.unwrap_or(&Asked::Yes)
                }
                of_the_group => of_the_group,
            },
        }
    }

    pub(crate) fn held(&self, place: Place, hand: Hand) -> Held<'a> {
        let asked = self.asked(place, hand);
        match asked {
            Asked::No => return Held::NotAsked,
            Asked::Error(error) => return Held::Error(*error),
            Asked::NotYet(_) | Asked::Yes => {}
        }
        match (self.read(place, hand), asked) {
            (Err(error), _) => Held::Error(*error),
            (_, Asked::NotYet(needs)) => Held::Missing(needs.clone()),
            (Ok(Some(answer)), _) => Held::Answer(*answer),
            (Ok(None), _) => Held::Missing(self.need(place, hand)),
        }
    }

    fn read(&self, place: Place, hand: Hand) -> &Read<'a> {
        match place {
            Place::Question(number) => &self.readings.questions[number],
            Place::Field { group, field } => {
                let row = hand.row(group).and_then(|row| self.readings.rows[group].get(row));
                row.map_or(&Ok(None), |row| &row.fields[field])
            }
        }
    }

    /// What is missing if this answer is.
    pub(crate) fn need(&self, place: Place, hand: Hand) -> Needs<'a> {
        match place {
            Place::Question(number) => vec![pointer(&self.questions[number].id)],
            Place::Field { group, field } => {
                let row = hand.row(group).and_then(|row| self.readings.rows[group].get(row));
                let question = self.questions[group];
                let id = row.map_or("", |row| row.id);
                vec![row_pointer(&question.id, id, &question.fields()[field].id)]
            }
        }
    }

    pub(crate) fn group(&self, group: usize) -> Group<'a> {
        match self.held(Place::Question(group), Hand::default()) {
            Held::NotAsked => Group::NotAsked,
            Held::Missing(needs) => Group::Missing(needs),
            Held::Error(error) => Group::Error(error),
            Held::Answer(_) => Group::Rows(self.readings.rows[group].len()),
        }
    }
}

fn asked(out: Out<'_>) -> Asked<'_> {
    match out {
        Out::Value(Value::Bool(true)) => Asked::Yes,
        Out::Value(_) => Asked::No,
        Out::Missing(needs) => Asked::NotYet(needs),
        Out::Error(error) => Asked::Error(error),
    }
}
