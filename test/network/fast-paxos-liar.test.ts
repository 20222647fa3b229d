// A proposer that equivocates, over real libp2p: two valid blocks in one round, each to half of the acceptors. It is replaced
// and named in evidence; no two nodes differ; with its node back in its place the network goes on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bpfpMessageCodec } from "@witan/consensus";
import { assembleBlock, type Block, genesisBlock, genesisGovernance, openGenesisFile } from "@witan/ledger";
import { bulkMessageCodec } from "@witan/node";
import type { Height, MemberIndex, Timestamp, View } from "@witan/primitives";
import { readChain } from "./chains-agree.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { Load } from "./load.ts";
import { peerOf, ScriptedPeer, secretOf } from "./scripted-peer.ts";

const LIAR = 0;
const ACCEPTORS = [2, 3, 4, 5] as const;

/** A valid block 1 without transactions, of this time. */
function blockOf(network: TestNetwork, timestamp: number): Block {
  const opened = openGenesisFile(readFileSync(join(network.home(LIAR), "genesis.json"), "utf8"));
  assert.ok(opened.ok);
  const chain = opened.value;
  const { block } = genesisBlock(chain);
  const parent = { height: 0 as Height, hash: block.hash };
  const governance = genesisGovernance(chain);
  const made = assembleBlock(
    { chain, parent, laterThan: block.header.timestamp, target: 0, governance },
    { timestamp: timestamp as Timestamp, proposer: LIAR as MemberIndex, transactions: [] },
  );
  assert.ok(made.ok);
  return made.value;
}

/** Proposes a block in round 0 to some acceptors: the body, and what asks for a vote. */
function propose(peer: ScriptedPeer, network: TestNetwork, block: Block, to: readonly number[]): void {
  const accept = bpfpMessageCodec.encode({
    ...{ kind: "accept", membership: 1 as Height, round: 0 as View, height: 1 as Height },
    ...{ blockHash: block.hash, proof: [], signature: [] },
  });
  for (const node of to) {
    const { id } = peerOf(network, node);
    assert.ok(
      peer.network.send(id, "bulk", bulkMessageCodec.encode({ kind: "proposal", block: block.bytes })),
    );
    assert.ok(peer.network.send(id, "consensus", accept));
  }
}

describe("a proposer that equivocates, over real libp2p", function () {
  this.timeout(120_000);

  it("is replaced and named, and no two nodes differ", () =>
    withNetwork({ fast: { proposers: 2, acceptors: 4 }, start: false }, async (network) => {
      const others = network.nodes.map((_, node) => node).filter((node) => node !== LIAR);
      await Promise.all(others.map((node) => network.restart(node)));
      await network.until("the others are connected", () => network.areConnected());
      const script = { secretKey: secretOf(network, LIAR, "peer.json"), chainId: network.list.chainId };
      const proposed = await ScriptedPeer.with(script, async (peer) => {
        for (const node of ACCEPTORS) await peer.meet(peerOf(network, node));
        peer.network.admit(ACCEPTORS.map((node) => ({ ...peerOf(network, node), name: `a${node - 1}` })));
        await network.until("it is connected to all of them", () =>
          ACCEPTORS.every((node) => peer.isConnected(peerOf(network, node).id)),
        );
        const now = Date.now();
        const blocks = [blockOf(network, now), blockOf(network, now + 1)] as const;
        propose(peer, network, blocks[0], ACCEPTORS.slice(0, 2));
        propose(peer, network, blocks[1], ACCEPTORS.slice(2));
        for (const node of others) await network.reaches(node, 1);
        return blocks.map(({ hash }) => hash);
      });
      for (const node of ACCEPTORS) {
        const { round, proposer } = await network.fastPaxos(node);
        assert.deepEqual([round > 0, proposer], [true, "p2"], network.nodes[node]?.name);
        const { evidence } = await network.client(node).call("consensus_evidence", {});
        const told = evidence.find((one) => "kind" in one && one.kind === "two-blocks");
        assert.equal(told?.member, "p1", JSON.stringify(evidence));
      }
      await network.restart(LIAR);
      const load = await Load.start(network, 2);
      await load.more(5);
      await load.stop();
      const height = Math.max(...(await network.heights()));
      for (const node of network.awake) await network.reaches(node, height);
      const chains = await Promise.all(network.clients.map((client) => readChain(client, height)));
      for (const { hashes } of chains) assert.deepEqual(hashes, chains[0]?.hashes);
      // Whoever comes next has to take one that was voted for: it may have been decided already.
      assert.ok(proposed.some((hash) => hash === chains[0]?.hashes[1]));
    }));
});
