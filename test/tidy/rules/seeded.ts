// The simulator: a seed makes the same world, to the last event, on every machine. So nothing in it may ask the machine for
// the time, for chance, or for a number whose last digit is the machine's own.
import { type Ban, findBanned, inPackages } from "../banned.ts";
import type { Rule } from "../house.ts";
import { EXACT, isClock, isInexact, isOfLocale, isRandomness } from "./purity.ts";

/** They measure how long worlds take, which no world hears of. */
const MEASURING = ["packages/simulator/src/run/run-worlds.ts", "packages/simulator/src/run/timed.ts"];

function inWorlds(path: string): boolean {
  return inPackages(path, ["simulator"]);
}

const BANS: readonly Ban[] = [
  {
    what: "a clock in the simulator",
    instead: "time is that of the world: `nowUs` of its queue",
    where: (path) => inWorlds(path) && !MEASURING.includes(path),
    is: isClock,
  },
  {
    what: "randomness in the simulator",
    instead: 'draw from Random.of(seed, "what for")',
    where: inWorlds,
    is: isRandomness,
  },
  {
    what: "a locale in the simulator",
    instead: "compare with < and >, and write numbers as they are",
    where: inWorlds,
    is: isOfLocale,
  },
  {
    what: "a function of Math that differs between machines, or is random",
    instead: EXACT,
    where: inWorlds,
    is: isInexact,
  },
];

/** What a world comes to depends on its seed alone. */
export const seeded: Rule = { name: "seeded worlds", check: (house) => findBanned(house, BANS) };
