// Mining without forks: blocks spread, transactions get confirmations until they are final, and all that can be asked.
import assert from "node:assert/strict";
import { rosenfeld } from "@witan/consensus";
import { checkWorkProof, finalityProofCodec } from "@witan/ledger";
import { bytesToHex, hexToBytes } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { Purse } from "../purse.ts";
import { FINAL, Miners } from "./miners.ts";

describe("proof of work: blocks and confirmations", () => {
  it("spreads blocks, and calls a transaction final when it lies deep enough", async () => {
    const miners = await Miners.start();
    const { world } = miners.cluster;
    const purse = new Purse(miners.cluster);
    const transfer = purse.pay();
    const params = { transaction: bytesToHex(transfer.bytes), waitFor: "final", timeoutMs: 60_000 } as const;
    const outcome = miners.seat("m1").call("transaction_submit", params);
    await world.until("m2 has heard of it", () => miners.seat("m2").node.readings().pending === 1);
    assert.equal((await stateAt(miners, "m2", transfer.id)).status, "pending");
    for (let confirmations = 1; confirmations < FINAL; confirmations++) {
      await miners.mine("m2");
      await miners.agreed();
      const state = await stateAt(miners, "m3", transfer.id);
      assert.equal(state.status, "included");
      assert.ok(state.status === "included");
      assert.equal(state.confirmations, confirmations);
      assert.equal(state.reversalProbability, rosenfeld(0.1, confirmations));
      assert.equal(state.height, 1);
    }
    await miners.mine("m3");
    const told = await world.settled("it is final", outcome);
    assert.equal(told.status, "final");
    assert.ok(told.status === "final" && told.reversalProbability !== undefined);
    assert.equal(told.confirmations, FINAL);
    assert.ok(told.reversalProbability <= 0.001);
    await miners.agreed();
    const proof = await miners.seat("m1").call("chain_proof", { transaction: transfer.id });
    const decoded = finalityProofCodec.decode(hexToBytes(proof.proof));
    assert.ok(decoded.ok);
    const { chain } = miners.cluster;
    const checked = checkWorkProof(chain, decoded.value, [purse.ledger.headers[0] as never]);
    assert.ok(checked.ok, checked.ok ? "" : `${checked.code} ${checked.detail}`);
    assert.equal(checked.value.confirmations, FINAL);
    await miners.finish();
  });

  it("says that it mines while it goes over to a block too", async () => {
    const miners = await Miners.start(["m1"]);
    const { cluster } = miners;
    const asked: Promise<ResultOf<"consensus_status">>[] = [];
    cluster.world.onPoint = () => {
      asked.push(miners.seat("m1").call("consensus_status", {}));
    };
    await miners.mine("m1");
    cluster.world.onPoint = () => {};
    const told = await cluster.world.settled("all have answered", Promise.all(asked));
    const moments = told.filter((status) => status.mode === "pow");
    assert.ok(moments.some(({ phase }) => phase === "switching"));
    assert.ok(moments.every(({ mining }) => mining));
    await miners.finish();
  });

  it("calls final what its operator's risk allows, and nothing against half of all hash power", async () => {
    const miners = await Miners.start(["m1"]);
    const settings = [
      ["bold", { reversalRisk: 0.2 }, 1],
      ["careful", { assumedAttackerShare: 0.3 }, 32],
      ["hopeless", { assumedAttackerShare: 0.5 }, null],
    ] as const;
    for (const [name, proofOfWork] of settings) miners.add(name, { settings: { proofOfWork } });
    miners.seat("m1").node.listPeers(miners.cluster.peers());
    for (const [name] of settings) await miners.seat(name).start();
    await miners.mine("m1", 3);
    await miners.agreed();
    const { transactions } = await miners.seat("m1").call("chain_block", { height: 3 });
    const reward = transactions[0]?.transaction ?? "";
    for (const [name, , confirmations] of settings) {
      const status = await miners.seat(name).call("consensus_status", {});
      assert.ok(status.mode === "pow" && !status.mining);
      assert.equal(status.finalConfirmations, confirmations);
      const state = await stateAt(miners, name, reward);
      assert.equal(state.status, confirmations === 1 ? "final" : "included", name);
    }
    const blockZero = await miners.seat("hopeless").call("chain_block", { height: 0 });
    const state = await stateAt(miners, "hopeless", blockZero.transactions[0]?.transaction ?? "");
    assert.equal(state.status, "final", "nobody can undo block 0");
    await miners.finish();
  });

  it("explains itself in words: what is waited for, from when on a block counts, and whether it hears of others", async () => {
    const miners = await Miners.start(["m1", "m2"]);
    const explained = async () => {
      const told = await miners.seat("m1").call("consensus_explain", {});
      assert.ok(told.mode === "pow");
      return told;
    };
    const first = await explained();
    assert.match(
      first.sentences.join(" "),
      /^Block 0 is the tip .* find block 1: .* counts as final yet: that takes \d+ conf/,
    );
    await miners.mine("m1", FINAL + 1);
    await miners.agreed();
    const told = await explained();
    assert.equal(told.waitingFor, "work");
    assert.deepEqual([told.height, told.finalHeight, told.phase], [FINAL + 1, 2, "settled"]);
    assert.deepEqual([told.peers, told.advice], [{ connected: 1, known: 1 }, []]);
    assert.deepEqual(await miners.seat("m1").call("node_health", {}), { fit: true, reasons: [] });
    assert.match(
      told.sentences.join(" "),
      /Blocks up to 2 count as final here, by \d+ confirmations: .* 10 % of all hash/,
    );
    await miners.cluster.world.pass(11 * told.blockIntervalMs);
    assert.match((await explained()).advice.join(" "), /^No block for .* see whether miners run/);
    await miners.seat("m2").stop();
    await miners.cluster.world.until("m1 is alone", () => miners.seat("m1").node.readings().peers === 0);
    const alone = await explained();
    assert.deepEqual([alone.waitingFor, alone.peers], ["peers", { connected: 0, known: 1 }]);
    assert.match(alone.advice.join(" "), /node_peers\) .* its own branch, which may be undone/);
    const { fit, reasons } = await miners.seat("m1").call("node_health", {});
    assert.deepEqual([fit, reasons.map(({ reason }) => reason)], [false, ["too-few-peers"]]);
    assert.match(
      reasons[0]?.message ?? "",
      /no peer is connected.*its own branch, which may be undone.*node_peers/,
    );
    await miners.finish();
  });

  it("answers a wait whose time is up with pending, though the transaction is in a block", async () => {
    const miners = await Miners.start(["m1"]);
    const transfer = new Purse(miners.cluster).pay();
    await miners.seat("m1").call("transaction_submit", { transaction: bytesToHex(transfer.bytes) });
    await miners.mine("m1");
    const asked = miners.seat("m1").call("transaction_wait", { transaction: transfer.id, timeoutMs: 100 });
    const told = await miners.cluster.world.settled("the time is up", asked);
    assert.deepEqual(told, { transaction: transfer.id, status: "pending" });
    assert.equal((await stateAt(miners, "m1", transfer.id)).status, "included");
    await miners.finish();
  });

  it("tells where it stands, and has nothing to say of members", async () => {
    const miners = await Miners.start(["m1", "m2"]);
    miners.add("o");
    await miners.mine("m1", 3);
    await miners.agreed("m1", "m2");
    await miners.cluster.world.pass(2_000);
    const status = await miners.seat("m1").call("consensus_status", {});
    assert.ok(status.mode === "pow");
    assert.deepEqual(
      { ...status, hash: "", work: "", best: "", target: "", hashRate: 0 },
      {
        ...{
          mode: "pow",
          height: 3,
          me: null,
          quorum: 0,
          hash: "",
          work: "",
          phase: "settled",
          best: "",
          target: "",
        },
        ...{ branches: 0, orphans: 0, mining: true, hashRate: 0 },
        ...{ assumedAttackerShare: 0.1, reversalRisk: 0.001, finalConfirmations: FINAL },
      },
    );
    assert.equal(status.hash, miners.seat("m1").node.tip.hash);
    for (const method of ["consensus_membership", "consensus_evidence"] as const)
      await assert.rejects(miners.seat("m1").call(method, {}), { reason: "mode-unsupported" });
    await assert.rejects(miners.seat("m1").call("governance_pending", {}), { reason: "mode-unsupported" });
    const node = await miners.seat("m2").call("node_status", {});
    assert.deepEqual(
      { mode: node.mode, role: node.role, height: node.height, syncing: node.syncing },
      { mode: "pow", role: "miner", height: 3, syncing: null },
    );
    assert.deepEqual(await miners.seat("m2").call("node_health", {}), { fit: true, reasons: [] });
    const block = await miners.seat("m2").call("chain_block", { height: 2 });
    assert.equal(block.certificate, null);
    await miners.finish();
  });
});

async function stateAt(miners: Miners, name: string, transaction: string) {
  return miners.seat(name).call("chain_transaction", { transaction });
}
