// What a network on this machine consists of: how blocks come to count, and how many nodes play which part. Values only.

/** What a node does. */
export type NodeRole = "validator" | "proposer" | "acceptor" | "observer";

/** The modes of a network of processes. */
export type NetworkMode = "pbft" | "bp-fast-paxos";

/** The members of a network. */
export type NetworkShape =
  | { readonly consensus: "pbft"; readonly validators: number }
  | { readonly consensus: "bp-fast-paxos"; readonly proposers: number; readonly acceptors: number };

/** Numbers that are asked for; what is left out is as it was, or as usual. */
export interface WantedShape {
  readonly consensus?: NetworkMode | undefined;
  readonly validators?: number | undefined;
  readonly proposers?: number | undefined;
  readonly acceptors?: number | undefined;
}

/** What a network has unless something else is asked for. */
export const USUAL_SHAPES = {
  pbft: { consensus: "pbft", validators: 4 },
  "bp-fast-paxos": { consensus: "bp-fast-paxos", proposers: 2, acceptors: 4 },
} as const satisfies Readonly<Record<NetworkMode, NetworkShape>>;

/** What was asked for, the rest as usual. */
export function shapeOf(wanted: WantedShape): NetworkShape {
  if ((wanted.consensus ?? "pbft") === "pbft") {
    const { consensus, validators } = USUAL_SHAPES.pbft;
    return { consensus, validators: wanted.validators ?? validators };
  }
  const { consensus, proposers, acceptors } = USUAL_SHAPES["bp-fast-paxos"];
  return {
    consensus,
    proposers: wanted.proposers ?? proposers,
    acceptors: wanted.acceptors ?? acceptors,
  };
}

/** What is read from a file, if it is a shape. */
export function readShape(value: Readonly<Record<string, unknown>>): NetworkShape | undefined {
  const { consensus, validators, proposers, acceptors } = value;
  if (consensus === "pbft" && isCount(validators)) return { consensus, validators };
  if (consensus === "bp-fast-paxos" && isCount(proposers) && isCount(acceptors))
    return { consensus, proposers, acceptors };
  return undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** How many nodes it has. */
export function nodesOf(shape: NetworkShape): number {
  return shape.consensus === "pbft" ? shape.validators : shape.proposers + shape.acceptors;
}

/** It as arguments of `witan network create`. */
export function shapeArguments(shape: NetworkShape): readonly string[] {
  const { consensus, ...counts } = shape;
  return [
    ...["--consensus", consensus],
    ...Object.entries(counts).flatMap(([role, count]) => [`--${role}`, `${count}`]),
  ];
}

/** It in words. */
export function shapeText(shape: NetworkShape): string {
  if (shape.consensus === "pbft") return plural(shape.validators, "validator");
  return `${plural(shape.proposers, "proposer")} and ${plural(shape.acceptors, "acceptor")}`;
}

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
  const options = has.consensus === "pbft" ? "--validators" : "--proposers and --acceptors";
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
