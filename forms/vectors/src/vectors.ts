/** Runs vectors, as README.md describes them, against this implementation. */
import { readFileSync } from "node:fs";
import type { Problem } from "./answer.js";
import { Assessment } from "./assessment.js";
import type { GivenValues } from "./assessment.js";
import { checkDraft, checkSubmission } from "./check.js";
import { Fault } from "./fault.js";
import type { Answers, Form } from "./form.js";
import { isObject, member } from "./json.js";
import type { Json, JsonObject } from "./json.js";
import { parseForm } from "./parse.js";
import { prefill } from "./prefill.js";
import type { Records } from "./prefill.js";

interface Vector {
  name: string;
  put?: [string, Json][];
  remove?: string[];
  rule?: Json;
  each?: string;
  answers?: Answers;
  given?: GivenValues;
  records?: Records;
  refused?: string;
  at?: string;
  result?: Json;
  computed?: JsonObject;
  draft?: Json;
  submission?: Json;
  prefill?: Json;
}

interface VectorFile {
  /** The form itself, or with `version` the id of one in the catalogue. */
  form: JsonObject | string;
  version?: number;
  vectors: Vector[];
  prefills?: Vector[];
}

const EXPECTATIONS = ["refused", "result", "computed", "draft", "submission", "prefill"] as const;

/** How many vectors there are in a file, and what is wrong with which of them. */
export function runFile(path: string, catalogue: string): { count: number; failures: string[] } {
  const file = JSON.parse(readFileSync(path, "utf8")) as VectorFile;
  const inCatalogue = `${catalogue}/${String(file.form)}.v${file.version}.json`;
  const text = typeof file.form === "string" ? readFileSync(inCatalogue, "utf8") : JSON.stringify(file.form);
  const vectors = [...file.vectors, ...(file.prefills ?? [])];
  const failures = vectors.flatMap((vector) => {
    const fault = runVector(JSON.parse(text) as Json, vector);
    return fault === null ? [] : [`${path}: ${vector.name}: ${fault}`];
  });
  return { count: vectors.length, failures };
}

function runVector(definition: Json, vector: Vector): string | null {
  if (!EXPECTATIONS.some((expectation) => vector[expectation] !== undefined)) return "expects nothing";
  try {
    for (const [pointer, value] of vector.put ?? []) change(definition, pointer, value);
    for (const pointer of vector.remove ?? []) change(definition, pointer, undefined);
    if (vector.rule !== undefined) change(definition, "/computed/-", resultOf(vector));
    const form = parseForm(definition);
    if (vector.refused !== undefined) return `is accepted, should be refused as ${vector.refused}`;
    return compareResults(form, vector);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (vector.refused !== error.code) return `is refused: ${error.message}`;
    return vector.at === undefined || vector.at === error.at ? null : `is refused at ${error.at}, not at ${vector.at}`;
  }
}

function resultOf({ rule = null, each }: Vector): JsonObject {
  const source = { law: "-", document: "-", article: "-" };
  return { name: "result", label_zh: "结果", source, rule, ...(each === undefined ? {} : { each }) };
}

function compareResults(form: Form, vector: Vector): string | null {
  const { answers = {}, given = {}, records = {} } = vector;
  const computed = new Assessment(form, answers, given).toJson();
  const found: JsonObject = {
    result: computed["result"] ?? null,
    computed: Object.fromEntries(Object.keys(vector.computed ?? {}).map((name) => [name, computed[name] ?? null])),
    draft: problemsJson(checkDraft(form, answers)),
    submission: problemsJson(checkSubmission(form, answers)),
    prefill: prefill(form, given, records),
  };
  for (const key of EXPECTATIONS) {
    const expected = vector[key];
    const actual = found[key];
    if (expected !== undefined && actual !== undefined && !isSame(expected, actual)) {
      return `${key} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
    }
  }
  return null;
}

export function problemsJson(problems: Problem[]): Json {
  return problems.map(({ path, code }) => ({ path, code }));
}

/** Objects are the same whatever the order of their members. */
export function isSame(left: Json, right: Json): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((each, index) => isSame(each, right[index] ?? null));
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left);
    const other = right;
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && isSame(left[key] ?? null, other[key] ?? null))
    );
  }
  return left === right;
}

/** Puts a value at a JSON pointer, or takes away what is there; `-` is after the end of a list. */
function change(definition: Json, pointer: string, value: Json | undefined): void {
  const steps = pointer.split("/").slice(1);
  const key = steps.pop() ?? "";
  let parent: Json | undefined = definition;
  for (const step of steps) {
    parent = Array.isArray(parent) ? parent[Number(step)] : isObject(parent) ? member(parent, step) : undefined;
  }
  if (Array.isArray(parent)) {
    if (value === undefined) parent.splice(Number(key), 1);
    else parent[key === "-" ? parent.length : Number(key)] = value;
  } else if (isObject(parent)) {
    if (value === undefined) delete parent[key];
    else parent[key] = value;
  } else {
    throw new Error(`there is no ${pointer}`);
  }
}
