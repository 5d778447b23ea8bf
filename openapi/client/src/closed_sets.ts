// What a client in TypeScript is promised: every closed set of the contract is a union of its words, and a
// message has the shape that the service answers. There is nothing to run here: it compiles, or it does not.

import type { components, paths } from "../generated/contract.js";

type Schemas = components["schemas"];
type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: { 200: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type IsUnionOfWords<T> = [T] extends [string] ? (string extends T ? false : true) : false;
type Holds<T extends true> = T;

export type Promises = [
  Holds<Same<Schemas["Verdict"], "applied" | "merged" | "conflict" | "quarantined" | "rejected">>,
  Holds<Same<Schemas["StreamKind"], "caseload" | "user" | "reference">>,
  Holds<Same<Schemas["Due"], "new_password" | "second_factor">>,
  Holds<Same<Schemas["AssessmentStatus"], "draft" | "submitted" | "in_review" | "returned" | "accepted">>,
  Holds<IsUnionOfWords<Schemas["Reason"]>>,
  Holds<IsUnionOfWords<Schemas["Role"]>>,
  Holds<IsUnionOfWords<Schemas["FindStatus"]>>,
  Holds<IsUnionOfWords<Schemas["Purpose"]>>,
  Holds<IsUnionOfWords<Schemas["Education"]>>,
  Holds<IsUnionOfWords<Schemas["AssessmentDocument"]["status"] & string>>,
  Holds<Same<Answer<"/v1/sync/push", "post">["outcomes"][number], Schemas["Outcome"]>>,
  Holds<Same<Schemas["Outcome"]["outcome"], Schemas["Verdict"]>>,
  Holds<Same<NonNullable<Schemas["Outcome"]["reason"]>, Schemas["Reason"]>>,
  Holds<Same<Answer<"/v1/desk/assessments/{record}/accept", "post">, Schemas["Outcome"]>>,
  Holds<Same<Answer<"/v1/me", "get">["roles"][number]["role"], Schemas["Role"]>>,
];

/** A switch over a closed set is whole, and the compiler knows it. */
export function isEffective(outcome: Schemas["Outcome"]): boolean {
  switch (outcome.outcome) {
    case "applied":
    case "merged":
    case "conflict":
      return true;
    case "quarantined":
    case "rejected":
      return false;
  }
}

/** A push as a tablet writes it. */
export function push(epoch: string, edits: Schemas["EditBody"][]): Schemas["PushBody"] {
  return { protocol: 1, epoch, edits };
}

/** What a value came to: of three, told apart by `state`. */
export function shown(worked: Schemas["RuleOutcome"]): string {
  switch (worked.state) {
    case "value":
      return String(worked.value);
    case "missing":
      return worked.needs.join(", ");
    case "error":
      return worked.error;
  }
}
