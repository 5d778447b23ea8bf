/** One form, one set of answers, one set of given values: everything that follows, worked out once. */
import { isDate } from "./calendar.js";
import { evaluate } from "./evaluate.js";
import type { AtHand, Sight } from "./evaluate.js";
import type { Answers, Computed, Form, Given, Question } from "./form.js";
import { below, isObject, member, sortedKeys } from "./json.js";
import type { Json, JsonObject } from "./json.js";
import { missing, outcomeJson, value } from "./outcome.js";
import type { Outcome, Scalar } from "./outcome.js";
import { stateOf } from "./state.js";
import type { State } from "./state.js";

export type GivenValues = { [name: string]: Json };
type Places<Of> = Map<string, Of>;

export class Assessment implements Sight {
  /** By path; fields of every row that is an object. */
  private readonly asked: Places<Outcome> = new Map();
  private readonly states: Places<State> = new Map();
  /** By name, and by row for those with `each` (the empty row otherwise). */
  private readonly results = new Map<string, Places<Outcome>>();

  constructor(
    readonly form: Form,
    readonly answers: Answers,
    private readonly givenValues: GivenValues,
  ) {
    for (const name of form.order) {
      const question = form.byName.get(name);
      const computed = form.computedByName.get(name);
      if (question !== undefined) this.settleQuestion(question);
      if (computed !== undefined) this.settleComputed(computed);
    }
  }

  /** What `asked_when` came to; its group's is another matter. */
  askedOutcome(question: Question, row: string | null): Outcome {
    return this.asked.get(pathOf(question, row)) ?? value(true);
  }

  answerOf(question: Question, row: string | null): Json | undefined {
    if (question.group === null || row === null) return member(this.answers, question.id);
    const group = member(this.answers, question.group);
    const fields = isObject(group) ? member(group, row) : undefined;
    return isObject(fields) ? member(fields, question.id) : undefined;
  }

  /** Rows of the answer that are objects, whatever else there is to be said of the group. */
  rowsOf(group: string): string[] {
    const answer = member(this.answers, group);
    return isObject(answer) ? sortedKeys(answer).filter((row) => isObject(member(answer, row))) : [];
  }

  state(name: string, atHand: AtHand): State {
    return this.states.get(this.path(name, atHand)) ?? { state: "not_asked" };
  }

  path(name: string, atHand: AtHand): string {
    const question = this.form.byName.get(name);
    if (question === undefined) throw new Error(`no question ${name}`);
    return pathOf(question, question.group === null ? null : (atHand.get(question.group) ?? null));
  }

  computed(name: string, atHand: AtHand): Outcome {
    const each = this.form.computedByName.get(name)?.each ?? null;
    const row = each === null ? "" : (atHand.get(each) ?? "");
    return this.results.get(name)?.get(row) ?? missing([]);
  }

  given(name: string): Outcome {
    const given = this.form.givenByName.get(name);
    const scalar = given === undefined ? null : scalarOf(given, member(this.givenValues, name) ?? null);
    return scalar === null ? missing([`@${name}`]) : value(scalar);
  }

  /** Every computed value by name, as it is written. */
  toJson(): JsonObject {
    return Object.fromEntries(this.form.computed.map((computed) => [computed.name, this.resultJson(computed)]));
  }

  private resultJson({ name, each }: Computed): JsonObject {
    const results = this.results.get(name) ?? new Map<string, Outcome>();
    if (each === null) return outcomeJson(results.get("") ?? missing([]));
    const group = this.state(each, new Map());
    if (group.state === "error") return outcomeJson(group);
    const rows = group.state === "answer" ? this.rowsOf(each) : [];
    return { rows: Object.fromEntries(rows.map((row) => [row, outcomeJson(results.get(row) ?? missing([]))])) };
  }

  private settleQuestion(question: Question): void {
    const rows = question.group === null ? [null] : this.rowsOf(question.group);
    for (const row of rows) {
      const atHand = new Map(question.group === null || row === null ? [] : [[question.group, row]]);
      const asked = question.askedWhen === null ? value(true) : evaluate(question.askedWhen, atHand, this);
      const path = pathOf(question, row);
      this.asked.set(path, asked);
      const above = question.group === null ? null : this.state(question.group, atHand);
      const own = stateOf(question, asked, this.answerOf(question, row), path);
      this.states.set(path, above === null || above.state === "answer" ? own : inherited(above));
    }
  }

  private settleComputed({ name, rule, each }: Computed): void {
    const results: Places<Outcome> = new Map();
    this.results.set(name, results);
    if (each === null) {
      results.set("", evaluate(rule, new Map(), this));
      return;
    }
    const group = this.state(each, new Map());
    for (const row of this.rowsOf(each)) {
      const whole = group.state === "answer";
      results.set(row, whole ? evaluate(rule, new Map([[each, row]]), this) : outcomeOfGroup(group));
    }
  }
}

export function pathOf(question: Question, row: string | null): string {
  if (question.group === null || row === null) return below("", question.id);
  return below(below(below("", question.group), row), question.id);
}

/** A group's own state, as its fields have it. */
function inherited(group: State): State {
  return group.state === "missing" ? missing(group.needs) : group;
}

function outcomeOfGroup(group: State): Outcome {
  if (group.state === "error") return group;
  return missing(group.state === "missing" ? group.needs : []);
}

/** A given value as its declaration says; null if there is none that is. */
function scalarOf({ holds }: Given, given: Json): Scalar | null {
  switch (holds.type) {
    case "number":
      return typeof given === "number" && Number.isSafeInteger(given) ? BigInt(given) : null;
    case "truth":
      return typeof given === "boolean" ? given : null;
    case "date":
      return typeof given === "string" && isDate(given) ? given : null;
    case "code":
      return typeof given === "string" && holds.codes.includes(given) ? given : null;
  }
}
