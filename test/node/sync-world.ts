// A node that only fetches blocks, and peers that have them, or say so, each with its own manners. Time passes only while
// a test waits, so that what slow peers cost can be counted.
import assert from "node:assert/strict";
import { certificateChecks } from "@witan/consensus";
import { type Chain, genesisBlock, type Header, headerCodec } from "@witan/ledger";
import {
  type BlockHash,
  byzantineMax,
  byzantineQuorum,
  type Certificate,
  type Height,
  type Membership,
  type Network,
  ok,
  type PeerId,
  present,
  type RequestFault,
  type Result,
  refuse,
  type View,
} from "@witan/primitives";
import type { ChainKeeper } from "../../packages/node/src/chain/chain-keeper.ts";
import { Bodies } from "../../packages/node/src/consensus/bodies.ts";
import type { CheckedSignatures } from "../../packages/node/src/consensus/checked-signatures.ts";
import { BlockSync } from "../../packages/node/src/sync/block-sync.ts";
import { type DecidedBlock, rangeCodec, requestCodec } from "../../packages/node/src/wire.ts";
import { TestLedger } from "../ledger/build.ts";
import { ManualClock, turn } from "./manual-clock.ts";

const { chain } = new TestLedger();
const { members } = chain.genesis;
const membership: Membership = { mode: "pbft", from: 1 as Height, members };
/** The four members, from whom the node fetches; it is none of them. */
export const PEERS = members.map(({ peerId }) => peerId);
/** A signature that does not hold. */
const BROKEN = "bb".repeat(64);
/** Peers say where they stand so often. */
const STATUS_MS = 250;
const STEP_MS = 10;
/** Turns of the event loop in a step: blocks are applied far faster than peers answer. */
const TURNS_IN_STEP = 40;

/** How a block is made otherwise than it should be. */
export interface DecidedOptions {
  /** Bytes of the block. */
  readonly size?: number;
  /** Votes fewer than a quorum. */
  readonly votesMissing?: number;
  readonly forged?: boolean;
  readonly on?: Chain;
}

/** A block as a peer would send it. */
export function decided(
  height: number,
  { size = 128, votesMissing = 0, forged = false, on = chain }: DecidedOptions = {},
): DecidedBlock {
  const header: Header = { ...genesisBlock(chain).block.header, height: height as Height };
  const block = new Uint8Array(size);
  block.set(headerCodec.encode(header));
  const signature = forged ? BROKEN : "00".repeat(64);
  const voters = byzantineQuorum(members.length) - votesMissing;
  const signatures = Array.from({ length: voters }, (_, member) => ({ member, signature }));
  const certificate = {
    ...{ kind: "pbft" as const, membership: 1 as Height, view: 0 as View, height: height as Height },
    ...{ blockHash: on.blockHash(header) as BlockHash, signatures },
  } as unknown as Certificate;
  return { block, certificate };
}

/** Blocks in a row. */
export function decidedFrom(from: number, count: number, options: DecidedOptions = {}): DecidedBlock[] {
  return Array.from({ length: count }, (_, index) => decided(from + index, options));
}

/** The manners of a peer. */
export interface Manners {
  /** The height that it says it has. */
  readonly claims: number;
  /** What it answers, and how long it takes; undefined: it never answers. */
  readonly answer: (
    from: number,
    count: number,
  ) => { readonly afterMs: number; readonly blocks: readonly DecidedBlock[] } | undefined;
}

/** A peer that has the blocks up to a height, and answers so many at a time. */
export function honest(height: number, { afterMs = 20, atOnce = 64 } = {}): Manners {
  return {
    claims: height,
    answer: (from, count) => ({
      afterMs,
      blocks: decidedFrom(from, Math.max(0, Math.min(count, atOnce, height - from + 1))),
    }),
  };
}

/** One node, and its peers. */
export class SyncWorld {
  readonly clock = new ManualClock(0);
  readonly sync: BlockSync;
  readonly tip = { height: 0 };
  readonly asked: { readonly peer: PeerId; readonly from: number; readonly atMs: number }[] = [];
  readonly faults: { readonly peer: PeerId; readonly code: string }[] = [];
  readonly #manners: ReadonlyMap<PeerId, Manners>;
  readonly #gone = new Set<PeerId>();
  readonly #open = new Map<PeerId, Set<(fault: Result<Uint8Array, RequestFault>) => void>>();

