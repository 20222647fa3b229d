// Several nodes asked as one, of which one lies, stands first in the list and answers first: about the head, a proof, and the
// bytes of a transaction.
import assert from "node:assert/strict";
import {
  buildTransfer,
  fetchProof,
  QuorumClient,
  QuorumError,
  type RpcCaller,
  verifyProof,
} from "@witan/client";
import { openChainBytes } from "@witan/ledger";
import { bytesToHex, hexToBytes, present } from "@witan/primitives";
import { readVectors } from "../vectors/format.ts";
import { madeUpCoin, walletOf } from "./ledger-coins.ts";
import { honestNode, type KnownThings, type Lies, lyingNode } from "./lying-node.ts";
import { failureOf } from "./scripted-node.ts";

const file = readVectors("finality-proofs");
const opened = openChainBytes(hexToBytes(present(file.shared["pbft"], "pbft")));
assert.ok(opened.ok);
const chain = opened.value;
const proof = present(
  file.cases.find(({ name }) => name === "ok: all voters, pbft"),
  "a proof",
).proof;
const transaction = proof.slice(0, 64);

/** A transfer of so much, that is of this chain. */
function transferOf(amount: bigint) {
  const to = walletOf("bob").address(chain.genesis.addressPrefix);
  const built = buildTransfer({
    ...{ chain, keys: [walletOf("alice")], coins: [madeUpCoin("alice", 9n)], payments: [{ to, amount }] },
    ...{ fee: { kind: "exact", amount: 0n }, changeTo: to, validUntil: 1_000 },
  });
  assert.ok(built.ok);
  const { id, bytes } = built.value.transaction;
  return { id, bytes: bytesToHex(bytes) };
}

const things: KnownThings = { chain, proof, pending: transferOf(1n) };

/** A quorum of four whose first node lies, and is quicker than the others. */
function quorumWith(lies: Lies): QuorumClient {
  const honest = ["b", "c", "d"].map((url) => honestNode(url, things, 3));
  const nodes: readonly RpcCaller[] = [lyingNode("a", honestNode("a", things), lies), ...honest];
  return new QuorumClient({ nodes, graceMs: 200, timeoutMs: 500 });
}

describe("several nodes asked as one, the first of which lies", () => {
  it("have a head that it can't hold back, nor push on", async () => {
    for (const height of [0, 1_000]) {
      const quorum = quorumWith({ chain_head: (truth) => ({ ...truth, height }) });
      assert.equal((await quorum.call("chain_head", {})).height, 1);
    }
  });

  it("have a proof that holds", async () => {
    const honest = await quorumWith({}).ask("chain_proof", { transaction });
    assert.deepEqual(new Set(honest.nodes.map(({ stance }) => stance)), new Set(["agrees"]));
    const other = proof.slice(0, -2) + (proof.endsWith("00") ? "01" : "00");
    for (const lie of ["00", other]) {
      const quorum = quorumWith({ chain_proof: (truth) => ({ ...truth, proof: lie }) });
      const fetched = await fetchProof(quorum, { transaction });
      const { verified } = await verifyProof({ genesis: chain, proof: fetched.proof, transaction });
      assert.ok(verified);
      const { nodes } = await quorum.ask("chain_proof", { transaction });
      assert.equal(nodes[0]?.stance, "disagrees");
    }
  });

  it("have the bytes of the transaction that was asked for", async () => {
    const { id } = things.pending;
    const stranger = transferOf(2n).bytes;
    for (const bytes of [stranger, "00"]) {
      const quorum = quorumWith({ chain_transaction: (truth) => ({ ...truth, bytes }) });
      const { value, nodes } = await quorum.ask("chain_transaction", { transaction: id });
      assert.ok("bytes" in value && value.bytes === things.pending.bytes);
      assert.equal(nodes[0]?.stance, "disagrees");
    }
  });

  it("are no quorum where no proof holds: more lie than may", async () => {
    const nodes = ["a", "b", "c", "d"].map((url) =>
      lyingNode(url, honestNode(url, things), { chain_proof: (truth) => ({ ...truth, proof: "00" }) }),
    );
    const asked = new QuorumClient({ nodes, timeoutMs: 300 }).call("chain_proof", { transaction });
    const failure = await failureOf(asked, QuorumError);
    assert.equal(failure.code, "no-agreement");
    assert.ok(failure.nodes.every(({ stance }) => stance === "disagrees"));
  });
});
