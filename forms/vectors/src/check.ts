/** What is wrong with answers: as a draft, and as a submission. */
import { holdsNothing, isExcuse, typeProblems } from "./answer.js";
import type { Problem } from "./answer.js";
import { Assessment, pathOf } from "./assessment.js";
import { evaluate } from "./evaluate.js";
import type { Answers, Form, Question, RowsKind } from "./form.js";
import { below, isObject, member, sortedKeys } from "./json.js";
import type { Json } from "./json.js";
import { isFalse, isTrue, value } from "./outcome.js";
import { isIllTyped } from "./state.js";

export function checkDraft(form: Form, answers: Answers): Problem[] {
  return form.questions.flatMap((question) => ofQuestion(question, null, member(answers, question.id), null));
}

export function checkSubmission(form: Form, answers: Answers): Problem[] {
  const assessment = new Assessment(form, answers, {});
  return form.questions.flatMap((question) => {
    return ofQuestion(question, null, member(answers, question.id), assessment);
  });
}

/** `assessment` is null where answers need not be whole. */
function ofQuestion(
  question: Question,
  row: string | null,
  answer: Json | undefined,
  assessment: Assessment | null,
): Problem[] {
  const path = pathOf(question, row);
  const types = answer === undefined ? [] : typesOf(question, answer, path, assessment);
  return [...types, ...(assessment === null ? [] : wholeness(question, row, answer, assessment))];
}

function typesOf(question: Question, answer: Json, path: string, assessment: Assessment | null): Problem[] {
  const { kind } = question;
  if (kind.type !== "rows") return typeProblems(question, answer, path);
  if (!isObject(answer)) return [{ path, code: "wrong_type" }];
  const rows = sortedKeys(answer);
  const whole = !isIllTyped(question, answer) && isTrue(assessment?.askedOutcome(question, null) ?? value(false));
  const inside = rows.flatMap((row) => ofRow(kind, row, path, answer[row] ?? null, whole ? assessment : null));
  return rows.length > kind.rowsMax ? [...inside, { path, code: "too_many_rows" }] : inside;
}

function ofRow(
  kind: RowsKind,
  row: string,
  groupPath: string,
  fields: Json,
  assessment: Assessment | null,
): Problem[] {
  if (!isObject(fields)) return [{ path: below(groupPath, row), code: "wrong_type" }];
  return kind.fields.flatMap((field) => ofQuestion(field, row, member(fields, field.id), assessment));
}

/** What only a submission has to be. The group of a field is asked and well-typed. */
function wholeness(
  question: Question,
  row: string | null,
  answer: Json | undefined,
  assessment: Assessment,
): Problem[] {
  const path = pathOf(question, row);
  const asked = assessment.askedOutcome(question, row);
  if (asked.state === "error") return [{ path, code: "rule_error" }];
  if (!isTrue(asked)) return [];
  const codes = [];
  const wellTyped = answer === undefined || !isIllTyped(question, answer);
  if (wellTyped && notAlone(question, answer)) codes.push("not_alone");
  if (question.required && wellTyped && holdsNothing(question.kind, answer)) codes.push("required");
  if (wellTyped && namesNoRow(question, answer, assessment)) codes.push("unknown_row");
  return [...codes, ...failedChecks(question, row, assessment)].map((code) => ({ path, code }));
}

function notAlone({ kind }: Question, answer: Json | undefined): boolean {
  if (kind.type !== "choices" || !isObject(answer)) return false;
  const alone = kind.options.some(({ code, alone }) => alone && Object.hasOwn(answer, code));
  return alone && Object.keys(answer).length > 1;
}

function namesNoRow(question: Question, answer: Json | undefined, assessment: Assessment): boolean {
  const { kind } = question;
  if (kind.type !== "row_of" || typeof answer !== "string") return false;
  if (holdsNothing(kind, answer) || isExcuse(question, answer)) return false;
  const group = assessment.form.byName.get(kind.group);
  const rows = member(assessment.answers, kind.group);
  if (group === undefined || isFalse(assessment.askedOutcome(group, null))) return true;
  return !(isObject(rows) && Object.hasOwn(rows, answer));
}

function failedChecks(question: Question, row: string | null, assessment: Assessment): string[] {
  const atHand = new Map(question.group === null || row === null ? [] : [[question.group, row]]);
  const checks = assessment.form.checks.filter(({ target }) => target === question.name);
  return checks.flatMap(({ rule }) => {
    const outcome = evaluate(rule, atHand, assessment);
    if (outcome.state === "error") return ["rule_error"];
    return isFalse(outcome) ? ["check_failed"] : [];
  });
}
