/** What a rule is, once its shape was read. Each one remembers where it stands in the form. */

export const COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export const ROUNDINGS = ["down", "up", "half_up"] as const;
export type Rounding = (typeof ROUNDINGS)[number];

export const EXCUSES = ["unknown", "refused"] as const;
export type Excuse = (typeof EXCUSES)[number];

export interface Band {
  id: string;
  min: bigint;
  max: bigint;
}

export interface Case {
  when: Rule;
  then: Rule;
}

type Operation =
  | { op: "int"; value: bigint }
  | { op: "bool"; value: boolean }
  | { op: "code" | "date"; value: string }
  | { op: "answer" | "answered" | "score" | "id_birth_date" | "id_sex" | "row"; of: string }
  | { op: "said"; of: string; code: Excuse }
  | { op: "chosen"; of: string; option: string }
  | { op: "scores"; of: string[] }
  | { op: "count"; of: string[]; equals: string }
  | { op: "computed" | "given"; name: string }
  | { op: "sum" | "least" | "greatest" | "and" | "or"; of: Rule[] }
  | { op: "minus" | "multiply"; left: Rule; right: Rule }
  | { op: "divide"; left: Rule; right: Rule; round: Rounding }
  | { op: "years_between" | "days_between"; from: Rule; to: Rule }
  | { op: "compare"; is: Comparison; left: Rule; right: Rule }
  | { op: "one_of"; of: Rule; codes: string[] }
  | { op: "not" | "known"; of: Rule }
  | { op: "if"; cond: Rule; then: Rule; else: Rule }
  | { op: "first"; cases: Case[]; else: Rule }
  | { op: "default"; of: Rule; else: Rule }
  | { op: "grade"; of: Rule; bands: Band[] }
  | { op: "rows_count"; over: string; where: Rule | null }
  | { op: "rows_sum"; over: string; where: Rule | null; of: Rule }
  | { op: "rows_any" | "rows_all"; over: string; of: Rule };

export type Rule = Operation & { at: string };
