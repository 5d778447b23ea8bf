/** A form from JSON, or a `Fault`. */
import { refuse } from "./fault.js";
import { fieldsOf } from "./form.js";
import type { Check, Computed, Form, Question } from "./form.js";
import { below } from "./json.js";
import type { Json } from "./json.js";
import { orderOf } from "./order.js";
import { readForm } from "./read_form.js";
import type { FormShape } from "./read_form.js";
import { Resolver } from "./resolve.js";
import type { Names, Uses } from "./resolve.js";
import { answerType, canBeEqual, Typing } from "./typing.js";

const NODES_MAX = 10_000;
const COST_MAX = 1_000_000;

export function parseForm(json: Json): Form {
  const shape = readForm(json);
  const everyQuestion = shape.questions.flatMap((question) => [question, ...fieldsOf(question)]);
  const names: Names = {
    byName: new Map(everyQuestion.map((question) => [question.name, question])),
    computedByName: new Map(shape.computed.map((computed) => [computed.name, computed])),
    givenByName: new Map(shape.given.map((given) => [given.name, given])),
  };
  lookUpOutsideRules(shape, names, everyQuestion);
  const all = resolveAll(shape, names, everyQuestion);
  const order = orderOf(needsOf(all, everyQuestion, shape.computed), placesOf(everyQuestion, shape.computed));
  checkTypes(shape, names, everyQuestion, order);
  checkWhatIsUsed(all, shape.computed, order);
  checkCost(all);
  const { id, version, questions, computed, checks } = shape;
  return { id, version, questions, computed, checks, ...names, order };
}

/** The names that stand beside rules, not in them. */
function lookUpOutsideRules(shape: FormShape, names: Names, questions: Question[]): void {
  if (shape.referenceDate !== null) {
    const kind = names.byName.get(shape.referenceDate)?.kind ?? refuse("unknown_reference", "/reference_date");
    if (kind.type !== "date" || shape.referenceDate.includes(".")) refuse("wrong_type", "/reference_date");
  }
  const needGroup = (name: string, at: string): void => {
    if (names.byName.get(name)?.kind.type !== "rows") refuse("unknown_reference", at);
  };
  for (const question of questions) {
    if (question.kind.type === "row_of") needGroup(question.kind.group, `${question.at}/kind/group`);
    for (const field of question.prefillRows?.fields.keys() ?? []) {
      const at = below(`${question.at}/prefill_rows/fields`, field);
      if (!names.byName.has(`${question.name}.${field}`)) refuse("unknown_reference", at);
    }
  }
  for (const computed of shape.computed) {
    if (computed.each !== null) needGroup(computed.each, `${computed.at}/each`);
    for (const [index, name] of computed.because.entries()) {
      const known = names.computedByName.has(name) || names.givenByName.has(name);
      if (!known) refuse("unknown_reference", `${computed.at}/because/${index}`);
    }
  }
  for (const check of shape.checks) {
    if (!names.byName.has(check.target)) refuse("unknown_reference", `${check.at}/at`);
  }
}

interface AllUses {
  askedWhen: Map<string, Uses>;
  computed: Map<string, Uses>;
  checks: Uses[];
  prefills: Uses[];
}

function resolveAll(shape: FormShape, names: Names, questions: Question[]): AllUses {
  const resolver = new Resolver(names);
  const all: AllUses = { askedWhen: new Map(), computed: new Map(), checks: [], prefills: [] };
  const hand = (group: string | null): string[] => (group === null ? [] : [group]);
  for (const { name, group, askedWhen, prefill } of questions) {
    if (askedWhen !== null) all.askedWhen.set(name, resolver.uses(askedWhen, hand(group)));
    if (prefill !== null) all.prefills.push(resolver.uses(prefill, []));
  }
  for (const { name, each, rule } of shape.computed) all.computed.set(name, resolver.uses(rule, hand(each)));
  all.checks = shape.checks.map((check: Check) => {
    return resolver.uses(check.rule, hand(names.byName.get(check.target)?.group ?? null));
  });
  return all;
}

/** What each name needs, in the form's order. */
function needsOf(all: AllUses, questions: Question[], computed: Computed[]): Map<string, string[]> {
  const needs = new Map<string, string[]>();
  const own = (uses: Uses | undefined): string[] => [...(uses?.needs.keys() ?? [])];
  for (const { name, group } of questions) {
    needs.set(name, [...(group === null ? [] : [group]), ...own(all.askedWhen.get(name))]);
  }
  for (const { name, each } of computed) {
    needs.set(name, [...(each === null ? [] : [each]), ...own(all.computed.get(name))]);
  }
  return needs;
}

function placesOf(questions: Question[], computed: Computed[]): Map<string, string> {
  const asked = questions.flatMap(({ name, askedWhen }) => {
    return askedWhen === null ? [] : [[name, askedWhen.at] as const];
  });
  return new Map([...asked, ...computed.map(({ name, rule }) => [name, rule.at] as const)]);
}

function checkTypes(shape: FormShape, names: Names, questions: Question[], order: string[]): void {
  const typing = new Typing(names);
  for (const name of order) {
    const computed = names.computedByName.get(name);
    if (computed !== undefined) typing.computed.set(name, typing.typeOf(computed.rule));
  }
  for (const { askedWhen, prefill, kind } of questions) {
    if (askedWhen !== null) typing.expect(askedWhen, "truth");
    const wanted = answerType(kind);
    if (prefill !== null && !(wanted && canBeEqual(typing.typeOf(prefill), wanted))) {
      refuse("wrong_type", prefill.at);
    }
  }
  for (const { rule } of shape.checks) typing.expect(rule, "truth");
  for (const { name, suggests, labels, at } of shape.computed) {
    const type = typing.computed.get(name);
    if (suggests && type?.type !== "truth") refuse("wrong_type", `${at}/suggests`);
    for (const label of labels ?? []) {
      if (type?.type !== "code") return refuse("wrong_type", `${at}/labels`);
      if (!type.codes.has(label)) refuse("unknown_reference", `${at}/labels/${label}`);
    }
  }
}

/** Given values are not for `asked_when` and checks, answers not for `prefill`. */
function checkWhatIsUsed(all: AllUses, computed: Computed[], order: string[]): void {
  const givenBehind = new Set<string>();
  const answerBehind = new Set<string>();
  const behind = (uses: Uses, names: Set<string>): string | null => {
    for (const [name, at] of uses.needs) if (names.has(name)) return at;
    return null;
  };
  const isComputed = new Set(computed.map(({ name }) => name));
  for (const name of order.filter((each) => isComputed.has(each))) {
    const uses = all.computed.get(name);
    if (uses === undefined) continue;
    if (uses.givenAt !== null || behind(uses, givenBehind) !== null) givenBehind.add(name);
    if (uses.answersAt !== null || behind(uses, answerBehind) !== null) answerBehind.add(name);
  }
  for (const uses of [...all.askedWhen.values(), ...all.checks]) {
    const at = uses.givenAt ?? behind(uses, givenBehind);
    if (at !== null) refuse("given_not_here", at);
  }
  for (const uses of all.prefills) {
    const at = uses.answersAt ?? behind(uses, answerBehind);
    if (at !== null) refuse("answer_not_here", at);
  }
}

function checkCost(all: AllUses): void {
  const every = [...all.askedWhen.values(), ...all.computed.values(), ...all.checks, ...all.prefills];
  const total = (of: (uses: Uses) => number): number => every.reduce((sum, uses) => sum + of(uses), 0);
  if (total(({ nodes }) => nodes) > NODES_MAX || total(({ cost }) => cost) > COST_MAX) {
    refuse("too_costly", "");
  }
}