  constructor(manners: ReadonlyMap<PeerId, Manners>) {
    this.#manners = manners;
    const clock = this.clock.port(() => true);
    const network: Pick<Network, "isConnected" | "reportFault" | "request"> = {
      isConnected: (peer) => !this.#gone.has(peer),
      reportFault: (peer, _severity, code) => this.#blame(peer, code),
      request: (peer, bytes, options) => this.#request(peer, bytes, options),
    };
    this.sync = new BlockSync({
      chain: { chain, tip: this.tip, memberships: () => membership } as unknown as ChainKeeper,
      network: network as Network,
      clock,
      bodies: new Bodies(),
      signatures: {
        check: (checks: readonly { readonly signature: string }[]) =>
          checks.some(({ signature }) => signature === BROKEN) ? "broken" : "hold",
      } as unknown as CheckedSignatures,
      finality: {
        isWitness: (peer) => PEERS.includes(peer),
        liarsMax: () => byzantineMax(members.length),
        checks: (certificate) => certificateChecks(chain.chainId, certificate, () => membership),
      },
      onFinal: ({ certificate: { height } }) => this.#apply(height),
      onFailure: (error) => {
        throw error;
      },
    });
    const say = (): void => {
      for (const [peer, { claims }] of manners)
        if (!this.#gone.has(peer)) this.sync.claim(claims as Height, [peer]);
    };
    clock.every(STATUS_MS, say);
    say();
  }

  /** Whether an answer of a peer is waited for. */
  isWaitingFor(peer: PeerId): boolean {
    return (this.#open.get(peer)?.size ?? 0) > 0;
  }

  /** Lets everything happen until the node has so many blocks. @returns after how long */
  async reach(height: number, withinMs: number): Promise<number> {
    const before = this.clock.passedMs;
    while (this.tip.height < height) {
      const passed = this.clock.passedMs - before;
      if (passed > withinMs) assert.fail(`height ${this.tip.height} after ${passed} ms`);
      for (let turns = 0; turns < TURNS_IN_STEP; turns++) await turn();
      this.clock.advance(STEP_MS);
    }
    return this.clock.passedMs - before;
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    for (const end = this.clock.passedMs + ms; this.clock.passedMs < end; this.clock.advance(STEP_MS))
      await turn();
  }

  #apply(height: number): void {
    assert.equal(height, this.tip.height + 1);
    setImmediate(() => {
      this.tip.height = height;
      this.sync.applied();
    });
  }

  /** It is cut off. */
  #blame(peer: PeerId, code: string): void {
    this.faults.push({ peer, code });
    this.#gone.add(peer);
    for (const settle of this.#open.get(peer) ?? []) settle(refuse("not-connected"));
    this.sync.forget(peer);
  }

  #request(
    peer: PeerId,
    bytes: Uint8Array,
    { timeoutMs, signal }: Parameters<Network["request"]>[2],
  ): ReturnType<Network["request"]> {
    const request = requestCodec.decode(bytes);
    assert.ok(request.ok && request.value.kind === "blocks");
    const { from, count } = request.value;
    this.asked.push({ peer, from, atMs: this.clock.passedMs });
    const clock = this.clock.port(() => true);
    const open = this.#open.get(peer) ?? new Set();
    this.#open.set(peer, open);
    assert.equal(open.size, 0, "one request at a time");
    return new Promise((resolve) => {
      const settle = (result: Result<Uint8Array, RequestFault>): void => {
        cancel();
        open.delete(settle);
        resolve(result);
      };
      open.add(settle);
      const cancel = clock.after(timeoutMs, () => settle(refuse("timeout")));
      signal?.addEventListener("abort", () => settle(refuse("cancelled")), { once: true });
      const answer = present(this.#manners.get(peer), "manners").answer(from, count);
      if (answer !== undefined)
        clock.after(answer.afterMs, () => settle(ok(rangeCodec.encode(answer.blocks))));
    });
  }
}
