// Assertions: for bugs of ours only, on in production. After one fails the process must stop.

/** An invariant of the program does not hold. Never a consequence of input from outside. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/**
 * Stops the program if an invariant does not hold.
 * @throws {AssertionError} if `condition` is false
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/**
 * The value of something that must be there.
 * @throws {AssertionError} if it is undefined
 */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new AssertionError(`${what} is missing`);
  return value;
}

/**
 * Closes an exhaustive switch: the compiler refuses the call while a case is open.
 * @throws {AssertionError} always
 */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable case: ${JSON.stringify(value)}`);
}
