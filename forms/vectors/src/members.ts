/** Reads a JSON object member by member; what is left over, or does not fit, is refused. */
import { refuse } from "./fault.js";
import { below, isObject, member } from "./json.js";
import type { Json, JsonObject } from "./json.js";

export interface Item {
  value: Json;
  at: string;
}

const ID = /^[a-z][a-z0-9_]{0,63}$/;
const CODE = /^[a-z0-9_]{1,64}$/;

export class Members {
  private readonly object: JsonObject;
  private readonly read = new Set<string>();

  constructor(
    value: Json,
    readonly at: string,
  ) {
    this.object = isObject(value) ? value : refuse("malformed", at);
  }

  /** To be called when everything was read. */
  done(): void {
    for (const key of Object.keys(this.object)) {
      if (!this.read.has(key)) refuse("malformed", below(this.at, key));
    }
  }

  place(key: string): string {
    return below(this.at, key);
  }

  /** The member, or null if it is left out or null. */
  optional(key: string): Json {
    this.read.add(key);
    return member(this.object, key) ?? null;
  }

  has(key: string): boolean {
    return this.optional(key) !== null;
  }

  /** Whether the member is there at all, if only as null. */
  stands(key: string): boolean {
    return Object.hasOwn(this.object, key);
  }

  keys(): string[] {
    return Object.keys(this.object);
  }

  item(key: string): Item {
    const value = this.optional(key);
    if (value === null) return refuse("malformed", this.at);
    return { value, at: this.place(key) };
  }

  text(key: string): string {
    return readText(this.item(key));
  }

  id(key: string): string {
    const text = this.text(key);
    return ID.test(text) ? text : refuse("bad_id", this.place(key));
  }

  code(key: string, faultAt = this.place(key)): string {
    return readCode({ ...this.item(key), at: faultAt });
  }

  boolean(key: string): boolean {
    const { value, at } = this.item(key);
    return typeof value === "boolean" ? value : refuse("malformed", at);
  }

  flag(key: string): boolean {
    return this.has(key) && this.boolean(key);
  }

  /** A whole number in the range of numbers. */
  integer(key: string, faultAt = this.place(key)): number {
    const { value, at } = this.item(key);
    if (typeof value !== "number" || !Number.isInteger(value)) return refuse("malformed", at);
    return Number.isSafeInteger(value) ? value : refuse("bad_range", faultAt);
  }

  integerWithin(key: string, min: number, max: number): number {
    const value = this.integer(key);
    return value >= min && value <= max ? value : refuse("bad_range", this.place(key));
  }

  list(key: string): Item[] {
    return readList(this.item(key));
  }

  /** A list with something in it. */
  someOf(key: string): Item[] {
    const items = this.list(key);
    return items.length > 0 ? items : refuse("empty", this.place(key));
  }

  oneOf<Word extends string>(key: string, words: readonly Word[]): Word {
    const { value, at } = this.item(key);
    return words.find((word) => word === value) ?? refuse("malformed", at);
  }
}

export function readList({ value, at }: Item): Item[] {
  if (!Array.isArray(value)) return refuse("malformed", at);
  return value.map((each, index) => ({ value: each, at: below(at, index) }));
}

export function readText({ value, at }: Item): string {
  return typeof value === "string" ? value : refuse("malformed", at);
}

export function readCode(item: Item): string {
  const text = readText(item);
  return CODE.test(text) ? text : refuse("bad_id", item.at);
}

/** Refuses the second of two that are the same. */
export function once(seen: Set<string>, name: string, at: string): void {
  if (seen.has(name)) refuse("duplicate", at);
  seen.add(name);
}
