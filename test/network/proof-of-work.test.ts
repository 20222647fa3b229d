// Proof of work as real processes: a devnet of miners shows a transfer under ever more blocks until it is final, and a wait
// for it works as in the other modes.
import assert from "node:assert/strict";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import { type Line, withWitan } from "./witan-process.ts";

describe("proof of work in processes of its own", function () {
  this.timeout(300_000);

  it("is a devnet with --consensus pow, which shows how deep a transfer lies, until it is final", () =>
    withWitan(async (start, folder) => {
      const words = ["--consensus", "pow", "--validators", "3", "--block-interval", "400ms"];
      const devnet = start("devnet", ...words, "--rpc-port", "0", "--dir", join(folder, "dev"));
      const ready = (await devnet.event("ready")) as Line & {
        readonly nodes: readonly { readonly name: string; readonly role: string; readonly rpc: string }[];
      };
      assert.deepEqual(
        ready.nodes.map(({ name, role }) => `${name} ${role}`),
        ["m1 miner", "m2 miner", "m3 miner"],
      );
      const shown = await devnet.event("transaction");
      assert.deepEqual([shown["status"], shown["proofVerified"]], ["final", true]);
      assert.ok(Number(shown["confirmations"]) >= 6);
      assert.ok(Number(shown["reversalProbability"]) <= 0.001);
      const depths = devnet.lines.filter(({ event }) => event === "depth");
      assert.ok(depths.length > 0, "nothing was told of how deep it lies");
      for (const { confirmations, reversalProbability } of depths)
        assert.ok(confirmations === null || (Number(confirmations) > 0 && Number(reversalProbability) <= 1));

      const rpc = new RpcClient({ url: ready.nodes[2]?.rpc ?? "" });
      // Its rate is of the last moment, in which it may not have had its turn on a busy machine.
      const deadline = performance.now() + 30_000;
      for (;;) {
        const status = await rpc.call("consensus_status", {});
        assert.ok(status.mode === "pow" && status.mining);
        assert.equal(status.finalConfirmations, 6);
        if (status.hashRate > 0) break;
        assert.ok(performance.now() < deadline, "it mines, and tries no hashes");
      }
      await devnet.interrupt();
    }));
});
