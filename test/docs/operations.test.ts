// The commands that docs/operations.md shows for a devnet are run as they stand there.
import assert from "node:assert/strict";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import { freePorts } from "@witan/lab";
import { until } from "../network/conditions.ts";
import { withWitan } from "../network/witan-process.ts";
import { blocksOf, runScript } from "./blocks.ts";

const PAGE = new URL("../../docs/operations.md", import.meta.url);

describe("docs/operations.md", () => {
  it("shows how a parameter is changed on a devnet, how a fifth validator joins it, and it votes", () =>
    withWitan(async (start, folder) => {
      const [makes, admits] = [await blocksOf(PAGE, "sh fifth"), await blocksOf(PAGE, "sh fifth member")];
      assert.ok(makes.length === 2 && admits.length === 1, "the page has lost its fifth validator");
      const [p2p = 0, rpc = 0] = await freePorts(2);
      const own = `http://127.0.0.1:${rpc}`;
      const devnet = start("devnet", "--dir", join(folder, ".witan/devnet"), "--rpc-port", "0");
      const ready = await devnet.event("ready");
      await devnet.event("transaction");
      const [first = ""] = ready["rpc"] as readonly string[];
      // Other ports than a person's: tests run beside each other.
      const run = async (blocks: readonly string[]): Promise<string> => {
        const script = blocks.join("\n").replaceAll(":9650", `:${p2p}`).replaceAll(":9549", `:${rpc}`);
        const { code, out } = await runScript(script, { cwd: folder, env: { WITAN_RPC: first } });
        assert.equal(code, 0, out);
        return out;
      };
      await run(makes);
      const fifth = start("node", "--home", join(folder, "try/v5"));
      await fifth.event("ready");
      const client = new RpcClient({ url: own });
      await until("it follows", async () => {
        const { role, height } = await client.call("node_status", {});
        return role === "observer" && height === 1;
      });
      const changes = await blocksOf(PAGE, "sh change");
      assert.equal(changes.length, 1, "the page has lost its change");
      assert.match(await run(changes), /approved by +v1, v2, v3 \(3 needed\)\nstatus +final/);
      assert.match(await run(admits), /final/);
      await until("it is a validator", async () => {
        const { role, member } = await client.call("node_status", {});
        return role === "validator" && member === "v5";
      });
      // Without v4 a decision takes all of the others, the fifth one too.
      process.kill((ready["pids"] as readonly number[])[3] ?? 0, "SIGKILL");
      await devnet.event("death");
      const [from, to] = ready["accounts"] as readonly Record<string, string>[];
      const send = start(
        ...["send", "--rpc", first, "--secret-key", `${from?.["secretKey"]}`],
        ...["--to", `${to?.["address"]}`, "--amount", "1000", "--wait"],
      );
      assert.equal(await send.ended(), 0, JSON.stringify(send.lines));
      fifth.child.kill("SIGTERM");
      assert.equal(await fifth.ended(), 0, fifth.err);
      const lost = await devnet.event("quorum");
      assert.deepEqual([lost["running"], lost["quorum"], lost["missing"]], [3, 4, ["v4"]]);
      devnet.interrupt();
      assert.equal(await devnet.ended(), 0, devnet.err);
    })).timeout(120_000);
});
