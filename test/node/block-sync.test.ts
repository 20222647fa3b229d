// The fetching of blocks by itself, over a chain and a network of one line each: what goes wrong between two steps.
import assert from "node:assert/strict";
import { certificateChecks } from "@witan/consensus";
import { genesisBlock, type Header, headerCodec } from "@witan/ledger";
import {
  type BlockHash,
  byzantineMax,
  byzantineQuorum,
  type Certificate,
  type Height,
  type Membership,
  type Network,
  type PeerId,
  type View,
} from "@witan/primitives";
import type { ChainKeeper } from "../../packages/node/src/chain/chain-keeper.ts";
import { Bodies } from "../../packages/node/src/consensus/bodies.ts";
import type { CheckedSignatures } from "../../packages/node/src/consensus/checked-signatures.ts";
import { BlockSync } from "../../packages/node/src/sync/block-sync.ts";
import { requestCodec } from "../../packages/node/src/wire.ts";
import { TestLedger } from "../ledger/build.ts";
import { ManualClock, turn } from "./manual-clock.ts";

const { chain } = new TestLedger();
const MEMBERS = chain.genesis.members;
const membership: Membership = { mode: "pbft", from: 1 as Height, members: MEMBERS };
const PEERS = MEMBERS.map(({ peerId }) => peerId);
const MIB = 1024 * 1024;

function decided(
  height: number,
  size = 128,
): { readonly block: Uint8Array; readonly certificate: Certificate } {
  const header: Header = { ...genesisBlock(chain).block.header, height: height as Height };
  const block = new Uint8Array(size);
  block.set(headerCodec.encode(header));
  const quorum = byzantineQuorum(MEMBERS.length);
  const signatures = Array.from({ length: quorum }, (_, member) => ({ member, signature: "00".repeat(64) }));
  const certificate = {
    ...{ kind: "pbft" as const, membership: 1 as Height, view: 0 as View, height: height as Height },
    ...{ blockHash: chain.blockHash(header) as BlockHash, signatures },
  } as unknown as Certificate;
  return { block, certificate };
}

/** A sync on a chain of some height, with what it hands over and what it asks for. */
function scene() {
  const tip = { height: 0 };
  const handed: number[] = [];
  const asked: { readonly peer: PeerId; readonly from: number }[] = [];
  const network = {
    isConnected: (peer: PeerId) => peer !== GONE,
    reportFault: () => {},
    request: (peer: PeerId, bytes: Uint8Array) => {
      const request = requestCodec.decode(bytes);
      if (request.ok && request.value.kind === "blocks") asked.push({ peer, from: request.value.from });
      return new Promise(() => {});
    },
  };
  const keeper = { chain, tip, memberships: () => membership };
  const sync = new BlockSync({
    chain: keeper as unknown as ChainKeeper,
    network: network as unknown as Network,
    clock: new ManualClock(0).port(() => true),
    bodies: new Bodies(),
    signatures: { check: () => "hold" } as unknown as CheckedSignatures,
    finality: {
      isWitness: (peer) => PEERS.includes(peer),
      liarsMax: () => byzantineMax(MEMBERS.length),
      checks: (certificate) => certificateChecks(chain.chainId, certificate, () => membership),
    },
    onFinal: ({ certificate: { height } }) => handed.push(height),
    onFailure: (error) => {
      throw error;
    },
  });
  return { sync, tip, handed, asked };
}

const [A, B, C, D] = PEERS as [PeerId, PeerId, PeerId, PeerId];
/** Has sent something, and does not answer any more. */
const GONE = "01".repeat(38) as PeerId;

describe("block sync", () => {
  it("hands over again what came while the engine was still applying the block before", async () => {
    const { sync, tip, handed } = scene();
    sync.offer(A, decided(1));
    sync.offer(A, decided(2));
    await turn();
    assert.deepEqual(handed, [1]);
    // The tip has moved, and the engine does not know yet: it drops what it is told of the next height.
    tip.height = 1;
    sync.claim(2 as Height, [B]);
    await turn();
    assert.deepEqual(handed, [1, 2]);
    sync.applied();
    await turn();
    assert.deepEqual(handed, [1, 2, 2]);
    sync.stop();
  });

  it("believes of heights what at least one correct member says", () => {
    const { sync } = scene();
    sync.claim((2 ** 50) as Height, [A]);
    assert.equal(sync.target, undefined, "one of four may lie");
    sync.claim(7 as Height, [B]);
    assert.equal(sync.target, 7);
    sync.claim(9 as Height, ["00".repeat(38) as PeerId]);
    assert.equal(sync.target, 7, "who is no member counts for nothing");
    sync.stop();
  });

  it("goes on asking for what is in front of all that it holds, however much that is", () => {
    const { sync, asked } = scene();
    for (const height of [3, 4, 5]) sync.offer(GONE, decided(height, 30 * MIB));
    assert.deepEqual(asked, []);
    sync.claim(200 as Height, [C, D]);
    assert.ok(asked.some(({ from }) => from === 1));
    assert.ok(
      asked.every(({ from }) => from < 3),
      "and for nothing behind it",
    );
    const before = asked.length;
    sync.forget(GONE);
    sync.claim(200 as Height, [A]);
    assert.ok(asked.length > before, "what a peer sent is gone with it");
    sync.stop();
  });
});
