// What a checker throws. Caught in one place, where a world is run.

/** A rule of the protocol, or of the world's promise to its users, is broken. */
export class Violation extends Error {
  override readonly name = "Violation";
  /** The check that found it: `agreement`, `validity`, … Shrinking keeps it. */
  readonly check: string;

  constructor(check: string, message: string) {
    super(message);
    this.check = check;
  }
}

/** What was thrown in a world, as a violation. @param check whose it is where no check threw it */
export function asViolation(error: unknown, check: string): Violation {
  if (error instanceof Violation) return error;
  return new Violation(check, error instanceof Error ? (error.stack ?? error.message) : String(error));
}
