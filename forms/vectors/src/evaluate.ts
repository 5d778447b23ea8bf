/** The operators. */
import { decimalUnits } from "./answer.js";
import { daysBetween, yearsBetween } from "./calendar.js";
import { birthDate, sexCode } from "./citizen_number.js";
import type { Form, Kind } from "./form.js";
import { isObject } from "./json.js";
import type { Json } from "./json.js";
import { failure, firstFault, inRange, isFalse, isTrue, missing, value, valuesOf } from "./outcome.js";
import type { Outcome, Scalar } from "./outcome.js";
import { overRows } from "./rows.js";
import type { Comparison, Rounding, Rule } from "./rule.js";
import type { State } from "./state.js";

/** Group to the row of it that is at hand. */
export type AtHand = ReadonlyMap<string, string>;

/** What a rule sees. */
export interface Sight {
  readonly form: Form;
  state(name: string, atHand: AtHand): State;
  computed(name: string, atHand: AtHand): Outcome;
  given(name: string): Outcome;
  rowsOf(group: string): string[];
  /** The JSON pointer of an answer. */
  path(name: string, atHand: AtHand): string;
}

export function evaluate(rule: Rule, atHand: AtHand, sight: Sight): Outcome {
  const of = (part: Rule): Outcome => evaluate(part, atHand, sight);
  switch (rule.op) {
    case "int":
    case "bool":
    case "code":
    case "date":
      return value(rule.value);
    case "answer":
      return fromAnswer(sight.state(rule.of, atHand), (answer) => scalarOf(kindOf(rule.of, sight), answer));
    case "answered": {
      const state = sight.state(rule.of, atHand);
      if (state.state === "error") return state;
      return value(state.state === "answer" || (state.state === "missing" && state.said !== undefined));
    }
    case "said": {
      const state = sight.state(rule.of, atHand);
      if (state.state === "error") return state;
      return value(state.state === "missing" && state.said === rule.code);
    }
    case "chosen":
      return fromAnswer(sight.state(rule.of, atHand), (answer) => {
        return isObject(answer) && Object.hasOwn(answer, rule.option);
      });
    case "score":
      return score(rule.of, atHand, sight);
    case "scores":
      return sum(rule.of.map((name) => addend(score(name, atHand, sight), sight.state(name, atHand))));
    case "id_birth_date":
      return fromAnswer(sight.state(rule.of, atHand), (answer) => birthDate(String(answer)));
    case "id_sex":
      return fromAnswer(sight.state(rule.of, atHand), (answer) => sexCode(String(answer)));
    case "row":
      return value(atHand.get(rule.of) ?? "");
    case "computed":
      return sight.computed(rule.name, atHand);
    case "given":
      return sight.given(rule.name);
    case "count":
      return sum(
        rule.of.map((name) => {
          const state = sight.state(name, atHand);
          return addend(fromAnswer(state, (answer) => (answer === rule.equals ? 1n : 0n)), state);
        }),
      );
    case "sum":
      return sum(rule.of.map((part) => term(part, atHand, sight)));
    case "minus":
      return withNumbers([of(rule.left), of(rule.right)], ([left = 0n, right = 0n]) => inRange(left - right));
    case "multiply":
      return withNumbers([of(rule.left), of(rule.right)], ([left = 0n, right = 0n]) => inRange(left * right));
    case "divide":
      return withNumbers([of(rule.left), of(rule.right)], ([left = 0n, right = 0n]) => {
        return right === 0n ? failure("division_by_zero") : inRange(quotient(left, right, rule.round));
      });
    case "least":
      return withNumbers(rule.of.map(of), (numbers) => value(numbers.reduce((a, b) => (b < a ? b : a))));
    case "greatest":
      return withNumbers(rule.of.map(of), (numbers) => value(numbers.reduce((a, b) => (b > a ? b : a))));
    case "years_between":
      return withTexts([of(rule.from), of(rule.to)], (from, to) => value(BigInt(yearsBetween(from, to))));
    case "days_between":
      return withTexts([of(rule.from), of(rule.to)], (from, to) => value(BigInt(daysBetween(from, to))));
    case "compare":
      return withValues([of(rule.left), of(rule.right)], ([left, right]) => {
        return value(compare(rule.is, left ?? "", right ?? ""));
      });
    case "one_of":
      return withValues([of(rule.of)], ([code]) => value(rule.codes.some((each) => each === code)));
    case "and":
      return decide(rule.of.map(of), false);
    case "or":
      return decide(rule.of.map(of), true);
    case "not":
      return withValues([of(rule.of)], ([truth]) => value(truth !== true));
    case "if":
      return withValues([of(rule.cond)], ([cond]) => of(cond === true ? rule.then : rule.else));
    case "first": {
      for (const { when, then } of rule.cases) {
        const outcome = of(when);
        if (isTrue(outcome)) return of(then);
        if (!isFalse(outcome)) return outcome;
      }
      return of(rule.else);
    }
    case "default": {
      const outcome = of(rule.of);
      return outcome.state === "missing" ? of(rule.else) : outcome;
    }
    case "known": {
      const outcome = of(rule.of);
      return outcome.state === "error" ? outcome : value(outcome.state === "value");
    }
    case "grade":
      return withNumbers([of(rule.of)], ([number = 0n]) => {
        const band = rule.bands.find(({ min, max }) => min <= number && number <= max);
        return band === undefined ? failure("no_band") : value(band.id);
      });
    case "rows_count":
    case "rows_sum":
    case "rows_any":
    case "rows_all":
      return overRows(rule, atHand, sight);
  }
}

