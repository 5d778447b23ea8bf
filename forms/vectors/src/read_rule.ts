/** Reads a rule: its operator, exactly the members that belong to it, and how deep it goes. */
import { isDate } from "./calendar.js";
import { refuse } from "./fault.js";
import { below } from "./json.js";
import { Members, once, readCode, readText } from "./members.js";
import type { Item } from "./members.js";
import { COMPARISONS, EXCUSES, ROUNDINGS } from "./rule.js";
import type { Band, Case, Rule } from "./rule.js";

const DEPTH_MAX = 32;

export function readRule({ value, at }: Item, depth = 1): Rule {
  if (depth > DEPTH_MAX) return refuse("too_costly", at);
  const members = new Members(value, at);
  const rule = readOperation(members, members.text("op"), depth);
  members.done();
  return rule;
}

function readOperation(members: Members, op: string, depth: number): Rule {
  const at = members.at;
  const rule = (key: string): Rule => readRule(members.item(key), depth + 1);
  const rules = (key: string): Rule[] => members.someOf(key).map((item) => readRule(item, depth + 1));
  const where = (): Rule | null => (members.has("where") ? rule("where") : null);
  switch (op) {
    case "int":
      return { at, op, value: BigInt(members.integer("value", at)) };
    case "bool":
      return { at, op, value: members.boolean("value") };
    case "code":
      return { at, op, value: members.code("value") };
    case "date": {
      const value = members.text("value");
      return isDate(value) ? { at, op, value } : refuse("bad_date", at);
    }
    case "answer":
    case "answered":
    case "score":
    case "id_birth_date":
    case "id_sex":
    case "row":
      return { at, op, of: members.text("of") };
    case "said":
      return { at, op, of: members.text("of"), code: members.oneOf("code", EXCUSES) };
    case "chosen":
      return { at, op, of: members.text("of"), option: members.text("option") };
    case "scores":
      return { at, op, of: questionNames(members) };
    case "count":
      return { at, op, of: questionNames(members), equals: members.text("equals") };
    case "computed":
    case "given":
      return { at, op, name: members.text("name") };
    case "sum":
    case "least":
    case "greatest":
    case "and":
    case "or":
      return { at, op, of: rules("of") };
    case "minus":
    case "multiply":
      return { at, op, left: rule("left"), right: rule("right") };
    case "divide":
      return { at, op, left: rule("left"), right: rule("right"), round: members.oneOf("round", ROUNDINGS) };
    case "years_between":
    case "days_between":
      return { at, op, from: rule("from"), to: rule("to") };
    case "compare":
      return { at, op, is: members.oneOf("is", COMPARISONS), left: rule("left"), right: rule("right") };
    case "one_of":
      return { at, op, of: rule("of"), codes: members.someOf("codes").map(readCode) };
    case "not":
    case "known":
      return { at, op, of: rule("of") };
    case "if":
      return { at, op, cond: rule("cond"), then: rule("then"), else: rule("else") };
    case "first":
      return { at, op, cases: readCases(members, depth), else: rule("else") };
    case "default":
      return { at, op, of: rule("of"), else: rule("else") };
    case "grade":
      return { at, op, of: rule("of"), bands: readBands(members) };
    case "rows_count":
      return { at, op, over: members.text("over"), where: where() };
    case "rows_sum":
      return { at, op, over: members.text("over"), where: where(), of: rule("of") };
    case "rows_any":
    case "rows_all":
      return { at, op, over: members.text("over"), of: rule("of") };
    default:
      return refuse("malformed", at);
  }
}

function questionNames(members: Members): string[] {
  const seen = new Set<string>();
  for (const item of members.someOf("of")) once(seen, readText(item), item.at);
  return [...seen];
}

function readCases(members: Members, depth: number): Case[] {
  return members.someOf("cases").map(({ value, at }) => {
    const one = new Members(value, at);
    const when = readRule(one.item("when"), depth + 1);
    const then = readRule(one.item("then"), depth + 1);
    one.done();
    return { when, then };
  });
}

function readBands(members: Members): Band[] {
  const seen = new Set<string>();
  let previous: bigint | null = null;
  return members.someOf("bands").map(({ value, at }) => {
    const one = new Members(value, at);
    const band = { id: one.id("id"), min: BigInt(one.integer("min")), max: BigInt(one.integer("max")) };
    one.text("label_zh");
    one.done();
    once(seen, band.id, at);
    const rises = band.min <= band.max && (previous === null || band.min === previous + 1n);
    if (!rises) refuse("bad_bands", at);
    previous = band.max;
    return band;
  });
}

/** The rules inside a rule that are worked out with the same rows at hand as itself. */
export function partsBeside(rule: Rule): Rule[] {
  switch (rule.op) {
    case "sum":
    case "least":
    case "greatest":
    case "and":
    case "or":
      return rule.of;
    case "minus":
    case "multiply":
    case "divide":
    case "compare":
      return [rule.left, rule.right];
    case "years_between":
    case "days_between":
      return [rule.from, rule.to];
    case "one_of":
    case "not":
    case "known":
    case "grade":
      return [rule.of];
    case "if":
      return [rule.cond, rule.then, rule.else];
    case "first":
      return [...rule.cases.flatMap(({ when, then }) => [when, then]), rule.else];
    case "default":
      return [rule.of, rule.else];
    default:
      return [];
  }
}

/** The rules inside a `rows_…` operator, which have a row more at hand. */
export function partsForEachRow(rule: Rule): Rule[] {
  switch (rule.op) {
    case "rows_count":
      return rule.where === null ? [] : [rule.where];
    case "rows_sum":
      return rule.where === null ? [rule.of] : [rule.where, rule.of];
    case "rows_any":
    case "rows_all":
      return [rule.of];
    default:
      return [];
  }
}

export function placeOfName(rule: Rule, index: number): string {
  return below(below(rule.at, "of"), index);
}
