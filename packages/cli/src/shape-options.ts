// Options about what a network of processes on this machine consists of: the mode, and how many nodes play which part.
import { type NetworkMode, nodesOf, shapeOf, USUAL_SHAPES, type WantedShape } from "@witan/lab";
import type { Command } from "commander";
import { badInput } from "./exit.ts";
import { wholeNumber } from "./numbers.ts";

const MODES: readonly string[] = Object.keys(USUAL_SHAPES);
/** Each node is a process of 100 MiB and more. */
const NODES_MAX = 16;

/** The options as they are given. */
export interface ShapeFlags {
  readonly consensus?: string;
  readonly validators?: string;
  readonly proposers?: string;
  readonly acceptors?: string;
}

/** Adds the options to a command. @param before what comes before a default in their help */
export function withShape(command: Command, before = ""): Command {
  const [pbft, fast] = [USUAL_SHAPES.pbft, USUAL_SHAPES["bp-fast-paxos"]];
  return command
    .option("--consensus <mode>", `how blocks come to count: ${MODES.join(" or ")} (default: ${before}pbft)`)
    .option("--validators <number>", `pbft: 1 to ${NODES_MAX} (default: ${before}${pbft.validators})`)
    .option(
      "--proposers <number>",
      `bp-fast-paxos: at the edge, 1 or more (default: ${before}${fast.proposers})`,
    )
    .option(
      "--acceptors <number>",
      `bp-fast-paxos: inside, 1 or more; with the proposers at most ${NODES_MAX} (default: ${before}${fast.acceptors})`,
    );
}

/**
 * What the options ask for, with the mode that they mean where they mean one.
 * @throws {CommandFailure} `consensus` or `arguments` (2)
 */
export function wantedShape({ consensus, ...flags }: ShapeFlags): WantedShape {
  if (consensus !== undefined && !MODES.includes(consensus))
    throw badInput(
      "consensus",
      `--consensus ${consensus}: expected ${MODES.join(" or ")}: a genesis can be made for pow, but no node of this version ` +
        "runs it",
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
  };
  const nodes = nodesOf(shapeOf(wanted));
  if (nodes > NODES_MAX)
    throw badInput("arguments", `${nodes} nodes, and at most ${NODES_MAX} run on one machine: ask for fewer`);
  return wanted;
}
