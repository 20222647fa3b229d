// What all nodes of a test share: time, lines, signature checks, and what was seen of them. Time passes only while a test
// waits for something, a tick each few turns of the event loop, so runs repeat exactly and nothing sleeps.
import assert from "node:assert/strict";
import { chooseScheme } from "@witan/crypto/node";
import type { Chain, Genesis } from "@witan/ledger";
import { MemoryHub } from "@witan/p2p";
import { type PeerId, present, type SignatureCheck, type SignatureScheme } from "@witan/primitives";
import { GENESIS_TIME, testChain } from "../ledger/build.ts";
import { FastPaxosVoteRecord } from "./fast-paxos-vote-record.ts";
import type { OnPoint } from "./life.ts";
import { ManualClock, turn } from "./manual-clock.ts";
import { VoteRecord, type Votes } from "./vote-record.ts";

/** One tick of the engines, in milliseconds. */
export const TICK_MS = 10;
/** A message needs two turns to get across; a node that has nothing to wait for is far ahead of its ticks. */
const TURNS_IN_TICK = 4;
/** How long anything may take in a test's time, unless it says otherwise. */
const PATIENCE_MS = 30_000;

/** One fault as a node reported it. */
export interface SeenFault {
  readonly by: string;
  readonly of: PeerId;
  readonly code: string;
}

/** One world. */
export class World {
  readonly chain: Chain;
  readonly clock = new ManualClock(GENESIS_TIME + 1_000);
  readonly hub = new MemoryHub();
  readonly votes: Votes;
  readonly scheme: SignatureScheme;
  /** The block of each height, as the first node had it. */
  readonly decided = new Map<number, { readonly hash: string; readonly by: string }>();
  /** Ways in which nodes differ. */
  readonly forks: string[] = [];
  readonly faults: SeenFault[] = [];
  /** Told of each call of each node's ports; a test may end the node there. */
  onPoint: OnPoint = () => {};
  /** Says where everybody stands, for the message of what did not happen. */
  describe: () => string = () => "";
  /** What must not have happened; looked at in each turn. */
  failure: () => unknown = () => undefined;
  #turns = 0;

  private constructor(genesis: Genesis, scheme: SignatureScheme) {
    this.chain = testChain(genesis);
    this.votes = this.chain.mode === "pbft" ? new VoteRecord(this.chain.chainId) : new FastPaxosVoteRecord();
    this.scheme = scheme;
  }

  static async open(genesis: Genesis): Promise<World> {
    const chosen = await chooseScheme("auto");
    assert.ok(chosen.ok);
    return new World(genesis, remembering(chosen.value.scheme));
  }

  /** A block is final at a node. */
  final(by: string, height: number, hash: string): void {
    // There nothing is ever final.
    if (this.chain.mode === "pow") return;
    const before = this.decided.get(height);
    if (before === undefined) this.decided.set(height, { hash, by });
    else if (before.hash !== hash)
      this.forks.push(`height ${height}: ${before.hash} at ${before.by}, ${hash} at ${by}`);
  }

  /** Lets everything happen until something is so. @throws if it is not so after `forMs` of the world's time */
  async until(what: string, isSo: () => boolean, forMs = PATIENCE_MS): Promise<void> {
    const end = this.clock.passedMs + forMs;
    while (!isSo()) {
      const failure = this.failure();
      if (failure !== undefined) throw failure;
      if (this.clock.passedMs >= end) assert.fail(`${what}: not within ${forMs} ms.\n${this.describe()}`);
      await turn();
      if (++this.#turns % TURNS_IN_TICK === 0) this.clock.advance(TICK_MS);
    }
  }

  /** Lets so much time pass. */
  pass(ms: number): Promise<void> {
    const end = this.clock.passedMs + ms;
    return this.until(`${ms} ms`, () => this.clock.passedMs >= end, ms + TICK_MS);
  }

  /** Lets everything happen until a promise is kept. */
  async settled<T>(what: string, promise: Promise<T>, forMs?: number): Promise<T> {
    let end: { readonly value: T } | { readonly error: unknown } | undefined;
    promise.then(
      (value) => {
        end = { value };
      },
      (error: unknown) => {
        end = { error };
      },
    );
    await this.until(what, () => end !== undefined, forMs);
    const settled = present(end, "an end");
    if ("error" in settled) throw settled.error;
    return settled.value;
  }
}

/** All nodes of a test ask about the same signatures. */
function remembering({ name, verify }: SignatureScheme): SignatureScheme {
  const known = new Map<string, boolean>();
  return {
    name,
    verify: (check: SignatureCheck) => {
      const key = check.digest + check.publicKey + check.signature;
      const answer = known.get(key) ?? verify(check);
      known.set(key, answer);
      return answer;
    },
  };
}
