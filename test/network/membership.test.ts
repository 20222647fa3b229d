// Members that change while the network runs under load, by the commands that operators use: a fifth validator is added
// after it has followed as an observer, a voting key is replaced, a validator is removed. No view is given up for it: the
// chain never pauses for as long as a view timer.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import { startNode } from "@witan/lab";
import { lastJson, witan } from "../cli/run.ts";
import { fittingFetch } from "./answers-fit.ts";
import { checkChains, readChain } from "./chains-agree.ts";
import { DEADLINE_MS } from "./conditions.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { Load } from "./load.ts";
import { readLog } from "./node-log.ts";
import { WITAN } from "./witan-process.ts";

/** A view timer that a busy machine keeps: a view that is given up is a pause that long. */
const VIEW_MS = 3_000;

type Json = Readonly<Record<string, unknown>>;

/** Runs a command, in this process: starting as many as this takes would be most of the test. */
async function run(...argv: readonly string[]): Promise<Json> {
  const ran = await witan(...argv, "--json");
  assert.equal(ran.code, 0, ran.out);
  return lastJson(ran);
}

/**
 * A view that is given up is a pause as long as its timer. Each node tells of it in its log, also where views have begun
 * anew since with other members.
 */
function noViewWasGivenUp(network: TestNetwork): void {
  const logs = [...network.nodes.map((_, node) => network.log(node)), readLog(logOfFifth(network))];
  const given = logs.flat().filter(({ msg }) => msg.startsWith("a view was given up"));
  assert.deepEqual(given, [], "a view was given up");
}

function logOfFifth({ folder }: TestNetwork): string {
  return join(folder, "v5", "node.log");
}

/** Makes a change as operators do: proposed, approved by each where their key is, submitted. */
async function change(
  network: TestNetwork,
  operators: readonly number[],
  what: readonly string[],
): Promise<void> {
  const rpc = ["--rpc", network.client(operators[0] ?? 0).url];
  const proposal = join(network.folder, `${what.slice(0, 2).join("-").replaceAll("--", "")}.json`);
  await run("governance", "propose", ...what, ...rpc, "--out", proposal);
  const approvals: string[] = [];
  for (const operator of operators) {
    const out = `${proposal}.${operator}.json`;
    const key = join(network.home(operator), "keys", "operator.json");
    await run("governance", "approve", proposal, "--key", key, "--out", out);
    approvals.push(out);
  }
  const submitted = await run("governance", "submit", ...approvals, ...rpc, "--wait");
  assert.equal(submitted["status"], "final");
  // The change itself was decided in the first view of the members before it.
  const height = Number(submitted["height"]);
  const { certificate } = await network
    .client(operators[0] ?? 0)
    .call("chain_block", { height, transactions: "ids" });
  assert.ok(certificate?.kind === "pbft" && certificate.view === 0, JSON.stringify(certificate));
  noViewWasGivenUp(network);
  // Who submits it again, for not having heard, is answered the same.
  assert.deepEqual(await run("governance", "submit", ...approvals, ...rpc, "--wait"), submitted);
}

/** Makes the home of a candidate, and lists it with the members, whose nodes read their lists anew. */
async function candidate(network: TestNetwork): Promise<string> {
  const home = join(network.folder, "v5");
  const { member } = await run("member", "create", "--name", "v5", "--plain", "--out", home);
  const address = `127.0.0.1:${network.p2pPort + 4}`;
  await run(
    ...["member", "join", "--home", home, "--genesis", join(network.home(0), "genesis.json")],
    ...["--listen", address, "--rpc-listen", `127.0.0.1:${network.rpcPort + 4}`],
    ...network.nodes.flatMap(({ name }, at) => ["--peer", `${name}=127.0.0.1:${network.p2pPort + at}`]),
  );
  const id = String((member as Json)["peerId"]);
  for (const node of network.processes.running) {
    network.listPeer(node, { name: "v5", id, address });
    process.kill(network.processes.pid(node) ?? 0, "SIGHUP");
  }
  return home;
}

