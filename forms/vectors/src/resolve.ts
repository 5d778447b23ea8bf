/** Looks up every name of a rule: is it there, is its row at hand, what does it need, what does it cost. */
import { refuse } from "./fault.js";
import type { Computed, Given, Question, RowsKind } from "./form.js";
import { partsBeside, partsForEachRow, placeOfName } from "./read_rule.js";
import type { Rule } from "./rule.js";

const GROUPS_AT_HAND_MAX = 2;

export interface Names {
  byName: Map<string, Question>;
  computedByName: Map<string, Computed>;
  givenByName: Map<string, Given>;
}

/** What a rule uses, with the places where it does. */
export interface Uses {
  /** Questions, fields and computed values. */
  needs: Map<string, string>;
  givenAt: string | null;
  answersAt: string | null;
  /** Without counting rows, and with them. */
  nodes: number;
  cost: number;
}

export class Resolver {
  constructor(private readonly names: Names) {}

  /** With rows of these groups at hand. */
  uses(rule: Rule, atHand: string[]): Uses {
    const uses: Uses = { needs: new Map(), givenAt: null, answersAt: null, nodes: 0, cost: 0 };
    this.visit(rule, atHand, uses);
    return uses;
  }

  private visit(rule: Rule, atHand: string[], uses: Uses): void {
    const named = this.namesOf(rule, atHand, uses);
    const times = atHand.reduce((product, group) => product * this.groupKind(group, rule.at).rowsMax, 1);
    uses.nodes += 1 + named;
    uses.cost += (1 + named) * times;
    for (const part of partsBeside(rule)) this.visit(part, atHand, uses);
    if ("over" in rule) {
      for (const part of partsForEachRow(rule)) this.visit(part, [...atHand, rule.over], uses);
    }
  }

  /** Looks up the names in one node; gives how many questions it names. */
  private namesOf(rule: Rule, atHand: string[], uses: Uses): number {
    switch (rule.op) {
      case "answer":
      case "answered":
      case "said":
      case "chosen":
      case "score":
      case "id_birth_date":
      case "id_sex":
        this.question(rule.of, rule.at, atHand, uses);
        return 1;
      case "scores":
      case "count":
        rule.of.forEach((name, index) => this.question(name, placeOfName(rule, index), atHand, uses));
        return rule.of.length;
      case "row":
        this.groupKind(rule.of, rule.at);
        if (!atHand.includes(rule.of)) refuse("no_row", rule.at);
        uses.answersAt ??= rule.at;
        return 1;
      case "rows_count":
      case "rows_sum":
      case "rows_any":
      case "rows_all": {
        this.groupKind(rule.over, rule.at);
        const tooMany = atHand.length >= GROUPS_AT_HAND_MAX;
        if (atHand.includes(rule.over) || tooMany) refuse("no_row", rule.at);
        uses.answersAt ??= rule.at;
        uses.needs.set(rule.over, rule.at);
        return 1;
      }
      case "computed": {
        const computed = this.names.computedByName.get(rule.name) ?? refuse("unknown_reference", rule.at);
        if (computed.each !== null && !atHand.includes(computed.each)) refuse("no_row", rule.at);
        uses.needs.set(rule.name, rule.at);
        return 0;
      }
      case "given":
        if (!this.names.givenByName.has(rule.name)) refuse("unknown_reference", rule.at);
        uses.givenAt ??= rule.at;
        return 0;
      default:
        return 0;
    }
  }

  private question(name: string, at: string, atHand: string[], uses: Uses): void {
    const question = this.names.byName.get(name) ?? refuse("unknown_reference", at);
    if (question.group !== null && !atHand.includes(question.group)) refuse("no_row", at);
    uses.answersAt ??= at;
    uses.needs.set(name, at);
  }

  private groupKind(name: string, at: string): RowsKind {
    const kind = this.names.byName.get(name)?.kind;
    return kind?.type === "rows" ? kind : refuse("unknown_reference", at);
  }
}
