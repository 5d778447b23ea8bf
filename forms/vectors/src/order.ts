/** An order in which everything can be worked out: each name after all that it needs. */
import { refuse } from "./fault.js";

/**
 * `needs` has the names in the form's order. A cycle is refused at the place of the first of its names, in
 * that order, that has a rule.
 */
export function orderOf(needs: Map<string, string[]>, placeOf: Map<string, string>): string[] {
  const names = [...needs.keys()];
  const order: string[] = [];
  const done = new Set<string>();
  const open = new Map<string, Iterator<string>>();
  for (const root of names) {
    // Not by recursion: a chain may be as long as the form is.
    const path: string[] = [];
    const enter = (name: string): void => {
      if (done.has(name)) return;
      if (open.has(name)) refuse("cycle", placeOfCycle(path.slice(path.indexOf(name)), names, placeOf));
      open.set(name, (needs.get(name) ?? []).values());
      path.push(name);
    };
    enter(root);
    for (let name = path.at(-1); name !== undefined; name = path.at(-1)) {
      const next = open.get(name)?.next();
      if (next === undefined || next.done) {
        path.pop();
        open.delete(name);
        done.add(name);
        order.push(name);
      } else {
        enter(next.value);
      }
    }
  }
  return order;
}

function placeOfCycle(cycle: string[], names: string[], placeOf: Map<string, string>): string {
  const first = names.find((name) => cycle.includes(name) && placeOf.has(name));
  return (first === undefined ? undefined : placeOf.get(first)) ?? "";
}
