// What a network on this machine consists of: how blocks come to count, and how many nodes play which part. Values only.

/** What a node does. */
export type NodeRole = "validator" | "proposer" | "acceptor" | "miner" | "observer";

/** The modes of a network of processes. */
export type NetworkMode = "pbft" | "bp-fast-paxos" | "pow";

/** The members of a network. */
export type NetworkShape =
  | { readonly consensus: "pbft"; readonly validators: number }
  | { readonly consensus: "bp-fast-paxos"; readonly proposers: number; readonly acceptors: number }
  | {
      readonly consensus: "pow";
      /** Miners: as many as there would be validators. */
      readonly validators: number;
      /** Between blocks, in the mean. */
      readonly blockIntervalMs: number;
      /** Hashes a second that each tries. */
      readonly hashRate: number;
    };

/** Numbers that are asked for; what is left out is as it was, or as usual. */
export interface WantedShape {
  readonly consensus?: NetworkMode | undefined;
  readonly validators?: number | undefined;
  readonly proposers?: number | undefined;
  readonly acceptors?: number | undefined;
  readonly blockIntervalMs?: number | undefined;
  readonly hashRate?: number | undefined;
}

/** What a network has unless something else is asked for. */
export const USUAL_SHAPES = {
  pbft: { consensus: "pbft", validators: 4 },
  "bp-fast-paxos": { consensus: "bp-fast-paxos", proposers: 2, acceptors: 4 },
  // Three miners take a twentieth of one core, and every one of six confirmations some seconds.
  pow: { consensus: "pow", validators: 3, blockIntervalMs: 5_000, hashRate: 20_000 },
} as const satisfies Readonly<Record<NetworkMode, NetworkShape>>;

/** What was asked for, the rest as usual. */
export function shapeOf(wanted: WantedShape): NetworkShape {
  switch (wanted.consensus ?? "pbft") {
    case "pbft": {
      const { consensus, validators } = USUAL_SHAPES.pbft;
      return { consensus, validators: wanted.validators ?? validators };
    }
    case "bp-fast-paxos": {
      const { consensus, proposers, acceptors } = USUAL_SHAPES["bp-fast-paxos"];
      return {
        consensus,
        proposers: wanted.proposers ?? proposers,
        acceptors: wanted.acceptors ?? acceptors,
      };
    }
    case "pow": {
      const { consensus, validators, blockIntervalMs, hashRate } = USUAL_SHAPES.pow;
      return {
        consensus,
        validators: wanted.validators ?? validators,
        blockIntervalMs: wanted.blockIntervalMs ?? blockIntervalMs,
        hashRate: wanted.hashRate ?? hashRate,
      };
    }
  }
}

/** What is read from a file, if it is a shape. */
export function readShape(value: Readonly<Record<string, unknown>>): NetworkShape | undefined {
  const { consensus, validators, proposers, acceptors, blockIntervalMs, hashRate } = value;
  if (consensus === "pbft" && isCount(validators)) return { consensus, validators };
  if (consensus === "bp-fast-paxos" && isCount(proposers) && isCount(acceptors))
    return { consensus, proposers, acceptors };
  if (consensus === "pow" && isCount(validators) && isCount(blockIntervalMs) && isCount(hashRate))
    return { consensus, validators, blockIntervalMs, hashRate };
  return undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** How many nodes it has. */
export function nodesOf(shape: NetworkShape): number {
  return shape.consensus === "bp-fast-paxos" ? shape.proposers + shape.acceptors : shape.validators;
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  ...{ validators: "--validators", proposers: "--proposers", acceptors: "--acceptors" },
  ...{ blockIntervalMs: "--block-interval", hashRate: "--hash-rate" },
};

/** It as arguments of `witan network create`. */
export function shapeArguments(shape: NetworkShape): readonly string[] {
  const { consensus, ...numbers } = shape;
  return [
    ...["--consensus", consensus],
    ...Object.entries(numbers).flatMap(([name, number]) => [ARGUMENTS[name] ?? name, `${number}`]),
  ];
}

/** It in words. */
export function shapeText(shape: NetworkShape): string {
  switch (shape.consensus) {
    case "pbft":
      return plural(shape.validators, "validator");
    case "bp-fast-paxos":
      return `${plural(shape.proposers, "proposer")} and ${plural(shape.acceptors, "acceptor")}`;
    case "pow": {
      const { validators, hashRate, blockIntervalMs } = shape;
      return `${plural(validators, "miner")} of ${hashRate} hashes a second, a block in ${blockIntervalMs / 1_000} s`;
    }
  }
}

const NUMBER_OPTIONS: Readonly<Record<NetworkMode, string>> = {
  pbft: "--validators",
  "bp-fast-paxos": "--proposers and --acceptors",
  pow: "--validators, --block-interval and --hash-rate",
};

/** Where a network is not as asked for: what it has, and what was asked; undefined where it is. */
export function shapeDifference(
  has: NetworkShape,
  wanted: WantedShape,
): { readonly has: string; readonly wanted: string; readonly options: string } | undefined {
  const { consensus = has.consensus } = wanted;
  if (consensus !== has.consensus)
    return { has: `runs ${has.consensus}`, wanted: consensus, options: "--consensus" };
  const asked = shapeOf({ ...has, ...defined(wanted) });
  const [mine, other] = [shapeText(has), shapeText(asked)];
  if (mine === other) return undefined;
  const options = NUMBER_OPTIONS[has.consensus];
  // A single number says it in a word.
  const short = asked.consensus === "pbft" ? `${asked.validators}` : other;
  return { has: `has ${mine}`, wanted: short, options };
}

function defined(wanted: WantedShape): WantedShape {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}

function plural(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