/** A part of a total; `answer` or `score` of a question that is not asked adds 0. */
export function term(rule: Rule, atHand: AtHand, sight: Sight): Outcome {
  const outcome = evaluate(rule, atHand, sight);
  const names = rule.op === "answer" || rule.op === "score";
  return names ? addend(outcome, sight.state(rule.of, atHand)) : outcome;
}

function addend(outcome: Outcome, state: State): Outcome {
  return state.state === "not_asked" ? value(0n) : outcome;
}

/** The exact total. */
export function sum(parts: Outcome[]): Outcome {
  return withNumbers(parts, (numbers) => inRange(numbers.reduce((total, number) => total + number, 0n)));
}

/** `and` with false, `or` with true as what decides. */
export function decide(parts: Outcome[], decisive: boolean): Outcome {
  const error = parts.find((part) => part.state === "error");
  if (error !== undefined) return error;
  if (parts.some((part) => part.state === "value" && part.value === decisive)) return value(decisive);
  return firstFault(parts) ?? value(!decisive);
}

function fromAnswer(state: State, read: (answer: Json) => Scalar): Outcome {
  switch (state.state) {
    case "not_asked":
      return missing([]);
    case "answer":
      return value(read(state.answer));
    case "missing":
      return missing(state.needs);
    case "error":
      return state;
  }
}

function score(name: string, atHand: AtHand, sight: Sight): Outcome {
  const state = sight.state(name, atHand);
  const kind = kindOf(name, sight);
  if (state.state !== "answer" || kind.type !== "choice") return fromAnswer(state, String);
  const option = kind.options.find(({ code }) => code === state.answer);
  return option === undefined || option.score === null ? missing([sight.path(name, atHand)]) : value(option.score);
}

function kindOf(name: string, sight: Sight): Kind {
  const question = sight.form.byName.get(name);
  if (question === undefined) throw new Error(`no question ${name}`);
  return question.kind;
}

function scalarOf(kind: Kind, answer: Json): Scalar {
  if (typeof answer === "number") return BigInt(answer);
  if (typeof answer === "boolean") return answer;
  return kind.type === "decimal" ? (decimalUnits(String(answer), kind.scale) ?? 0n) : String(answer);
}

function withValues(parts: Outcome[], then: (values: Scalar[]) => Outcome): Outcome {
  return firstFault(parts) ?? then(valuesOf(parts));
}

function withNumbers(parts: Outcome[], then: (numbers: bigint[]) => Outcome): Outcome {
  return withValues(parts, (values) => then(values.map((each) => (typeof each === "bigint" ? each : 0n))));
}

function withTexts(parts: Outcome[], then: (left: string, right: string) => Outcome): Outcome {
  return withValues(parts, ([left, right]) => then(String(left), String(right)));
}

function quotient(left: bigint, right: bigint, round: Rounding): bigint {
  const down = left / right;
  const rest = left % right;
  if (rest === 0n) return down;
  const away = down + (left < 0n === right < 0n ? 1n : -1n);
  const size = (number: bigint): bigint => (number < 0n ? -number : number);
  const half = size(rest) * 2n >= size(right);
  return round === "up" || (round === "half_up" && half) ? away : down;
}

function compare(is: Comparison, left: Scalar, right: Scalar): boolean {
  switch (is) {
    case "eq":
      return left === right;
    case "ne":
      return left !== right;
    case "lt":
      return left < right;
    case "le":
      return left <= right;
    case "gt":
      return left > right;
    case "ge":
      return left >= right;
  }
}
