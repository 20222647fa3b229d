// What `witan simulate` is asked to do, from its options: what makes no sense is told before anything runs.
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import {
  isNetwork,
  LEVEL_NAMES,
  type LevelName,
  levelOf as levelNameOf,
  NETWORKS,
  PROTOCOLS,
  type Protocol,
  SPECIMENS,
  TWINS_ROUNDS,
  TWINS_SIZE,
  type TwinsSize,
  type Wanted,
  type WorldKind,
  type WorldWishes,
} from "@witan/simulator";
import { badInput } from "../exit.ts";
import { wholeNumber } from "../numbers.ts";
import { adversariesOf, levelKnowing } from "./adversaries.ts";
import { ATTACK_FLAGS, type AttackTask, attackOf, typedFlag } from "./attack-task.ts";
import { CROWD_FLAGS, crowdOf } from "./crowd.ts";
import { type ExhaustiveSearch, exhaustiveOf, variantOf } from "./registers-task.ts";
import { unknown } from "./unknown.ts";
import { notHere } from "./whose.ts";

/** The options as they are typed. */
export interface TypedFlags {
  readonly consensus?: string;
  readonly seeds?: string;
  readonly from?: string;
  readonly forever?: boolean;
  readonly seed?: string;
  readonly trace?: boolean;
  readonly diagram?: string;
  readonly window?: string;
  readonly shrink?: boolean;
  readonly level?: string;
  readonly members?: string;
  readonly proposers?: string;
  readonly acceptors?: string;
  readonly crashed?: string;
  readonly byzantine?: string;
  readonly adversary?: string;
  readonly network?: string;
  readonly scenario?: string;
  readonly variant?: string;
  readonly exhaustive?: boolean;
  readonly threads?: string;
  readonly specimen?: string;
  readonly twins?: string | true;
  readonly attack?: string;
  readonly attacker?: string;
  readonly confirmations?: string;
  readonly trials?: string;
  readonly gamma?: string;
  readonly blocks?: string;
  readonly shares?: string;
  readonly delayMs?: string;
  readonly intervalS?: string;
  readonly partitionS?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

/** The options, with what the worlds run. */
export type SimulateFlags = TypedFlags & { readonly consensus: string };

/** Worlds, and what is to be said about them beforehand. */
export interface Worlds {
  readonly world: WorldKind;
  readonly notes: readonly string[];
}

/** One world. */
export interface OneWorld extends Worlds {
  readonly kind: "one";
  readonly seed: number;
  readonly trace: boolean;
  readonly diagram: string | undefined;
  readonly wanted: Wanted | undefined;
  /** The same as it was typed. */
  readonly window: string | undefined;
  /** What is left of it that breaks the same is shown in its place. */
  readonly shrink: boolean;
}

/** Many worlds. */
export interface ManyWorlds extends Worlds {
  readonly kind: "many";
  readonly from: number;
  /** Infinity: until stopped. */
  readonly count: number;
  readonly threads: number;
}

/** The search for the failure of a design that fails. */
export interface SpecimenSearch {
  readonly kind: "specimen";
  /** Whose it is. */
  readonly protocol: string;
  readonly name: string;
  readonly from: number;
  readonly seeds: number;
  readonly trace: boolean;
  /** Undefined: in a place of ours. */
  readonly diagram: string | undefined;
}

/** Every scenario up to a size. */
export interface TwinsSearch {
  readonly kind: "twins";
  readonly size: TwinsSize;
}

/** What is to be done. */
export type Task =
  | { readonly kind: "list" }
  | TwinsSearch
  | ExhaustiveSearch
  | OneWorld
  | ManyWorlds
  | SpecimenSearch
  | AttackTask;

const SEEDS_DEFAULT = 100;
/** Every specimen is found in a few hundred; a search ends with the first. */
const SPECIMEN_SEEDS_DEFAULT = 20_000;
const THREADS_MAX = 256;
/** At least one seed comes from there on, and none is too large. */
const FROM_MAX = Number.MAX_SAFE_INTEGER - 1;
/** Seeds that nobody chose begin below this: short enough to be typed. */
const FRESH_BELOW = 1_000_000_000_000;

/** @throws {CommandFailure} the options contradict each other, or name what there is not */
export function taskOf(typed: TypedFlags): Task {
  const flags = { ...typed, consensus: typed.consensus ?? usualProtocol(typed) };
  if (flags.list) return listOf(flags);
  if (flags.attack !== undefined) return attackOf(flags, flags.attack);
  const ofAttacks = ATTACK_FLAGS.find((name) => flags[name] !== undefined);
  if (ofAttacks !== undefined)
    throw badInput(
      "missing-option",
      `${typedFlag(ofAttacks)} is for an attack on proof of work: say which, as in --consensus pow --attack double-spend`,
    );
  if (flags.diagram === "")
    throw badInput("file", "--diagram: expected the name of a new file, as in --diagram world.svg");
  if (flags.exhaustive) return exhaustiveOf(flags);
  if (flags.twins !== undefined) return twinsOf(flags, flags.twins);
  if (flags.specimen !== undefined) return specimenOf(flags, flags.specimen);
  const protocol = Object.hasOwn(PROTOCOLS, flags.consensus) ? PROTOCOLS[flags.consensus] : undefined;
  if (protocol === undefined)
    throw unknown("--consensus", flags.consensus, Object.keys(PROTOCOLS), "protocol");
  refuseContradictions(flags);
  const worlds =
    flags.scenario === undefined ? drawn(flags, protocol) : staged(flags, flags.scenario, protocol);
  if (flags.seed !== undefined) return oneOf(flags, flags.seed, worlds);
  return { ...worlds, kind: "many", ...seedsOf(flags) };
}

function oneOf({ trace, diagram, window, shrink }: SimulateFlags, typed: string, worlds: Worlds): OneWorld {
  const seed = wholeNumber("--seed", typed);
  if (shrink) checkCanShrink(worlds.world, seed);
  return {
    ...{ ...worlds, kind: "one", seed, trace: trace ?? false, diagram, window, shrink: shrink ?? false },
    wanted: window === undefined ? undefined : windowOf(window),
  };
}

/** What runs where nobody says it: a specimen has a protocol of its own, attacks are on proof of work. */
function usualProtocol({ specimen, attack, exhaustive, variant }: TypedFlags): string {
  if (attack !== undefined) return "pow";
  if (exhaustive || variant !== undefined) return "registers";
  const own = Object.entries(SPECIMENS).find(([, table]) => Object.hasOwn(table, specimen ?? ""));
  return own?.[0] ?? "pbft";
}

/** All there is, whatever else is asked for: so nothing else may be. */
function listOf(flags: SimulateFlags): Task {
  const { list, json, consensus, ...others } = flags;
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (!Object.hasOwn(PROTOCOLS, consensus))
    throw unknown("--consensus", consensus, Object.keys(PROTOCOLS), "protocol");
  if (other !== undefined)
    throw badInput(
      "conflicting-options",
      `--list runs nothing: it names all there is, and --${other[0]} is for what is run: leave one out`,
    );
  return { kind: "list" };
}

function drawn(flags: SimulateFlags, protocol: Protocol): Worlds {
  const asked = levelOf(flags, protocol);
  const { wishes, notes } = wishesOf(flags, protocol);
  const level =
    wishes.adversaries === undefined ? asked : levelKnowing(wishes.adversaries, flags.consensus, asked);
  return { world: { protocol: flags.consensus, level, wishes }, notes };
}

/** Who is in a scenario, and what befalls them, is its own. */
function staged(flags: SimulateFlags, scenario: string, { scenarios }: Protocol): Worlds {
  const known = scenarios.map(({ name }) => name);
  if (!known.includes(scenario))
    throw notHere(scenario, {
      ...{ option: "--scenario", what: "scenario", consensus: flags.consensus, known },
      namesOf: (protocol) => protocol.scenarios.map(({ name }) => name),
    });
  const other = ([...CROWD_FLAGS, "level", "adversary", "network", "variant"] as const).find(
    (one) => flags[one] !== undefined && flags[one] !== "engines",
  );
  if (other !== undefined)
    throw badInput(
      "conflicting-options",
      `--scenario has worlds of its own, of engines, and --${other} is for others: leave one out`,
    );
  return { world: { protocol: flags.consensus, level: "engines", wishes: { scenario } }, notes: [] };
}

function seedsOf(flags: SimulateFlags): Pick<ManyWorlds, "from" | "count" | "threads"> {
  const threads = wholeNumber("--threads", flags.threads ?? String(availableParallelism()), THREADS_MAX, 1);
  const first = flags.forever ? String(randomInt(FRESH_BELOW)) : "1";
  const from = wholeNumber("--from", flags.from ?? first, FROM_MAX);
  const most = Number.MAX_SAFE_INTEGER - from;
  const count = flags.forever
    ? Number.POSITIVE_INFINITY
    : wholeNumber("--seeds", flags.seeds ?? String(SEEDS_DEFAULT), most, 1);
  return { from, count, threads };
}

/** What a specimen's world is like is the specimen's own. */
const NOT_FOR_SPECIMENS = [
  ...([
    "seed",
    "forever",
    "window",
    "shrink",
    "level",
    "members",
    "proposers",
    "acceptors",
    "crashed",
    "byzantine",
    "adversary",
    "network",
    "scenario",
    "variant",
    "threads",
  ] as const),
];

function specimenOf(flags: SimulateFlags, name: string): SpecimenSearch {
  const { consensus } = flags;
  const specimens = Object.hasOwn(SPECIMENS, consensus) ? SPECIMENS[consensus] : undefined;
  if (specimens === undefined)
    throw unknown("--consensus", consensus, Object.keys(SPECIMENS), "protocol with --specimen");
  const other = Object.entries(SPECIMENS).find(([, table]) => Object.hasOwn(table, name))?.[0];
  if (other !== undefined && other !== consensus)
    throw badInput(
      "unknown-specimen",
      `--specimen ${name} is one of ${other}, not of ${consensus}: add --consensus ${other}`,
    );
  if (other === undefined) throw unknown("--specimen", name, Object.keys(specimens), "specimen");
  const unfit = NOT_FOR_SPECIMENS.find((one) => flags[one] !== undefined);
  if (unfit !== undefined)
    throw badInput(
      "conflicting-options",
      `--specimen has worlds of its own, and --${unfit} is for others: leave it out (--from and --seeds say which seeds)`,
    );
  const from = wholeNumber("--from", flags.from ?? "1", FROM_MAX);
  return {
    ...{
      kind: "specimen",
      protocol: consensus,
      name,
      from,
      trace: flags.trace ?? false,
      diagram: flags.diagram,
    },
    seeds: wholeNumber(
      "--seeds",
      flags.seeds ?? String(SPECIMEN_SEEDS_DEFAULT),
      Number.MAX_SAFE_INTEGER - from,
      1,
    ),
  };
}

/** The scenarios are given: nothing of them is chosen. */
function twinsOf(flags: SimulateFlags, changes: string | true): TwinsSearch {
  if (flags.consensus !== "pbft")
    throw unknown("--consensus", flags.consensus, ["pbft"], "protocol with --twins");
  const other = [...NOT_FOR_SPECIMENS, ...(["seeds", "from", "specimen", "trace", "diagram"] as const)].find(
    (one) => flags[one] !== undefined,
  );
  if (other !== undefined)
    throw badInput(
      "conflicting-options",
      `--twins runs every scenario up to a size, and --${other} is for others: leave one out`,
    );
  if (changes === true) return { kind: "twins", size: TWINS_SIZE };
  const most = TWINS_ROUNDS.length - 1;
  return { kind: "twins", size: { ...TWINS_SIZE, changes: wholeNumber("--twins", changes, most) } };
}

function refuseContradictions(flags: SimulateFlags): void {
  const many = (["seeds", "from", "forever", "threads"] as const).filter((name) => flags[name] !== undefined);
  const one = (["trace", "diagram", "window", "shrink"] as const).filter((name) => flags[name] !== undefined);
  if (flags.seed !== undefined && many.length > 0)
    throw badInput(
      "conflicting-options",
      `--seed is one world, and --${many[0]} is for many: leave one out (--from ${flags.seed} --seeds 100 begins there)`,
    );
  if (flags.seed === undefined && one.length > 0)
    throw badInput("missing-option", `--${one[0]} shows one world: say which, as in --seed 4711 --${one[0]}`);
  if (flags.window !== undefined && flags.diagram === undefined)
    throw badInput(
      "missing-option",
      "--window is a part of a diagram: name its file, as in --diagram world.svg",
    );
  if (flags.forever && flags.seeds !== undefined)
    throw badInput(
      "conflicting-options",
      "--forever ends with Ctrl-C only, and --seeds says when to end: choose one",
    );
}

/** @throws {CommandFailure} worlds of its level can't be made small */
function checkCanShrink({ protocol, level: asked }: WorldKind, seed: number): void {
  const known = PROTOCOLS[protocol] as Protocol;
  const level = levelNameOf(known, seed, asked);
  if (known.levels[level]?.shrink !== undefined) return;
  const other = LEVEL_NAMES.find((name) => known.levels[name]?.shrink !== undefined);
  throw badInput(
    "conflicting-options",
    `--shrink: worlds of ${protocol} at the level ${level} can't be made small: ` +
      (other === undefined
        ? "leave it out"
        : `leave it out, or say --level ${other}, which is another world`),
  );
}

function levelOf({ level, consensus }: SimulateFlags, protocol: Protocol): LevelName | undefined {
  if (level === undefined) return undefined;
  const known = LEVEL_NAMES.filter((name) => protocol.levels[name] !== undefined);
  const found = known.find((name) => name === level);
  if (found === undefined && LEVEL_NAMES.some((name) => name === level))
    throw badInput(
      "unknown-level",
      `--level ${level}: ${consensus} has worlds of ${known.join(", ")} only, since no world of whole nodes runs it: ` +
        `leave --level out, or say --level ${known.join(" or ")}`,
    );
  if (found === undefined) throw unknown("--level", level, known, "level");
  return found;
}

/** `2-3.5`: seconds of the world. */
function windowOf(text: string): Wanted {
  const [, from, to] = /^(\d{1,9}(?:\.\d{1,6})?)-(\d{1,9}(?:\.\d{1,6})?)$/.exec(text) ?? [];
  const [fromUs, toUs] = [from, to].map((one) => Math.round(Number(one) * 1_000_000));
  if (from === undefined || fromUs === undefined || toUs === undefined || fromUs >= toUs)
    throw badInput("window", `--window ${text}: expected from and to in seconds of the world, as in 0-2.5`);
  return { kind: "between", fromUs, toUs };
}

function wishesOf(
  flags: SimulateFlags,
  protocol: Protocol,
): { readonly wishes: WorldWishes; readonly notes: readonly string[] } {
  const { adversary, network } = flags;
  if (network !== undefined && !isNetwork(network))
    throw unknown(
      "--network",
      network,
      NETWORKS.map(({ name }) => name),
      "network",
    );
  const adversaries = adversary === undefined ? undefined : adversariesOf(adversary);
  const { notes, ...crowd } = crowdOf(flags, protocol);
  const variant = variantOf(flags, protocol);
  return {
    wishes: {
      ...crowd,
      ...(adversaries !== undefined && { adversaries }),
      ...(network !== undefined && { network }),
      ...(variant !== undefined && { variant }),
    },
    notes,
  };
}
