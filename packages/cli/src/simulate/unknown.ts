// What is told of a name that nothing has.
import { meant } from "../config/nearest.ts";
import { badInput, type CommandFailure } from "../exit.ts";

/** There is no such thing; the nearest name, if one is near. */
export function unknown(
  option: string,
  found: string,
  known: readonly string[],
  what: string,
): CommandFailure {
  const guess = meant(found, known);
  const hint = guess === undefined ? "" : ` Did you mean ${guess}?`;
  return badInput(
    `unknown-${what}`,
    `${option} ${found || '""'}: there is no such ${what}.${hint} --list names all there are`,
  );
}
