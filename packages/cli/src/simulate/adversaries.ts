// The ways to lie that `witan simulate` is asked for, and the level of worlds that knows them.
import { LEVEL_NAMES, type LevelName, PROTOCOLS, type Protocol } from "@witan/simulator";
import { badInput } from "../exit.ts";
import { notHere } from "./whose.ts";

/** The ways to lie that are asked for. */
export function adversariesOf(text: string): readonly string[] {
  return [...new Set(text.split(","))];
}

function adversariesAt({ levels }: Protocol, level: LevelName): readonly string[] {
  return levels[level]?.adversaries.map(({ name }) => name) ?? [];
}

/**
 * The level that knows all these adversaries; undefined: every level does.
 * @throws {CommandFailure} there is none
 */
export function levelKnowing(
  asked: readonly string[],
  consensus: string,
  wanted: LevelName | undefined,
): LevelName | undefined {
  const protocol = PROTOCOLS[consensus] as Protocol;
  const open = LEVEL_NAMES.filter((name) => protocol.levels[name] !== undefined && (wanted ?? name) === name);
  const namesAt = (level: LevelName): readonly string[] => adversariesAt(protocol, level);
  for (const name of asked) {
    const knowing = LEVEL_NAMES.filter((level) => namesAt(level).includes(name));
    const known = open.flatMap(namesAt);
    if (knowing.length === 0)
      throw notHere(name, {
        ...{ option: "--adversary", what: "adversary", consensus, known },
        namesOf: (other) => LEVEL_NAMES.flatMap((level) => adversariesAt(other, level)),
      });
    if (!known.includes(name))
      throw badInput(
        "conflicting-options",
        `--adversary ${name}: there is one at the level ${knowing.join(", ")}, and none at the level ${wanted}: leave out ` +
          `--level ${wanted}, or choose among those that --list names for it`,
      );
  }
  const knowing = open.filter((level) => asked.every((name) => namesAt(level).includes(name)));
  if (knowing.length === 0)
    throw badInput(
      "conflicting-options",
      `--adversary ${asked.join(",")}: some are of one level, some of the other; --list tells which. Run them apart`,
    );
  return knowing.length === 1 ? knowing[0] : wanted;
}
