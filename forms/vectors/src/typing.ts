/** The types of rules: a code's type is the set of codes that it can be, a row's its group. */
import { refuse } from "./fault.js";
import type { Kind, Option, Question } from "./form.js";
import { placeOfName } from "./read_rule.js";
import type { Names } from "./resolve.js";
import type { Rule } from "./rule.js";

export type Type =
  | { type: "number" | "truth" | "date" }
  | { type: "code"; codes: Set<string> }
  | { type: "row"; group: string };

const NUMBER: Type = { type: "number" };
const TRUTH: Type = { type: "truth" };
const DATE: Type = { type: "date" };

function code(codes: Iterable<string>): Type {
  return { type: "code", codes: new Set(codes) };
}

export class Typing {
  /** Filled in the order of the form's needs. */
  readonly computed = new Map<string, Type>();

  constructor(private readonly names: Names) {}

  expect(rule: Rule, type: "number" | "truth" | "date" | "code"): Type {
    const found = this.typeOf(rule);
    return found.type === type ? found : refuse("wrong_type", rule.at);
  }

  typeOf(rule: Rule): Type {
    switch (rule.op) {
      case "int":
        return NUMBER;
      case "bool":
        return TRUTH;
      case "code":
        return code([rule.value]);
      case "date":
        return DATE;
      case "answer":
        return answerType(this.question(rule.of, rule.at).kind) ?? refuse("wrong_type", rule.at);
      case "answered":
        return TRUTH;
      case "said":
        if (!this.question(rule.of, rule.at).mayBe.includes(rule.code)) refuse("unknown_reference", rule.at);
        return TRUTH;
      case "chosen":
        this.option(rule.of, "choices", rule.option, rule.at);
        return TRUTH;
      case "score":
        this.scored(rule.of, rule.at);
        return NUMBER;
      case "scores":
        rule.of.forEach((name, index) => this.scored(name, placeOfName(rule, index)));
        return NUMBER;
      case "count":
        rule.of.forEach((name, index) => this.option(name, "choice", rule.equals, placeOfName(rule, index)));
        return NUMBER;
      case "id_birth_date":
        this.citizenNumber(rule.of, rule.at);
        return DATE;
      case "id_sex":
        this.citizenNumber(rule.of, rule.at);
        return code(["1", "2"]);
      case "row":
        return { type: "row", group: rule.of };
      case "computed":
        return this.computed.get(rule.name) ?? refuse("unknown_reference", rule.at);
      case "given":
        return this.given(rule.name, rule.at);
      case "sum":
      case "least":
      case "greatest":
        for (const part of rule.of) this.expect(part, "number");
        return NUMBER;
      case "minus":
      case "multiply":
      case "divide":
        this.expect(rule.left, "number");
        this.expect(rule.right, "number");
        return NUMBER;
      case "years_between":
      case "days_between":
        this.expect(rule.from, "date");
        this.expect(rule.to, "date");
        return NUMBER;
      case "compare":
        this.comparable(rule);
        return TRUTH;
      case "one_of": {
        const type = this.typeOf(rule.of);
        const possible = type.type === "code" && rule.codes.some((each) => type.codes.has(each));
        return possible ? TRUTH : refuse("wrong_type", rule.at);
      }
      case "and":
      case "or":
        for (const part of rule.of) this.expect(part, "truth");
        return TRUTH;
      case "not":
        this.expect(rule.of, "truth");
        return TRUTH;
      case "known":
        this.typeOf(rule.of);
        return TRUTH;
      case "if":
        this.expect(rule.cond, "truth");
        return this.together([rule.then, rule.else]);
      case "first":
        for (const { when } of rule.cases) this.expect(when, "truth");
        return this.together([...rule.cases.map(({ then }) => then), rule.else]);
      case "default":
        return this.together([rule.of, rule.else]);
      case "grade":
        this.expect(rule.of, "number");
        return code(rule.bands.map(({ id }) => id));
      case "rows_count":
        if (rule.where !== null) this.expect(rule.where, "truth");
        return NUMBER;
      case "rows_sum":
        if (rule.where !== null) this.expect(rule.where, "truth");
        this.expect(rule.of, "number");
        return NUMBER;
      case "rows_any":
      case "rows_all":
        this.expect(rule.of, "truth");
        return TRUTH;
    }
  }

  private comparable(rule: Extract<Rule, { op: "compare" }>): void {
    const left = this.typeOf(rule.left);
    const right = this.typeOf(rule.right);
    const ordered = left.type === "number" || left.type === "date";
    const fits = rule.is === "eq" || rule.is === "ne" || ordered;
    if (!fits || !canBeEqual(left, right)) refuse("wrong_type", rule.right.at);
  }

  private together(rules: Rule[]): Type {
    return rules
      .map((rule) => ({ type: this.typeOf(rule), at: rule.at }))
      .reduce((left, right) => {
        return { type: join(left.type, right.type) ?? refuse("wrong_type", right.at), at: right.at };
      }).type;
  }

  private question(name: string, at: string): Question {
    return this.names.byName.get(name) ?? refuse("unknown_reference", at);
  }

  private option(name: string, type: "choice" | "choices", wanted: string, at: string): void {
    const kind = this.question(name, at).kind;
    if (kind.type !== type) return refuse("wrong_type", at);
    if (!kind.options.some((option: Option) => option.code === wanted)) refuse("unknown_reference", at);
  }

  private scored(name: string, at: string): void {
    const kind = this.question(name, at).kind;
    const scored = kind.type === "choice" && kind.options.some(({ score }) => score !== null);
    if (!scored) refuse("wrong_type", at);
  }

  private citizenNumber(name: string, at: string): void {
    if (this.question(name, at).kind.type !== "id_number") refuse("wrong_type", at);
  }

  private given(name: string, at: string): Type {
    const { holds } = this.names.givenByName.get(name) ?? refuse("unknown_reference", at);
    return holds.type === "code" ? code(holds.codes) : { type: holds.type };
  }
}

/** One type for both, or null. */
function join(left: Type, right: Type): Type | null {
  if (left.type === "code" && right.type === "code") return code([...left.codes, ...right.codes]);
  if (left.type === "row" && right.type === "row") return left.group === right.group ? left : null;
  return left.type === right.type ? left : null;
}

/** One type, and for codes at least one that both can be. */
export function canBeEqual(left: Type, right: Type): boolean {
  if (left.type === "code" && right.type === "code") return [...left.codes].some((each) => right.codes.has(each));
  return join(left, right) !== null;
}

/** What `answer` gives for a question of the kind; null if rules do not see its answer. */
export function answerType(kind: Kind): Type | null {
  switch (kind.type) {
    case "choice":
      return code(kind.options.map((option) => option.code));
    case "integer":
    case "decimal":
    case "fen":
      return NUMBER;
    case "date":
      return DATE;
    case "yes_no":
      return TRUTH;
    case "row_of":
      return { type: "row", group: kind.group };
    default:
      return null;
  }
}
