// `witan devnet` as people and programs use it: real processes, real files, real signals.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { RpcClient, verifyProof } from "@witan/client";
import { freePorts, isAlive, markOf, type ProcessMark } from "@witan/lab";
import { lastJson, witan, witanProcess } from "../cli/run.ts";
import { until } from "../lab/in-folder.ts";
import { fittingFetch } from "./answers-fit.ts";
import { errorOf, type Line, type Running, withWitan } from "./witan-process.ts";

interface Ready {
  readonly rpc: readonly string[];
  readonly pids: readonly number[];
  readonly accounts: readonly {
    readonly address: string;
    readonly secretKey: string;
    readonly balance: string;
  }[];
  readonly validators: readonly { readonly name: string; readonly home: string; readonly p2p: string }[];
  readonly chainId: string;
  readonly height: number;
  readonly created: boolean;
  readonly genesisFile: string;
}

async function ready(devnet: Running): Promise<Ready & { readonly marks: readonly ProcessMark[] }> {
  const line = (await devnet.event("ready")) as Line & Ready;
  return { ...line, marks: line.pids.map(markOf) };
}

describe("witan devnet", function () {
  this.timeout(120_000);

  it("shows a transfer final and proven, goes on with the same chain, and starts over when told to", () =>
    withWitan(async (start, folder) => {
      const argv = ["devnet", "--once", "--rpc-port", "0", "--dir", join(folder, "dev")];
      const first = start(...argv, "--validators", "2");
      const one = await ready(first);
      assert.equal(await first.ended(), 0, first.err);
      assert.deepEqual([one.rpc.length, one.pids.length, one.accounts.length], [2, 2, 10]);
      assert.deepEqual([one.created, one.height, one.accounts[0]?.balance], [true, 0, "100000000000000"]);
      const done = first.lines.at(-1) as Line;
      const { event, status, proofVerified, height, transaction, finalityMs } = done;
      assert.deepEqual([event, status, proofVerified, height], ["done", "final", true, 1]);
      assert.match(String(transaction), /^[0-9a-f]{64}$/);
      assert.ok(Number(finalityMs) > 0);
      assert.deepEqual(one.marks.filter(isAlive), []);
      assert.deepEqual(readdirSync(folder), ["dev"]);
      assert.ok(!readdirSync(join(folder, "dev")).includes("devnet.lock"));

      const second = start(...argv, "--validators", "2");
      const two = await ready(second);
      assert.equal(await second.ended(), 0, second.err);
      assert.deepEqual([two.created, two.height, two.chainId], [false, 1, one.chainId]);
      assert.equal(two.accounts[1]?.balance, "100000150000000");
      assert.equal((second.lines.at(-1) as Line)["height"], 2);

      const third = start(...argv, "--fresh", "--validators", "1");
      const three = await ready(third);
      assert.equal(await third.ended(), 0, third.err);
      assert.deepEqual([three.created, three.height, three.rpc.length], [true, 0, 1]);
      assert.notEqual(three.chainId, one.chainId);
    }));

  it("has four validators, on the ports asked for, tells of blocks and deaths, and stops on Ctrl-C within 3 s", () =>
    withWitan(async (start, folder) => {
      const [port = 0] = await freePorts(1);
      const argv = ["devnet", "--rpc-port", `${port}`, "--dir", join(folder, "dev")];
      const devnet = start(...argv);
      const { rpc, accounts, pids, marks, genesisFile } = await ready(devnet);
      assert.deepEqual(
        rpc,
        [0, 1, 2, 3].map((at) => `http://127.0.0.1:${port + at}`),
      );
      assert.equal((await devnet.event("transaction"))["proofVerified"], true);

      const same = start(...argv);
      assert.equal(await same.ended(), 3);
      assert.equal(errorOf(same)["reason"], "folder-in-use");
      assert.ok(String(errorOf(same)["message"]).includes(`process ${devnet.pid}`));
      const beside = start("devnet", "--rpc-port", `${port + 1}`, "--dir", join(folder, "beside"));
      assert.equal(await beside.ended(), 3);
      assert.equal(errorOf(beside)["reason"], "ports-in-use");
      assert.match(String(errorOf(beside)["message"]), new RegExp(`ports ${port + 1}, .*--rpc-port`));

      process.kill(pids[3] ?? 0, "SIGKILL");
      const death = await devnet.event("death");
      assert.deepEqual([death["validator"], death["pid"], death["signal"]], ["v4", pids[3], "SIGKILL"]);
      assert.ok((death["log"] as readonly string[]).length > 0);
      const [from, to] = accounts;
      const send = start(
        ...["send", "--rpc", `${rpc[1]}`, "--secret-key", `${from?.secretKey}`],
        ...["--to", `${to?.address}`, "--amount", "1000", "--wait"],
      );
      assert.equal(await send.ended(), 0, JSON.stringify(send.lines));
      const { transaction, height } = send.lines.at(-1) as Line;
      const block = await devnet.line(
        "its block",
        (line) => line["event"] === "block" && line["height"] === height,
      );
      assert.equal(block["transactions"], 1);
      const { proof } = await new RpcClient({ url: rpc[2] ?? "", fetch: fittingFetch }).call("chain_proof", {
        transaction: String(transaction),
      });
      const verified = await verifyProof({ genesis: readFileSync(genesisFile, "utf8"), proof });
      assert.ok(verified.verified);

      const from0 = performance.now();
      devnet.interrupt();
      assert.equal(await devnet.ended(), 0, devnet.err);
      assert.ok(performance.now() - from0 < 3000, `took ${performance.now() - from0} ms`);
      assert.deepEqual(devnet.lines.at(-1), { event: "stopped", leftRunning: [] });
      assert.deepEqual(marks.filter(isAlive), []);
    }));

  it("leaves no validator behind when it is killed, and goes on when it is started again", () =>
    withWitan(async (start, folder) => {
      const argv = ["devnet", "--rpc-port", "0", "--validators", "2", "--dir", join(folder, "dev")];
      const devnet = start(...argv);
      const { marks } = await ready(devnet);
      await devnet.event("transaction");
      await devnet.kill();
      // At once: it waits for what the killed one has left behind.
      const again = start(...argv, "--once");
      const { height } = await ready(again);
      assert.equal(await again.ended(), 0, JSON.stringify(again.lines));
      assert.equal(height, 1);
      assert.deepEqual(marks.filter(isAlive), []);
    }));

  it("goes on where validators are killed, says what is missing, and sees who is started again by hand", () =>
    withWitan(async (start, folder) => {
      const dir = join(folder, "dev");
      const devnet = start("devnet", "--rpc-port", "0", "--validators", "3", "--dir", dir);
      const { pids, marks, rpc, accounts, validators } = await ready(devnet);
      await devnet.event("transaction");
      for (const pid of pids.slice(0, 2)) process.kill(pid, "SIGKILL");
      const lost = await devnet.event("quorum");
      assert.deepEqual(lost, {
        ...{ event: "quorum", reached: false, running: 1, quorum: 2, missing: ["v1", "v2"] },
      });
      const deaths = devnet.lines.filter((line) => line["event"] === "death");
      assert.deepEqual(deaths.map((line) => line["home"]).sort(), [join(dir, "v1"), join(dir, "v2")]);

      // Its home alone says which validator it is.
      const byHand = start("node", "--home", join(dir, "v2"));
      const own = await byHand.event("ready");
      assert.deepEqual([own["rpc"], own["p2p"]], [rpc[1], [validators[1]?.p2p]]);
      const back = await devnet.event("back");
      assert.deepEqual(back, { event: "back", validator: "v2", rpc: rpc[1], home: join(dir, "v2") });
      const again = await devnet.line("the quorum is back", (line) => line["reached"] === true);
      assert.deepEqual([again["running"], again["quorum"], again["missing"]], [2, 2, ["v1"]]);
      const [from, to] = accounts;
      const send = start(
        ...["send", "--rpc", `${rpc[1]}`, "--secret-key", `${from?.secretKey}`],
        ...["--to", `${to?.address}`, "--amount", "1000", "--wait"],
      );
      assert.equal(await send.ended(), 0, JSON.stringify(send.lines));

      devnet.interrupt();
      assert.equal(await devnet.ended(), 0, devnet.err);
      assert.deepEqual(devnet.lines.at(-1), { event: "stopped", leftRunning: ["v2"] });
      assert.deepEqual(marks.filter(isAlive), []);
      // What it has not started runs on, and nobody takes its files away.
      for (const more of [[], ["--fresh"]]) {
        const beside = start("devnet", "--rpc-port", "0", "--dir", dir, ...more);
        assert.equal(await beside.ended(), 3);
        assert.equal(errorOf(beside)["reason"], "folder-in-use");
        assert.match(String(errorOf(beside)["message"]), /^v2 of this network runs already, at http/);
      }
      byHand.child.kill("SIGTERM");
      assert.equal(await byHand.ended(), 0, byHand.err);
    }));

  it("sees one who was started by hand go again, and stops on SIGHUP with nobody left", () =>
    withWitan(async (start, folder) => {
      const dir = join(folder, "dev");
      const argv = ["devnet", "--rpc-port", "0", "--validators", "1", "--dir", dir];
      const devnet = start(...argv);
      const { pids } = await ready(devnet);
      await devnet.event("transaction");
      process.kill(pids[0] ?? 0, "SIGKILL");
      assert.equal((await devnet.event("quorum"))["running"], 0);
      const byHand = start("node", "--home", join(dir, "v1"));
      await devnet.event("back");
      byHand.interrupt();
      assert.equal(await byHand.ended(), 0);
      await devnet.event("gone");
      devnet.child.kill("SIGHUP");
      assert.equal(await devnet.ended(), 0);
      assert.deepEqual(devnet.lines.at(-1), { event: "stopped", leftRunning: [] });
    }));

  it("keeps its ports, and says so where it has to take others", () =>
    withWitan(async (start, folder) => {
      const argv = ["devnet", "--rpc-port", "0", "--validators", "2", "--once", "--dir", join(folder, "dev")];
      const first = start(...argv);
      const one = await ready(first);
      assert.equal(await first.ended(), 0, first.err);
      const port = Number(one.validators[1]?.p2p.split(":")[1]);
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      const second = start(...argv);
      const two = await ready(second);
      assert.equal(await second.ended(), 0, second.err);
      await new Promise((resolve) => server.close(resolve));
      const now = Number(two.validators[1]?.p2p.split(":")[1]);
      assert.deepEqual(
        second.lines.filter(({ event }) => event === "port"),
        [{ event: "port", validator: "v2", what: "p2p", was: port, now }],
      );
      assert.deepEqual([two.rpc, two.validators[0]?.p2p], [one.rpc, one.validators[0]?.p2p]);
    }));

  it("tells people of each validator that serves, while the others may still be starting", () =>
    withWitan(async (_, folder) => {
      const argv = ["devnet", "--once", "--rpc-port", "0", "--validators", "2", "--dir", join(folder, "dev")];
      const { code, err } = await witanProcess(argv);
      assert.equal(code, 0, err);
      const serve = err.split("\n").filter((line) => /^ {2}v\d serves after \d/.test(line));
      assert.deepEqual(serve.map((line) => line.slice(2, 4)).sort(), ["v1", "v2"]);
    }));

  it("stops in the middle of starting", () =>
    withWitan(async (start, folder) => {
      const argv = ["devnet", "--rpc-port", "0", "--validators", "2", "--dir", join(folder, "dev")];
      const devnet = start(...argv);
      const log = join(folder, "dev", "v1", "node.log");
      await until("its network is being started", () => existsSync(log), 60_000);
      devnet.interrupt();
      assert.equal(await devnet.ended(), 3);
      assert.equal(errorOf(devnet)["reason"], "stopped");
      const again = start(...argv, "--once");
      assert.equal(await again.ended(), 0, JSON.stringify(again.lines));
    }));

  it("stops within 3 s though a validator is held, and when it is told twice", () =>
    withWitan(async (start, folder) => {
      const argv = ["devnet", "--rpc-port", "0", "--validators", "2", "--dir", join(folder, "dev")];
      const devnet = start(...argv);
      const { pids, marks } = await ready(devnet);
      await devnet.event("transaction");
      process.kill(pids[1] ?? 0, "SIGSTOP");
      const from = performance.now();
      devnet.child.kill("SIGTERM");
      devnet.interrupt();
      assert.equal(await devnet.ended(), 0, JSON.stringify(devnet.lines));
      assert.ok(performance.now() - from < 3000, `took ${performance.now() - from} ms`);
      assert.deepEqual(marks.filter(isAlive), []);
    }));

  it("refuses what can't be, and touches nothing", () =>
    withWitan(async (_, folder) => {
      for (const [reason, argv] of [
        ["folder", ["--dir", ""]],
        ["folder-not-made", ["--dir", "/proc/x"]],
        ["consensus", ["--consensus", "raft"]],
        ["number", ["--consensus", "pow", "--hash-rate", "0"]],
        ["number", ["--consensus", "pow", "--block-interval", "0s"]],
        ["arguments", ["--consensus", "pbft", "--hash-rate", "1000"]],
        ["number", ["--validators", "0"]],
        ["number", ["--validators", "17"]],
        ["number", ["--rpc-port", "65536"]],
        ["ports-in-use", ["--rpc-port", "65534"]],
        ["folder-not-ours", ["--fresh", "--dir", import.meta.dirname]],
      ] as const) {
        const ran = await witan(
          "devnet",
          "--rpc-port",
          "0",
          "--dir",
          join(folder, "x/dev"),
          "--json",
          ...argv,
        );
        assert.equal(ran.code, 2, ran.out);
        assert.deepEqual(readdirSync(folder), [], reason);
        assert.equal((lastJson(ran)["error"] as Line)["reason"], reason);
      }
    }));

  it("says which port is taken", () =>
    withWitan(async (start, folder) => {
      const server = createServer();
      const [port = 0] = await freePorts(1);
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      const devnet = start("devnet", "--dir", join(folder, "dev"), "--rpc-port", `${port}`);
      assert.equal(await devnet.ended(), 3);
      assert.match(String(errorOf(devnet)["message"]), new RegExp(`port ${port} is in use .*--rpc-port`));
      assert.deepEqual(readdirSync(folder), [], "nothing is made for it");
      await new Promise((resolve) => server.close(resolve));
    }));
});
