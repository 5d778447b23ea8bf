/** Reads what kind of answer a question takes. */
import { refuse } from "./fault.js";
import type { Kind, Option, Question } from "./form.js";
import { Members, once } from "./members.js";
import type { Item } from "./members.js";

const ROWS_MAX = 1000;
const SCALE_MAX = 6;

export function readKind(item: Item, readField: ((item: Item) => Question) | null): Kind {
  const members = new Members(item.value, item.at);
  const kind = readType(members, members.text("type"), readField);
  members.done();
  return kind;
}

function readType(members: Members, type: string, readField: ((item: Item) => Question) | null): Kind {
  switch (type) {
    case "choice":
    case "choices":
      return { type, options: readOptions(members, type) };
    case "integer":
      return { type, ...readBounds(members) };
    case "decimal":
      return { type, scale: members.integerWithin("scale", 1, SCALE_MAX), ...readBounds(members) };
    case "fen":
    case "date":
    case "yes_no":
    case "id_number":
    case "photo":
    case "signature":
    case "location":
      return { type };
    case "text":
      return { type, charactersMax: members.integerWithin("max_chars", 1, Number.MAX_SAFE_INTEGER) };
    case "area_code": {
      const digits = members.integer("digits");
      return [6, 9, 12].includes(digits) ? { type, digits } : refuse("bad_range", members.place("digits"));
    }
    case "row_of":
      return { type, group: members.text("group") };
    case "rows":
      if (readField === null) return refuse("not_here", members.at);
      return {
        type,
        rowsMax: members.integerWithin("max_rows", 1, ROWS_MAX),
        fields: members.someOf("questions").map(readField),
      };
    default:
      return refuse("malformed", members.at);
  }
}

function readBounds(members: Members): { min: bigint; max: bigint } {
  const min = members.integer("min");
  const max = members.integer("max");
  return min <= max ? { min: BigInt(min), max: BigInt(max) } : refuse("bad_range", members.at);
}

function readOptions(members: Members, type: "choice" | "choices"): Option[] {
  const seen = new Set<string>();
  return members.someOf("options").map(({ value, at }) => {
    const one = new Members(value, at);
    const code = one.code("code", at);
    one.text("label_zh");
    if (one.has(type === "choice" ? "alone" : "score")) return refuse("not_here", at);
    const score = one.has("score") ? BigInt(one.integer("score")) : null;
    const alone = one.flag("alone");
    one.done();
    once(seen, code, at);
    return { code, score, alone };
  });
}
