// Options about what a network of processes on this machine consists of: the mode, and how many nodes play which part.
import { type NetworkMode, nodesOf, shapeOf, USUAL_SHAPES, type WantedShape } from "@witan/lab";
import type { Command } from "commander";
import { badInput } from "./exit.ts";
import { durationMs } from "./genesis-options.ts";
import { wholeNumber } from "./numbers.ts";

const MODES: readonly string[] = Object.keys(USUAL_SHAPES);
/** Each node is a process of 100 MiB and more. */
const NODES_MAX = 16;
const HASH_RATE_MAX = 1_000_000_000_000;

/** The options as they are given. */
export interface ShapeFlags {
  readonly consensus?: string;
  readonly validators?: string;
  readonly proposers?: string;
  readonly acceptors?: string;
  readonly blockInterval?: string;
  readonly hashRate?: string;
}

/** How the options are offered. */
export interface ShapeHelp {
  /** What comes before a default in their help. */
  readonly before?: string;
  /** Whether proof of work is offered. */
  readonly pow?: boolean;
}

/** Adds the options to a command. */
export function withShape(command: Command, { before = "", pow = false }: ShapeHelp = {}): Command {
  const [pbft, fast, work] = [USUAL_SHAPES.pbft, USUAL_SHAPES["bp-fast-paxos"], USUAL_SHAPES.pow];
  const miners = pow ? `; pow: miners (default: ${before}${work.validators})` : "";
  const withCounts = command
    .option(
      "--consensus <mode>",
      `how blocks come to count: ${modesOf(pow).join(" or ")} (default: ${before}pbft)`,
    )
    .option(
      "--validators <number>",
      `pbft: 1 to ${NODES_MAX} (default: ${before}${pbft.validators})${miners}`,
    )
    .option(
      "--proposers <number>",
      `bp-fast-paxos: at the edge, 1 or more (default: ${before}${fast.proposers})`,
    )
    .option(
      "--acceptors <number>",
      `bp-fast-paxos: inside, 1 or more; with the proposers at most ${NODES_MAX} (default: ${before}${fast.acceptors})`,
    );
  if (!pow) return withCounts;
  return withCounts
    .option(
      "--block-interval <time>",
      `pow: between blocks, such as 5s or 500ms (default: ${before}${work.blockIntervalMs / 1_000}s)`,
    )
    .option(
      "--hash-rate <number>",
      `pow: hashes a second that each miner tries (default: ${before}${work.hashRate})`,
    );
}

function modesOf(pow: boolean): readonly string[] {
  return MODES.filter((mode) => pow || mode !== "pow");
}

/**
 * What the options ask for, with the mode that they mean where they mean one.
 * @param pow whether proof of work is offered
 * @throws {CommandFailure} `consensus` or `arguments` (2)
 */
export function wantedShape({ consensus, ...flags }: ShapeFlags, pow = false): WantedShape {
  if (consensus !== undefined && !modesOf(pow).includes(consensus))
    throw badInput("consensus", `--consensus ${consensus}: expected ${modesOf(pow).join(" or ")}`);
  const isWork = (flags.blockInterval ?? flags.hashRate) !== undefined;
  if (isWork && consensus !== "pow")
    throw badInput("arguments", "--block-interval and --hash-rate are for --consensus pow: add it");
  if (consensus === "pow" && (flags.proposers ?? flags.acceptors) !== undefined)
    throw badInput(
      "arguments",
      "--proposers and --acceptors are for --consensus bp-fast-paxos; of pow --validators says how many miners",
    );
  const isFast = (flags.proposers ?? flags.acceptors) !== undefined;
  if (isFast && (flags.validators !== undefined || consensus === "pbft"))
    throw badInput(
      "arguments",
      "--proposers and --acceptors are for --consensus bp-fast-paxos, --validators for pbft: a network is of one mode",
    );
  if (flags.validators !== undefined && consensus === "bp-fast-paxos")
    throw badInput(
      "arguments",
      "--validators is for --consensus pbft; bp-fast-paxos has --proposers and --acceptors",
    );
  const count = (name: "validators" | "proposers" | "acceptors"): number | undefined => {
    const text = flags[name];
    return text === undefined ? undefined : wholeNumber(`--${name}`, text, NODES_MAX, 1);
  };
  const meant = isFast ? "bp-fast-paxos" : flags.validators === undefined ? undefined : "pbft";
  const wanted: WantedShape = {
    consensus: (consensus as NetworkMode | undefined) ?? meant,
    validators: count("validators"),
    proposers: count("proposers"),
    acceptors: count("acceptors"),
    ...(flags.blockInterval === undefined
      ? {}
      : { blockIntervalMs: durationMs("--block-interval", flags.blockInterval) }),
    ...(flags.hashRate === undefined
      ? {}
      : { hashRate: wholeNumber("--hash-rate", flags.hashRate, HASH_RATE_MAX, 1) }),
  };
  const nodes = nodesOf(shapeOf(wanted));
  if (nodes > NODES_MAX)
    throw badInput("arguments", `${nodes} nodes, and at most ${NODES_MAX} run on one machine: ask for fewer`);
  return wanted;
}
