/** JSON, and the texts that the page compares: by code points, never by UTF-16 units. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of the object itself: `{}` has no member `constructor`, nor `__proto__`. */
export function member(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function compareByCodePoints(left: string, right: string): number {
  const lefts = Array.from(left, (character) => character.codePointAt(0) ?? 0);
  const rights = Array.from(right, (character) => character.codePointAt(0) ?? 0);
  const shared = Math.min(lefts.length, rights.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (lefts[index] ?? 0) - (rights[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return lefts.length - rights.length;
}

export function sortedKeys(object: JsonObject): string[] {
  return Object.keys(object).sort(compareByCodePoints);
}

export function countCharacters(text: string): number {
  return Array.from(text).length;
}

export function isBlank(text: string): boolean {
  return /^\p{White_Space}*$/u.test(text);
}

/** One more step of a JSON pointer (RFC 6901). */
export function below(pointer: string, step: string | number): string {
  return `${pointer}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Puts a plain member, also where the key is `__proto__`. */
export function put(object: JsonObject, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}
