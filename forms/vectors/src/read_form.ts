/** Reads a form's shape: members, ids, numbers, dates. What its rules mean is looked at afterwards. */
import { isDate } from "./calendar.js";
import { refuse } from "./fault.js";
import type { Check, Computed, Given, Holds, PrefillRows, Question } from "./form.js";
import { below } from "./json.js";
import type { Json } from "./json.js";
import { Members, once, readCode, readText } from "./members.js";
import type { Item } from "./members.js";
import { readKind } from "./read_kind.js";
import { readRule } from "./read_rule.js";
import { EXCUSES } from "./rule.js";
import type { Excuse } from "./rule.js";

export interface FormShape {
  id: string;
  version: number;
  referenceDate: string | null;
  given: Given[];
  questions: Question[];
  computed: Computed[];
  checks: Check[];
}

const NO_EXCUSES = ["text", "choice", "choices", "rows"];
const PREFILLED = ["choice", "integer", "decimal", "fen", "date", "yes_no"];

export function readForm(form: Json): FormShape {
  const members = new Members(form, "");
  const names = new Set<string>();
  const sectionIds = new Set<string>();
  const id = members.id("id");
  const version = members.integerWithin("version", 1, Number.MAX_SAFE_INTEGER);
  members.text("label_zh");
  readSource(members);
  readValidity(members);
  if (members.has("investigators")) members.integerWithin("investigators", 1, Number.MAX_SAFE_INTEGER);
  const shape = {
    id,
    version,
    referenceDate: members.has("reference_date") ? members.text("reference_date") : null,
    given: optionalList(members, "given").map((item) => readGiven(item, names)),
    questions: members.someOf("sections").flatMap((item) => readSection(item, sectionIds, names)),
    computed: members.list("computed").map((item) => readComputed(item, names)),
    checks: optionalList(members, "checks").map(readCheck),
  };
  members.done();
  if (shape.questions.length === 0) refuse("empty", members.place("sections"));
  return shape;
}

function optionalList(members: Members, key: string): Item[] {
  return members.has(key) ? members.list(key) : [];
}

function readSource(members: Members): void {
  const { value, at } = members.item("source");
  const source = new Members(value, at);
  for (const key of ["law", "document", "article"]) source.text(key);
  source.done();
}

function readValidity(members: Members): void {
  const days = ["valid_from", "valid_to"].map((key) => {
    if (!members.stands(key)) return refuse("malformed", members.at);
    if (!members.has(key)) return null;
    const day = members.text(key);
    return isDate(day) ? day : refuse("bad_date", members.place(key));
  });
  const [from, to] = days;
  if (from && to && to < from) refuse("bad_range", members.place("valid_to"));
}

function readGiven({ value, at }: Item, names: Set<string>): Given {
  const members = new Members(value, at);
  const name = members.id("name");
  once(names, name, members.place("name"));
  members.text("label_zh");
  const holds = readHolds(members.item("holds"));
  readOrigin(members.item("from"));
  members.done();
  return { name, holds };
}

function readHolds({ value, at }: Item): Holds {
  const members = new Members(value, at);
  const type = members.oneOf("type", ["number", "truth", "date", "code"] as const);
  const codes = type === "code" ? readCodes(members.someOf("codes")) : [];
  members.done();
  return type === "code" ? { type, codes } : { type };
}

function readCodes(items: Item[]): string[] {
  const seen = new Set<string>();
  for (const item of items) once(seen, readCode(item), item.at);
  return [...seen];
}

function readOrigin({ value, at }: Item): void {
  const members = new Members(value, at);
  if (members.has("table")) members.text("table");
  else if (members.has("form")) [members.text("form"), members.text("computed")];
  else if (members.has("record")) [members.text("record"), members.text("field")];
  else members.oneOf("day", ["reference"]);
  members.done();
}

function readSection({ value, at }: Item, sectionIds: Set<string>, names: Set<string>): Question[] {
  const members = new Members(value, at);
  once(sectionIds, members.id("id"), members.place("id"));
  members.text("label_zh");
  if (members.has("help_zh")) members.text("help_zh");
  const questions = members.list("questions").map((item) => readQuestion(item, names, null));
  members.done();
  return questions;
}

function readQuestion({ value, at }: Item, names: Set<string>, group: string | null): Question {
  const members = new Members(value, at);
  const id = members.id("id");
  once(names, id, members.place("id"));
  members.text("label_zh");
  if (members.has("help_zh")) members.text("help_zh");
  const fieldIds = new Set<string>();
  const readField = (field: Item): Question => readQuestion(field, fieldIds, id);
  const kind = readKind(members.item("kind"), group === null ? readField : null);
  const question = {
    name: group === null ? id : `${group}.${id}`,
    id,
    group,
    required: members.flag("required"),
    askedWhen: members.has("asked_when") ? readRule(members.item("asked_when")) : null,
    mayBe: readMayBe(members, kind.type),
    prefill: members.has("prefill") ? readRule(members.item("prefill")) : null,
    prefillRows: members.has("prefill_rows") ? readPrefillRows(members.item("prefill_rows")) : null,
    kind,
    at,
  };
  members.done();
  const prefilled = group === null && PREFILLED.includes(kind.type);
  if (question.prefill !== null && !prefilled) refuse("not_here", members.place("prefill"));
  if (question.prefillRows !== null && kind.type !== "rows") refuse("not_here", members.place("prefill_rows"));
  return question;
}

function readMayBe(members: Members, kind: string): Excuse[] {
  if (!members.has("may_be")) return [];
  if (NO_EXCUSES.includes(kind)) refuse("not_here", members.place("may_be"));
  const seen = new Set<string>();
  return members.list("may_be").map((item) => {
    once(seen, readText(item), item.at);
    return EXCUSES.find((excuse) => excuse === item.value) ?? refuse("malformed", item.at);
  });
}

function readPrefillRows({ value, at }: Item): PrefillRows {
  const members = new Members(value, at);
  const from = members.text("from");
  const fields = readTexts(members.item("fields"));
  members.done();
  if (fields.size === 0) refuse("empty", members.place("fields"));
  return { from, fields };
}

/** An object of texts. */
function readTexts({ value, at }: Item): Map<string, string> {
  const members = new Members(value, at);
  const texts = new Map(members.keys().map((key) => [key, members.text(key)]));
  members.done();
  return texts;
}

function readComputed({ value, at }: Item, names: Set<string>): Computed {
  const members = new Members(value, at);
  const name = members.id("name");
  once(names, name, members.place("name"));
  members.text("label_zh");
  readSource(members);
  const computed = {
    name,
    rule: readRule(members.item("rule")),
    each: members.has("each") ? members.text("each") : null,
    because: optionalList(members, "because").map(readText),
    suggests: members.flag("suggests"),
    labels: members.has("labels") ? [...readTexts(members.item("labels")).keys()] : null,
    at,
  };
  members.done();
  for (const code of computed.labels ?? []) {
    readCode({ value: code, at: below(members.place("labels"), code) });
  }
  return computed;
}

function readCheck({ value, at }: Item): Check {
  const members = new Members(value, at);
  const target = members.text("at");
  const rule = readRule(members.item("rule"));
  members.text("message_zh");
  members.text("message_en");
  members.done();
  return { target, rule, at };
}
