/** What rules see of a question: whether it is asked, and its answer. */
import { groupIsIllTyped, holdsNothing, isExcuse, typeProblems } from "./answer.js";
import type { Question } from "./form.js";
import type { Json } from "./json.js";
import { failure, isFalse, missing } from "./outcome.js";
import type { Failure, Missing, Outcome } from "./outcome.js";

export type State =
  | { state: "not_asked" }
  | Failure
  /** `said` is `unknown` or `refused`, where that is the answer. */
  | (Missing & { said?: Json })
  | { state: "answer"; answer: Json };

/** In the order of the page: not asked, error, missing, answer. */
export function stateOf(question: Question, asked: Outcome, answer: Json | undefined, path: string): State {
  if (isFalse(asked)) return { state: "not_asked" };
  if (asked.state === "error") return asked;
  if (answer !== undefined && isIllTyped(question, answer)) return failure("ill_typed_answer");
  if (asked.state === "missing") return asked;
  if (answer === undefined || holdsNothing(question.kind, answer)) return missing([path]);
  return isExcuse(question, answer) ? { ...missing([path]), said: answer } : { state: "answer", answer };
}

export function isIllTyped(question: Question, answer: Json): boolean {
  if (question.kind.type === "rows") return groupIsIllTyped(question.kind.rowsMax, answer);
  return typeProblems(question, answer, "").length > 0;
}
