/** A form that was read, and how its parts are named: `question`, `group.field`, `computed_value`. */
import type { Excuse, Rule } from "./rule.js";
import type { Json } from "./json.js";

export interface Option {
  code: string;
  score: bigint | null;
  alone: boolean;
}

export interface RowsKind {
  type: "rows";
  rowsMax: number;
  fields: Question[];
}

export type Kind =
  | { type: "choice" | "choices"; options: Option[] }
  | { type: "integer"; min: bigint; max: bigint }
  | { type: "decimal"; scale: number; min: bigint; max: bigint }
  | { type: "fen" | "date" | "yes_no" | "id_number" | "photo" | "signature" | "location" }
  | { type: "text"; charactersMax: number }
  | { type: "area_code"; digits: number }
  | { type: "row_of"; group: string }
  | RowsKind;

export interface PrefillRows {
  from: string;
  /** Field id to the name of the record's field. */
  fields: Map<string, string>;
}

export interface Question {
  /** `question`, or `group.field`. */
  name: string;
  id: string;
  /** The group whose field this is. */
  group: string | null;
  required: boolean;
  askedWhen: Rule | null;
  mayBe: Excuse[];
  prefill: Rule | null;
  prefillRows: PrefillRows | null;
  kind: Kind;
  at: string;
}

export interface Computed {
  name: string;
  rule: Rule;
  each: string | null;
  because: string[];
  suggests: boolean;
  labels: string[] | null;
  at: string;
}

export interface Check {
  target: string;
  rule: Rule;
  at: string;
}

export type Holds = { type: "number" | "truth" | "date" } | { type: "code"; codes: string[] };

export interface Given {
  name: string;
  holds: Holds;
}

export interface Form {
  id: string;
  version: number;
  /** In the order of the form; fields are inside their groups. */
  questions: Question[];
  computed: Computed[];
  checks: Check[];
  /** Questions and fields by name. */
  byName: Map<string, Question>;
  computedByName: Map<string, Computed>;
  givenByName: Map<string, Given>;
  /** Names of questions, fields and computed values, each after all that it needs. */
  order: string[];
}

export type Answers = { [id: string]: Json };

export function fieldsOf(question: Question): Question[] {
  return question.kind.type === "rows" ? question.kind.fields : [];
}
