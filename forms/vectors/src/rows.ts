/** Operators that go over the rows of a group. */
import { decide, evaluate, sum, term } from "./evaluate.js";
import type { AtHand, Sight } from "./evaluate.js";
import { isTrue, missing, value } from "./outcome.js";
import type { Outcome } from "./outcome.js";
import type { Rule } from "./rule.js";

type OverRows = Extract<Rule, { over: string }>;

export function overRows(rule: OverRows, atHand: AtHand, sight: Sight): Outcome {
  const group = sight.state(rule.over, atHand);
  if (group.state === "error") return group;
  if (group.state === "missing") return missing(group.needs);
  const rows = group.state === "not_asked" ? [] : sight.rowsOf(rule.over);
  const hands = rows.map((row) => new Map([...atHand, [rule.over, row]]));
  switch (rule.op) {
    case "rows_any":
      return decide(hands.map((hand) => evaluate(rule.of, hand, sight)), true);
    case "rows_all":
      return decide(hands.map((hand) => evaluate(rule.of, hand, sight)), false);
    case "rows_count":
      return sum(hands.flatMap((hand) => ofRow(rule.where, hand, sight, () => value(1n))));
    case "rows_sum":
      return sum(hands.flatMap((hand) => ofRow(rule.where, hand, sight, () => term(rule.of, hand, sight))));
  }
}

/** What one row adds: `of` if `where` is true; what stopped `where`, if something did. */
function ofRow(where: Rule | null, hand: AtHand, sight: Sight, of: () => Outcome): Outcome[] {
  const outcome = where === null ? value(true) : evaluate(where, hand, sight);
  if (isTrue(outcome)) return [of()];
  return outcome.state === "value" ? [] : [outcome];
}
