// kill -9 of a miner's process while it goes over to a branch with more work, at random moments: it comes back on the one
// chain or the other, whole, and goes over all the same. Tests on ports do so at every write; here are real disks.
import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import { createNetwork, type NodeSpec, ProcessNetwork, readNetwork } from "@witan/lab";
import { readChain } from "./chains-agree.ts";
import { between, randomOf, until } from "./conditions.ts";
import { portsInARow } from "./harness.ts";
import { WITAN } from "./witan-process.ts";

const SEED = Number(process.env["WITAN_SEED"] ?? 1);
const ROUNDS = 10;
/** Blocks of the branch that is left, and of the one with more work. */
const [LEAVES, COMES] = [40, 60];
const SHAPE = { consensus: "pow", validators: 2, blockIntervalMs: 100, hashRate: 20_000 } as const;

/** The lives of two homes: each mines alone at first, and then none does. */
const [M1_MINES, M2_MINES, M1, M2] = [0, 1, 2, 3];

function livesOf(homes: readonly string[]): readonly NodeSpec[] {
  return [true, false].flatMap((mines) =>
    homes.map((home, at) => ({
      name: `m${at + 1}`,
      logFile: join(home, "node.log"),
      arguments: ["--home", home, "--mining-enabled", `${mines}`],
    })),
  );
}

describe("kill -9 in a reorganisation", function () {
  this.timeout(1_800_000);

  it(`leaves one of the two chains whole, ${ROUNDS} times (WITAN_SEED=${SEED})`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "witan-reorganised-"));
    const network = join(folder, "network");
    const p2p = await portsInARow(4);
    const rpc = p2p + 2;
    const more = ["--hosts", `127.0.0.1:${p2p}`, "--rpc-port", `${rpc}`];
    await createNetwork(WITAN, network, { ...SHAPE, accounts: 1, more });
    const homes = readNetwork(network).nodes.map(({ home }) => join(network, home));
    const processes = new ProcessNetwork({ command: WITAN, nodes: livesOf(homes), readyTimeoutMs: 60_000 });
    const clients = [0, 1].map((at) => new RpcClient({ url: `http://127.0.0.1:${rpc + at}` }));
    const clientOf = (node: number) => clients[node % 2] as RpcClient;
    const chainOf = async (node: number) => {
      const { height } = await clientOf(node).call("chain_head", {});
      return (await readChain(clientOf(node), height)).hashes;
    };
    /** One of them mines alone, and is ended. */
    const mined = async (node: number, height: number) => {
      await processes.restart(node);
      const head = () => clientOf(node).call("chain_head", {});
      await until(`${height} blocks`, async () => (await head()).height >= height, 600_000);
      await processes.kill(node);
    };
    try {
      await mined(M1_MINES, LEAVES);
      await mined(M2_MINES, COMES);
      const data = join(homes[0] ?? "", "data");
      await cp(data, join(folder, "copy"), { recursive: true });
      await processes.restart(M1);
      const before = await chainOf(M1);
      await processes.kill(M1);
      await processes.restart(M2);
      const after = await chainOf(M2);
      const hasAll = async () => (await chainOf(M1)).at(-1) === after.at(-1);

      const random = randomOf(SEED);
      let lastMs = 0;
      for (let round = 0; round <= ROUNDS; round++) {
        await rm(data, { recursive: true });
        await cp(join(folder, "copy"), data, { recursive: true });
        const began = performance.now();
        await processes.restart(M1);
        if (round === 0) {
          await until("it has gone over", hasAll);
          lastMs = performance.now() - began;
          await processes.kill(M1);
          continue;
        }
        const killAt = began + between(random, 0, Math.ceil(lastMs));
        await until("its time has come", () => performance.now() >= killAt, 60_000, 1);
        await processes.kill(M1);
        // Alone it shows what it has: nobody tells it of anything.
        await processes.kill(M2);
        await processes.restart(M1);
        const found = await chainOf(M1);
        assert.deepEqual(found, found.at(-1) === after.at(-1) ? after : before, `round ${round}`);
        await processes.restart(M2);
        await until(`round ${round}: it has gone over`, hasAll);
        assert.deepEqual(await chainOf(M1), after);
        await processes.kill(M1);
      }
    } finally {
      await processes.killAll();
    }
    await rm(folder, { recursive: true, force: true });
  });
});
