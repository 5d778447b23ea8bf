/** Whether an answer is of its question's kind; asked or not, required or not. */
import { isDate } from "./calendar.js";
import { citizenNumberProblem } from "./citizen_number.js";
import type { Kind, Option, Question } from "./form.js";
import { below, countCharacters, isBlank, isObject, sortedKeys } from "./json.js";
import type { Json } from "./json.js";

export interface Problem {
  path: string;
  code: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The largest latitude, longitude and accuracy, and the smallest. */
const LOCATION_MAX = [90_000_000, 180_000_000, 1_000_000];
const LOCATION_MIN = [-90_000_000, -180_000_000, 0];

/** `unknown` or `refused`, where the question allows it. */
export function isExcuse(question: Question, answer: Json): boolean {
  return question.mayBe.some((excuse) => excuse === answer);
}

/** Not for rows, which are looked at row by row. */
export function typeProblems(question: Question, answer: Json, path: string): Problem[] {
  if (isExcuse(question, answer)) return [];
  const { kind } = question;
  if (kind.type === "choices") return choicesProblems(kind.options, answer, path);
  const code = problemOf(kind, answer);
  return code === null ? [] : [{ path, code }];
}

function choicesProblems(options: Option[], answer: Json, path: string): Problem[] {
  if (!isObject(answer)) return [{ path, code: "wrong_type" }];
  return sortedKeys(answer).flatMap((key) => {
    const at = below(path, key);
    if (!options.some(({ code }) => code === key)) return [{ path: at, code: "unknown_option" }];
    return answer[key] === true ? [] : [{ path: at, code: "wrong_type" }];
  });
}

function problemOf(kind: Kind, answer: Json): string | null {
  switch (kind.type) {
    case "integer":
      return wholeProblem(answer, kind.min, kind.max);
    case "fen":
      return wholeProblem(answer, 0n, BigInt(Number.MAX_SAFE_INTEGER));
    case "yes_no":
      return typeof answer === "boolean" ? null : "wrong_type";
    case "location":
      return locationProblem(answer);
    default:
      return typeof answer === "string" ? textProblem(kind, answer) : "wrong_type";
  }
}

function wholeProblem(answer: Json, min: bigint, max: bigint): string | null {
  if (typeof answer !== "number" || !Number.isInteger(answer)) return "wrong_type";
  return BigInt(answer) >= min && BigInt(answer) <= max ? null : "out_of_range";
}

function locationProblem(answer: Json): string | null {
  if (!Array.isArray(answer)) return "wrong_type";
  const fits = answer.every((part, index) => {
    const [min, max] = [LOCATION_MIN[index] ?? 0, LOCATION_MAX[index] ?? 0];
    return typeof part === "number" && Number.isInteger(part) && part >= min && part <= max;
  });
  return fits && answer.length === LOCATION_MAX.length ? null : "location_expected";
}

function textProblem(kind: Kind, answer: string): string | null {
  switch (kind.type) {
    case "choice":
      return kind.options.some(({ code }) => code === answer) ? null : "unknown_option";
    case "decimal": {
      const units = decimalUnits(answer, kind.scale);
      if (units === null) return "not_a_decimal";
      return units >= kind.min && units <= kind.max ? null : "out_of_range";
    }
    case "date":
      return isDate(answer) ? null : "not_a_date";
    case "text":
      return countCharacters(answer) <= kind.charactersMax ? null : "too_long";
    case "id_number":
      return citizenNumberProblem(answer);
    case "area_code":
      return answer.length === kind.digits && /^[0-9]*$/.test(answer) ? null : "area_code_expected";
    case "photo":
    case "signature":
      return UUID.test(answer) ? null : "record_expected";
    default:
      return null;
  }
}

/** A decimal in units of its last place, or null if the text is none. */
export function decimalUnits(text: string, scale: number): bigint | null {
  const parts = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text);
  const [, sign = "", whole = "", fraction = ""] = parts ?? [];
  if (parts === null || fraction.length > scale) return null;
  const units = BigInt(whole + fraction.padEnd(scale, "0"));
  return sign === "-" ? -units : units;
}

/** How units of the last place are written, with every place. */
export function decimalText(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const sign = units < 0n ? "-" : "";
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Whether there is nothing in a well-typed answer. */
export function holdsNothing(kind: Kind, answer: Json | undefined): boolean {
  if (answer === undefined) return true;
  switch (kind.type) {
    case "text":
    case "row_of":
      return typeof answer === "string" && isBlank(answer);
    case "choices":
    case "rows":
      return isObject(answer) && Object.keys(answer).length === 0;
    default:
      return false;
  }
}

/** A group's own problems, without those inside its fields. */
export function groupIsIllTyped(rowsMax: number, answer: Json): boolean {
  if (!isObject(answer)) return true;
  const rows = Object.values(answer);
  return rows.length > rowsMax || !rows.every(isObject);
}
