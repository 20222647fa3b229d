// BP Fast Paxos as real processes: `kill -9` of the trusted proposer, of an acceptor and of both, under load; what is final
// stays final, an observer follows, and proofs hold.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fetchProof, RpcClient, verifyProof } from "@witan/client";
import { checkChains } from "./chains-agree.ts";
import { crashFast } from "./crash-fast.ts";
import { withNetwork } from "./harness.ts";
import { FEW_AHEAD, Load } from "./load.ts";
import { errorOf, type Line, withWitan } from "./witan-process.ts";

/** The network of genesis/bp-fast-paxos.json, two proposers and four acceptors, and an observer, by their places. */
const SHAPE = {
  ...{ fast: { proposers: 2, acceptors: 4 }, observers: 1 },
  ...{ development: true, accounts: 10 },
} as const;
const GENESIS = new URL("../../genesis/bp-fast-paxos.json", import.meta.url);
const OBSERVER = 6;
describe("BP Fast Paxos in processes of its own", function () {
  this.timeout(300_000);

  it("outlives kill -9 of the trusted proposer, of an acceptor, of both, under load", () =>
    withNetwork(SHAPE, async (network) => {
      const load = await Load.start(network, { lanes: 2, ahead: FEW_AHEAD });
      await crashFast(network, load, 3);
      await load.stop();
      await checkChains(network, load.finals);

      const status = await network.client(OBSERVER).call("node_status", {});
      assert.deepEqual([status.role, status.member, status.mode], ["observer", null, "bp-fast-paxos"]);
      const genesis = readFileSync(GENESIS, "utf8");
      for (const { transaction, height } of [load.finals[0], load.finals.at(-1)].map((final) => final!)) {
        const { proof } = await fetchProof(network.client(OBSERVER), { transaction });
        const verified = await verifyProof({ genesis, proof, transaction });
        assert.ok(verified.verified, JSON.stringify(verified));
        assert.equal(verified.height, height);
        assert.ok(verified.signers.length >= 3 && verified.signers.every((name) => name.startsWith("a")));
      }
    }));

  it("is a devnet with --consensus bp-fast-paxos, which shows a transfer final and proven, and keeps its mode", () =>
    withWitan(async (start, folder) => {
      const dir = ["--rpc-port", "0", "--dir", join(folder, "dev")];
      const counts = ["--proposers", "1", "--acceptors", "1"];
      const devnet = start("devnet", "--consensus", "bp-fast-paxos", ...counts, ...dir);
      const ready = (await devnet.event("ready")) as Line & {
        readonly nodes: readonly { readonly name: string; readonly role: string; readonly rpc: string }[];
        readonly pids: readonly number[];
      };
      assert.equal(ready["consensus"], "bp-fast-paxos");
      assert.deepEqual(
        ready.nodes.map(({ name, role }) => `${name} ${role}`),
        ["p1 proposer", "a1 acceptor"],
      );
      const shown = await devnet.event("transaction");
      assert.deepEqual([shown["status"], shown["proofVerified"]], ["final", true]);
      const status = await new RpcClient({ url: ready.nodes[0]?.rpc ?? "" }).call("node_status", {});
      assert.deepEqual([status.mode, status.role, status.member], ["bp-fast-paxos", "proposer", "p1"]);

      process.kill(ready.pids[0] ?? 0, "SIGKILL");
      const death = await devnet.event("death");
      assert.deepEqual([death["node"], death["role"], death["signal"]], ["p1", "proposer", "SIGKILL"]);
      const { event, ...lost } = await devnet.event("quorum");
      assert.deepEqual(lost, { reached: false, running: 1, quorum: 1, proposers: 0, missing: ["p1"] });
      devnet.interrupt();
      assert.equal(await devnet.ended(), 0, devnet.err);

      const again = start("devnet", "--once", ...dir);
      assert.equal(await again.ended(), 0, again.err);
      const done = again.lines.at(-1) as Line;
      assert.deepEqual([done["event"], done["status"], done["height"]], ["done", "final", 2]);
      for (const argv of [
        ["--consensus", "pbft"],
        ["--validators", "4"],
        ["--acceptors", "4"],
      ]) {
        const refused = start("devnet", "--once", ...dir, ...argv);
        assert.equal(await refused.ended(), 2);
        assert.equal(errorOf(refused)["reason"], "folder-differs", argv.join(" "));
      }
    }));
});
