/** Compares what another implementation computed, line by line, with what this one does. */
import { Assessment } from "./assessment.js";
import type { GivenValues } from "./assessment.js";
import { checkDraft, checkSubmission } from "./check.js";
import type { Answers, Form } from "./form.js";
import { isObject } from "./json.js";
import type { Json, JsonObject } from "./json.js";
import { parseForm } from "./parse.js";
import { prefill } from "./prefill.js";
import type { Records } from "./prefill.js";
import { isSame, problemsJson } from "./vectors.js";

/** Whatever a run should have met, or it was a poor one: errors, and problems. */
const TO_BE_MET = [
  ...["value", "missing", "ill_typed_answer", "overflow", "no_band", "division_by_zero"],
  ...["wrong_type", "unknown_option", "not_a_date", "not_a_decimal", "too_long", "out_of_range"],
  ...["id_no_malformed", "id_no_birth_date", "id_no_check_digit", "area_code_expected", "record_expected"],
  ...["location_expected", "too_many_rows", "required", "not_alone", "unknown_row", "rule_error", "check_failed"],
];

interface FormLine {
  form: Json;
}

interface AnswersLine {
  answers: Answers;
  given: GivenValues;
  records?: Records;
  computed: Json;
  draft: Json;
  submission: Json;
  prefill?: Json;
}

export class Differ {
  compared = 0;
  /** How often each state, error and problem came up. */
  readonly met = new Map<string, number>();
  private form: Form | null = null;

  /** What differs in a line, or null. */
  line(text: string): string | null {
    const line = JSON.parse(text) as FormLine | AnswersLine;
    if ("form" in line) {
      this.form = parseForm(line.form);
      return null;
    }
    if (this.form === null) return "the first line must be a form";
    this.compared += 1;
    const mine: JsonObject = {
      computed: new Assessment(this.form, line.answers, line.given).toJson(),
      draft: problemsJson(checkDraft(this.form, line.answers)),
      submission: problemsJson(checkSubmission(this.form, line.answers)),
      prefill: prefill(this.form, line.given, line.records ?? {}),
    };
    this.count(mine);
    for (const key of ["computed", "draft", "submission", "prefill"] as const) {
      const theirs = line[key];
      const ours = mine[key] ?? null;
      if (theirs !== undefined && !isSame(theirs, ours)) {
        return `${this.form.id}: ${key}: ${difference(theirs, ours)}\n  ${text.slice(0, 4000)}`;
      }
    }
    return null;
  }

  neverMet(): string[] {
    return TO_BE_MET.filter((name) => !this.met.has(name));
  }

  private count(mine: JsonObject): void {
    for (const [, found] of JSON.stringify(mine).matchAll(/"(?:state|error|code)":"([a-z_]+)"/g)) {
      if (found !== undefined) this.met.set(found, (this.met.get(found) ?? 0) + 1);
    }
  }
}

function difference(theirs: Json, ours: Json): string {
  if (isObject(theirs) && isObject(ours)) {
    const names = [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
    const name = names.find((each) => !isSame(theirs[each] ?? null, ours[each] ?? null)) ?? "";
    return `${name}: theirs ${JSON.stringify(theirs[name])}, ours ${JSON.stringify(ours[name])}`;
  }
  return `theirs ${JSON.stringify(theirs)}, ours ${JSON.stringify(ours)}`;
}
