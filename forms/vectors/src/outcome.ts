/** What a rule comes to: a value, missing, or a named error. */
import { compareByCodePoints } from "./json.js";
import type { Json, JsonObject } from "./json.js";

/** Numbers are `bigint`, codes, dates and rows are text. */
export type Scalar = bigint | boolean | string;
export type ErrorName = "ill_typed_answer" | "overflow" | "no_band" | "division_by_zero";

export interface Missing {
  state: "missing";
  needs: string[];
}
export interface Failure {
  state: "error";
  error: ErrorName;
}
export type Outcome = { state: "value"; value: Scalar } | Missing | Failure;

const MAX = 2n ** 53n - 1n;

export function value(of: Scalar): Outcome {
  return { state: "value", value: of };
}

export function missing(needs: Iterable<string>): Missing {
  return { state: "missing", needs: [...new Set(needs)].sort(compareByCodePoints) };
}

export function failure(error: ErrorName): Failure {
  return { state: "error", error };
}

export function inRange(number: bigint): Outcome {
  return number >= -MAX && number <= MAX ? value(number) : failure("overflow");
}

export function isTrue(outcome: Outcome): boolean {
  return outcome.state === "value" && outcome.value === true;
}

export function isFalse(outcome: Outcome): boolean {
  return outcome.state === "value" && outcome.value === false;
}

/** The first error in the order of the text beats everything, then missing, with all that the parts need. */
export function firstFault(parts: Outcome[]): Missing | Failure | null {
  for (const part of parts) if (part.state === "error") return part;
  const lacking = parts.filter((part): part is Missing => part.state === "missing");
  return lacking.length === 0 ? null : missing(lacking.flatMap(({ needs }) => needs));
}

/** The values of parts in which `firstFault` finds nothing. */
export function valuesOf(parts: Outcome[]): Scalar[] {
  return parts.flatMap((part) => (part.state === "value" ? [part.value] : []));
}

export function outcomeJson(outcome: Outcome): JsonObject {
  switch (outcome.state) {
    case "value":
      return { state: "value", value: scalarJson(outcome.value) };
    case "missing":
      return { state: "missing", needs: outcome.needs };
    case "error":
      return { state: "error", error: outcome.error };
  }
}

export function scalarJson(scalar: Scalar): Json {
  return typeof scalar === "bigint" ? Number(scalar) : scalar;
}
