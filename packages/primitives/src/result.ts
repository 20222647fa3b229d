// Results: how a peer's or a user's mistake is told. A bug of ours is an assertion instead (assert.ts).

/** A refusal: a stable `code` for programs and, where it helps, a `detail` for people. Changes nothing. */
export interface Refusal<Code extends string = string> {
  readonly ok: false;
  readonly code: Code;
  readonly detail?: string;
}

/** Either a value, or a refusal with a code. Never thrown. */
export type Result<T, Code extends string = string> =
  | { readonly ok: true; readonly value: T }
  | Refusal<Code>;

/** Wraps a value into a successful result. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** Makes a refusal. `detail` says what was found and what was expected, without a full stop. */
export function refuse<Code extends string>(code: Code, detail?: string): Refusal<Code> {
  return detail === undefined ? { ok: false, code } : { ok: false, code, detail };
}
