// Holds every vote that honest validators let out against what they let out before, across crashes: independent of
// engine and guard, it sees what the network sees.
import { digestOf, type PbftMessage, signedMessageCodec } from "@witan/consensus";
import type { ChainId } from "@witan/primitives";
import type { Signed } from "./guarded-keys.ts";

/** What holds votes against each other. */
export interface Votes {
  /** Votes of one member that contradict each other. */
  readonly contradictions: readonly string[];
  /** How many different votes a member has let out. */
  count(name: string): number;
  /** A message leaves a member. */
  sent(name: string, signed: Omit<Signed, "refusals">, bytes: Uint8Array): void;
}

/** All votes of a test. */
export class VoteRecord implements Votes {
  readonly #chainId: ChainId;
  readonly #digests = new Map<string, string>();
  #last: Uint8Array | undefined;
  /** Votes of one validator that contradict each other. */
  readonly contradictions: string[] = [];

  constructor(chainId: ChainId) {
    this.#chainId = chainId;
  }

  /** How many different votes a validator has let out. */
  count(name: string): number {
    return [...this.#digests.keys()].filter((key) => key.startsWith(`${name}: `)).length;
  }

  /** A message leaves a validator. */
  sent(name: string, { signatures, statements }: Omit<Signed, "refusals">, bytes: Uint8Array): void {
    // To each peer the same bytes.
    if (bytes === this.#last) return;
    this.#last = bytes;
    const decoded = signedMessageCodec.decode(bytes);
    if (!decoded.ok) return;
    const { message, signature } = decoded.value;
    const slot = slotOf(message);
    if (slot !== undefined && statements.has(signature))
      this.contradictions.push(`${name}: ${slot}, signed past the guard`);
    // What is passed on was signed by another.
    if (slot === undefined || !signatures.has(signature)) return;
    const key = `${name}: ${slot} of membership ${message.membership}`;
    const digest = digestOf(this.#chainId, message);
    const before = this.#digests.get(key) ?? digest;
    this.#digests.set(key, digest);
    if (before !== digest) this.contradictions.push(key);
  }
}

function slotOf(message: PbftMessage): string | undefined {
  switch (message.kind) {
    case "prePrepare":
    case "prepare":
      return `first vote of view ${message.view}, height ${message.height}`;
    case "commit":
      return `commit of view ${message.view}, height ${message.height}`;
    case "viewChange":
      return `view change to ${message.view} after height ${message.decidedHeight}`;
    case "newView":
      return `new view ${message.view}`;
    case "checkpoint":
      return `checkpoint ${message.height}`;
    case "status":
      return undefined;
  }
}