async function addsFifth(network: TestNetwork, load: Load, fifth: RpcClient): Promise<void> {
  const [height = 0] = await network.heights([0]);
  await network.until("v5 follows as an observer", async () => {
    const status = await fifth.call("node_status", {});
    assert.deepEqual([status.role, status.member], ["observer", null]);
    return status.height >= height;
  });
  await change(network, [0, 1, 2], ["add-member", "--member", join(network.folder, "v5", "member.json")]);
  await network.until("v5 is a validator", async () => {
    const { role, member } = await fifth.call("node_status", {});
    return role === "validator" && member === "v5";
  });
  const { quorum, members } = await fifth.call("consensus_membership", {});
  assert.deepEqual([quorum, members.length], [4, 5]);
  await load.more(10);
  // Without v4 each of the others is needed, v5 too.
  await network.processes.stopNode(3);
  await load.more(10);
  await network.restart(3);
}

async function replacesKey(network: TestNetwork, load: Load): Promise<void> {
  const home = network.home(1);
  const key = join(home, "keys", "successor.json");
  const { publicKey } = await run(
    ...["keys", "new", "--purpose", "voting", "--plain", "--out", key],
    ...["--genesis", join(home, "genesis.json")],
  );
  // The node has both keys before the chain changes from one to the other.
  const config = join(home, "config.toml");
  const text = readFileSync(config, "utf8");
  writeFileSync(
    config,
    text.replace("[keys]", '[keys]\nvoting = ["keys/voting.json", "keys/successor.json"]'),
  );
  await network.processes.stopNode(1);
  await load.more(5);
  await network.restart(1);
  await change(network, [0, 2, 3, 1], ["replace-key", "v2", "--voting-key", String(publicKey)]);
  await network.until("v2 votes with its new key", async () => {
    const { members } = await network.client(1).call("consensus_membership", {});
    const { me } = await network.consensus(1);
    return members.find(({ name }) => name === "v2")?.votingKey === publicKey && me === "v2";
  });
  await network.processes.stopNode(3);
  await load.more(10);
  await network.restart(3);
}

async function removesFirst(network: TestNetwork, load: Load): Promise<void> {
  await change(network, [1, 2, 3, 0], ["remove-member", "v1"]);
  await network.until("v1 is an observer", async () => {
    const { role, member } = await network.client(0).call("node_status", {});
    return role === "observer" && member === null;
  });
  await network.processes.stopNode(0);
  await load.more(10);
  await network.restart(0);
  const [height = 0] = await network.heights([1]);
  await network.reaches(0, height);
}

describe("members that change while the network runs", function () {
  this.timeout(180_000);

  it("one added, a key replaced, one removed; and no view is given up", () =>
    withNetwork({ viewMs: [VIEW_MS, 2 * VIEW_MS] }, async (network) => {
      const load = await Load.start(network);
      await load.more(10);
      const home = await candidate(network);
      const spec = {
        name: "v5",
        logFile: logOfFifth(network),
        arguments: [
          ...["--home", home, "--log-format", "json", "--verifier-workers", "1"],
          ...["--consensus-view-timeout-ms", `${VIEW_MS}`],
        ],
      };
      const v5 = startNode(WITAN, spec, { onBlock: () => {} }, DEADLINE_MS);
      try {
        const fifth = new RpcClient({ url: `http://127.0.0.1:${network.rpcPort + 4}`, fetch: fittingFetch });
        await v5.ready;
        for (const step of [addsFifth, replacesKey, removesFirst]) {
          await step(network, load, fifth);
          noViewWasGivenUp(network);
        }
        await load.stop();
        await checkChains(network, load.finals);
        const [height = 0] = await network.heights([1]);
        await network.until("v5 has the same height", async () => {
          return (await fifth.call("chain_head", {})).height === height;
        });
        const own = await readChain(fifth, height);
        assert.deepEqual(own.hashes, (await readChain(network.client(1), height)).hashes);
        assert.deepEqual((await v5.stop(10_000)).exit, { code: 0, signal: null });
      } finally {
        v5.signal("SIGKILL");
        await v5.ended;
      }
    }));
});
