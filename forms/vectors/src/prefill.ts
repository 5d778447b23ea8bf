/** Answers that a form offers before anybody was asked. */
import { decimalText, typeProblems } from "./answer.js";
import { Assessment } from "./assessment.js";
import type { GivenValues } from "./assessment.js";
import { evaluate } from "./evaluate.js";
import type { Answers, Form, PrefillRows, Question, RowsKind } from "./form.js";
import { isObject, member, put } from "./json.js";
import type { Json, JsonObject } from "./json.js";
import { scalarJson } from "./outcome.js";

/** Kind of record to record id to its fields. */
export type Records = { [kind: string]: { [id: string]: JsonObject } };

export function prefill(form: Form, givenValues: GivenValues, records: Records): Answers {
  const assessment = new Assessment(form, {}, givenValues);
  const offered: Answers = {};
  for (const question of form.questions) {
    const answer = offeredRows(question, records) ?? offeredValue(question, assessment);
    if (answer !== null) put(offered, question.id, answer);
  }
  return offered;
}

function offeredValue(question: Question, assessment: Assessment): Json {
  if (question.prefill === null) return null;
  const outcome = evaluate(question.prefill, new Map(), assessment);
  if (outcome.state !== "value") return null;
  const { kind } = question;
  const { value } = outcome;
  const decimal = kind.type === "decimal" && typeof value === "bigint";
  const answer = decimal ? decimalText(value, kind.scale) : scalarJson(value);
  return fits(question, answer) ? answer : null;
}

function offeredRows({ kind, prefillRows }: Question, records: Records): Json {
  if (kind.type !== "rows" || prefillRows === null) return null;
  const found = Object.entries(member(records, prefillRows.from) ?? {});
  if (found.length === 0) return null;
  const rows: JsonObject = {};
  for (const [id, record] of found) put(rows, id, rowFrom(kind, prefillRows, record));
  return rows;
}

function rowFrom(kind: RowsKind, { fields }: PrefillRows, record: Json): JsonObject {
  const row: JsonObject = {};
  for (const field of kind.fields) {
    const name = fields.get(field.id);
    const answer = name !== undefined && isObject(record) ? member(record, name) : undefined;
    if (answer !== undefined && fits(field, answer)) put(row, field.id, answer);
  }
  return row;
}

function fits(question: Question, answer: Json): boolean {
  return typeProblems(question, answer, "").length === 0;
}
