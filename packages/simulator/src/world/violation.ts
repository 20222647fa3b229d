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
