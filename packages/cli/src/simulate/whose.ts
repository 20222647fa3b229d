// What is told of a name that the protocol asked for does not have: whose it is, where another has it.
import { PROTOCOLS, type Protocol } from "@witan/simulator";
import { badInput, type CommandFailure } from "../exit.ts";
import { unknown } from "./unknown.ts";

/** Names of one kind, and who was asked for. */
export interface Asked {
  readonly option: string;
  readonly what: string;
  /** The protocol that has no such name. */
  readonly consensus: string;
  /** The names that it has. */
  readonly known: readonly string[];
  /** The names that any protocol has. */
  readonly namesOf: (protocol: Protocol) => readonly string[];
}

/** Whose the name is; where nobody has it, that there is no such thing. */
export function notHere(name: string, asked: Asked): CommandFailure {
  const { option, what, consensus, known, namesOf } = asked;
  const owners = Object.keys(PROTOCOLS).filter((one) => namesOf(PROTOCOLS[one] as Protocol).includes(name));
  if (owners.length === 0) return unknown(option, name, known, what);
  return badInput(
    `unknown-${what}`,
    `${option} ${name} is one of ${owners.join(", ")}, not of ${consensus}: ` +
      `say --consensus ${owners.join(" or ")}, or choose among those that --list names for ${consensus}`,
  );
}
