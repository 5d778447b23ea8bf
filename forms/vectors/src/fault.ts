/** Why a form is refused, and where in it. */

export type FaultCode =
  | "malformed"
  | "unknown_reference"
  | "duplicate"
  | "no_row"
  | "wrong_type"
  | "given_not_here"
  | "answer_not_here"
  | "cycle"
  | "empty"
  | "bad_bands"
  | "bad_range"
  | "bad_id"
  | "bad_date"
  | "not_here"
  | "too_costly";

export class Fault extends Error {
  constructor(
    readonly code: FaultCode,
    readonly at: string,
  ) {
    super(`${at}: ${code}`);
  }
}

export function refuse(code: FaultCode, at: string): never {
  throw new Fault(code, at);
}
