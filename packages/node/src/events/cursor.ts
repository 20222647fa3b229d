// Cursors of subscriptions: where a reader stands in the log of one run of one node, and where in the chain. The second
// is what another run, or another node, goes on from: it must be right, whatever becomes of the first.
import {
  asciiBytes,
  type ChainId,
  INTEGER_MAX,
  type PeerId,
  type Result,
  refuse,
  sha256Hex,
} from "@witan/primitives";

/** The next thing of the chain that is to be told. */
export interface ChainPosition {
  readonly height: number;
  /** In the block: 0 is the block itself, from 1 on its transactions. */
  readonly index: number;
}

/** What a cursor says. */
export interface Cursor {
  /** The run whose log it counts in. */
  readonly run: string;
  /** Events of that log up to this one are told. */
  readonly event: number;
  readonly next: ChainPosition;
  /** In proof of work: the beginning of the hash of the last block that was told of. */
  readonly mark?: string;
}

/** Characters of the chain's id, and of a run's name. */
const CHAIN_LENGTH = 8;
const RUN_LENGTH = 16;
const SHAPE =
  /^([0-9a-f]{8})\.([0-9a-f]{16})\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.([0-9a-z]{1,6})(?:\.([0-9a-f]{0,32}))?$/;

/** What names this run among all runs of all nodes: who runs, and since when by two clocks. */
export function runName(self: PeerId, startedAt: number, monotonicMs: number): string {
  return sha256Hex(asciiBytes(`${self} ${startedAt} ${monotonicMs}`)).slice(0, RUN_LENGTH);
}

/** Writes a cursor down. */
export function formatCursor(chainId: ChainId, { run, event, next, mark }: Cursor): string {
  const numbers = [event, next.height, next.index].map((number) => number.toString(36));
  const marked = mark === undefined ? "" : `.${mark}`;
  return `${chainId.slice(0, CHAIN_LENGTH)}.${run}.${numbers.join(".")}${marked}`;
}

/** Reads a cursor. Codes: `no-cursor`; `other-chain`, which has nothing to go on with here. */
export function parseCursor(chainId: ChainId, text: string): Result<Cursor, "no-cursor" | "other-chain"> {
  const [, chain, run, ...rest] = SHAPE.exec(text) ?? [];
  const mark = rest[3];
  const [event, height, index] = rest.slice(0, 3).map((each) => Number.parseInt(each, 36));
  if (run === undefined || event === undefined || height === undefined || index === undefined)
    return refuse("no-cursor");
  if (Math.max(event, height) > INTEGER_MAX) return refuse("no-cursor");
  if (chain !== chainId.slice(0, CHAIN_LENGTH)) return refuse("other-chain");
  return { ok: true, value: { run, event, next: { height, index }, ...(mark ? { mark } : {}) } };
}
