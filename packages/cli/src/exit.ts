// How a command ends: exit codes, and failures that say what happened, why, and what to do.

/** Exit codes (README, "Exit codes"). */
export const EXIT = {
  /** Done. */
  done: 0,
  /** It ran, and the answer is no. */
  no: 1,
  /** Bad arguments, configuration or input. */
  input: 2,
  /** It could not: network, disk, lock. */
  unable: 3,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake in a file or an argument, by field. */
export interface FieldProblem {
  readonly field: string;
  readonly found: string;
  readonly expected: string;
  /** Where it stands: a file with its line, a variable, a flag. */
  readonly source?: string;
}

/** A failure that ends a command: told on standard error, or as `{"error":…}` with `--json`. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: ExitCode;
  /** Stable, for programs. */
  readonly reason: string;
  readonly problems: readonly FieldProblem[];

  /** @param message what happened, why, and what to do */
  constructor(exitCode: ExitCode, reason: string, message: string, problems: readonly FieldProblem[] = []) {
    super(message);
    this.exitCode = exitCode;
    this.reason = reason;
    this.problems = problems;
  }
}

/** A failure by bad arguments or input. */
export function badInput(
  reason: string,
  message: string,
  problems?: readonly FieldProblem[],
): CommandFailure {
  return new CommandFailure(EXIT.input, reason, message, problems);
}

/** The failure of a command that threw what nobody expected: a bug of ours, told so that it can be reported. */
export function bugFailure(error: unknown): CommandFailure {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // The first place of ours that the stack names: enough to find it by, without the whole stack.
  const place = /\bpackages\/\S+?:\d+:\d+|\bnode_modules\/\S+?:\d+:\d+/.exec(
    (error instanceof Error && error.stack) || "",
  );
  const where = place === null ? "" : ` (at ${place[0]})`;
  return new CommandFailure(
    EXIT.unable,
    "bug",
    `this is a bug of witan: ${text}${where}. Please report it, with what you ran`,
  );
}
