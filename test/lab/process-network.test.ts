// Networks of processes: started together, heard, hurt, stopped, and none left behind, whatever they do.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  isAlive,
  LabFailure,
  markOf,
  type NodeBlock,
  type NodeDeath,
  ProcessNetwork,
  processUsage,
} from "@witan/lab";
import { FAKE_NODE, inFolder, until, withFakes } from "./in-folder.ts";

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

async function failureOf(work: Promise<unknown>): Promise<LabFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LabFailure, String(error));
  return error;
}

describe("a network of processes", () => {
  it("starts each node, waits until it serves, and stops all", () =>
    withFakes({ ready: true }, 3, async (network, nodes) => {
      const ready = await network.start();
      const pids = [0, 1, 2].map((node) => present(network.pid(node)));
      assert.deepEqual(
        ready.map(({ pid }) => pid),
        pids,
      );
      assert.equal(new Set(pids).size, 3);
      assert.match(
        readFileSync(present(nodes[1]).logFile, "utf8"),
        /^given node --json --blocks --exit-with-parent --home v2\n/,
      );
      const marks = pids.map(markOf);
      assert.deepEqual(await network.stop(), []);
      assert.deepEqual(network.running, []);
      assert.deepEqual(marks.filter(isAlive), []);
      for (const { logFile } of nodes) assert.match(readFileSync(logFile, "utf8"), /heard SIGTERM\n$/);
    }));

  it("hears of each block, and of nothing it does not know", () => {
    const heard: [number, NodeBlock][] = [];
    const onBlock = (block: NodeBlock, node: number) => heard.push([node, block]);
    return withFakes(
      { ready: true, blocks: 3 },
      2,
      async (network) => {
        await network.start();
        await until("six blocks", () => heard.length === 6);
        for (const wanted of [0, 1])
          assert.deepEqual(
            heard
              .filter(([node]) => node === wanted)
              .map(([, { height, transactions }]) => [height, transactions]),
            [
              [1, 1],
              [2, 2],
              [3, 3],
            ],
          );
      },
      { onBlock },
    );
  });

  it("tells of a node that dies, with its log, and does not restart it", () => {
    const deaths: [number, NodeDeath][] = [];
    return withFakes(
      { ready: true },
      3,
      async (network) => {
        await network.start();
        const pid = present(network.pid(1));
        process.kill(pid, "SIGKILL");
        await until("a death", () => deaths.length > 0);
        const [node, death] = present(deaths[0]);
        assert.deepEqual([node, death.name, death.pid, death.how], [1, "v2", pid, "was ended by SIGKILL"]);
        assert.match(death.log.join("\n"), /^given node/);
        assert.deepEqual(network.running, [0, 2]);
        assert.equal(network.pid(1), undefined);
        // What we do ourselves is no news.
        await network.kill(0);
        await network.stop();
        assert.equal(deaths.length, 1);
      },
      { onDeath: (death, node) => deaths.push([node, death]) },
    );
  });

  it("starts a node again after it was killed", () =>
    withFakes({ ready: true }, 1, async (network) => {
      const [first] = await network.start();
      await network.kill(0);
      assert.deepEqual(network.running, []);
      const second = await network.restart(0);
      assert.notEqual(second.pid, first?.pid);
      assert.deepEqual(network.running, [0]);
      assert.equal((await failureOf(network.restart(0))).code, "node-not-started");
    }));

  it("stops a node that was paused", () =>
    withFakes({ ready: true }, 1, async (network) => {
      await network.start();
      network.pause(0);
      assert.deepEqual(await network.stop(), []);
    }));

  it("kills what does not stop in time, and names it", () =>
    withFakes(
      { ready: true, stubborn: true },
      2,
      async (network) => {
        await network.start();
        assert.deepEqual(await network.stop(), ["v1", "v2"]);
        assert.deepEqual(network.running, []);
      },
      { stopTimeoutMs: 300 },
    ));

  it("says what a process takes", () =>
    withFakes({ ready: true }, 1, async (network) => {
      assert.equal(network.usage(0), undefined);
      await network.start();
      const usage = network.usage(0);
      if (process.platform !== "linux") return;
      assert.ok(present(usage).peakMemoryMiB > 10 && present(usage).peakMemoryMiB < 1000);
      assert.ok(present(usage).cpuSeconds > 0 && present(usage).cpuSeconds < 60);
      assert.equal(processUsage(2 ** 30), undefined);
    }));
});

describe("a network of processes that can't start", () => {
  it("says why the node says it can't, and whose fault it is", () =>
    withFakes(
      { fails: { code: 2, reason: "genesis-invalid", message: "the genesis has a mistake: mend it" } },
      2,
      async (network) => {
        const failure = await failureOf(network.start());
        assert.deepEqual([failure.code, failure.fault], ["node-failed", "input"]);
        assert.match(
          failure.message,
          /^v1 could not start: (the genesis has a mistake: mend it); v2 could not start: \1$/,
        );
        assert.deepEqual(network.running, []);
      },
    ));

  it("shows the log of a node that ended without a word, which is no death", () => {
    const deaths: NodeDeath[] = [];
    return withFakes(
      { ends: 7 },
      1,
      async (network) => {
        const failure = await failureOf(network.start());
        assert.match(failure.message, /^v1 ended with exit code 7 before it was ready; its log: .*v1\.log$/);
        assert.equal(failure.log.at(-1), "the last words");
        assert.deepEqual(deaths, []);
      },
      { onDeath: (death) => deaths.push(death) },
    );
  });

  it("gives up on a node that does not become ready, and stops the others", () =>
    withFakes(
      {},
      2,
      async (network) => {
        const failure = await failureOf(network.start());
        assert.deepEqual([failure.code, failure.log.at(-1)], ["node-not-ready", "waits"]);
        assert.deepEqual(network.running, []);
      },
      { readyTimeoutMs: 800 },
    ));

  it("says so where there is no such program", () =>
    withFakes(
      {},
      1,
      async (network) => {
        const failure = await failureOf(network.start());
        assert.equal(failure.code, "node-not-started");
        assert.match(failure.message, /could not be started by \/no\/such\/program: .*ENOENT/);
        assert.deepEqual(network.running, []);
      },
      { command: { program: "/no/such/program", arguments: [] } },
    ));

  it("takes a node that is gone as soon as it was ready for one that failed, or for one that died", () => {
    const deaths: NodeDeath[] = [];
    return withFakes(
      { ready: true, gone: true },
      1,
      async (network) => {
        // Which of the two depends on what the system tells first.
        await network.start().catch((error) => assert.equal((error as LabFailure).code, "node-failed"));
        await until("no node", () => network.running.length === 0);
        assert.ok(deaths.length <= 1);
      },
      { onDeath: (death) => deaths.push(death) },
    );
  });

  it("tells what hinders each of its nodes, not the first alone", () =>
    inFolder(async (folder) => {
      const problem = { field: "rpc.listen", found: "5", expected: "HOST:PORT" };
      const fails = { code: 2, reason: "config-invalid", message: "a mistake" };
      const behaviours = [
        { fails: { ...fails, problems: [{ ...problem, source: "config.toml:3" }] } },
        { ready: true },
        { fails: { ...fails, message: "another", problems: [problem] } },
        {},
      ];
      const nodes = behaviours.map((behaviour, at) => ({
        name: `v${at + 1}`,
        logFile: join(folder, `v${at + 1}.log`),
        arguments: [JSON.stringify(behaviour)],
      }));
      // The fake takes its manners from the first argument: here each has its own.
      const own = `process.argv.splice(2, 0, process.argv.at(-1)); await import(${JSON.stringify(FAKE_NODE)});`;
      const script = join(folder, "own.mjs");
      writeFileSync(script, own);
      const command = { program: process.execPath, arguments: [script] };
      const network = new ProcessNetwork({ command, nodes });
      try {
        const failure = await failureOf(network.start());
        assert.equal(failure.message, "v1 could not start: a mistake; v3 could not start: another");
        assert.deepEqual([failure.code, failure.fault], ["node-failed", "input"]);
        assert.deepEqual(failure.problems, [
          { ...problem, source: "v1, config.toml:3" },
          { ...problem, source: "v3" },
        ]);
        assert.deepEqual(network.running, []);
      } finally {
        await network.killAll();
      }
    }));

  it("can be stopped while it starts", () =>
    withFakes({}, 2, async (network, nodes) => {
      const starting = failureOf(network.start());
      await until("both wait", () =>
        nodes.every(({ logFile }) => readFileSync(logFile, "utf8").endsWith("waits\n")),
      );
      await network.stop();
      assert.equal((await starting).code, "node-failed");
      assert.deepEqual(network.running, []);
    }));
});

describe("nodes whose parent is killed", () => {
  it("end by themselves", () =>
    inFolder(async (folder) => {
      const script = `
        import { ProcessNetwork } from "@witan/lab";
        const command = { program: process.execPath, arguments: [${JSON.stringify(FAKE_NODE)}, '{"ready":true}'] };
        const nodes = ["a", "b"].map((name) => ({ name, logFile: ${JSON.stringify(folder)} + "/" + name, arguments: [] }));
        const ready = await new ProcessNetwork({ command, nodes }).start();
        console.log(JSON.stringify(ready.map(({ pid }) => pid)));`;
      const flags = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning"];
      const parent = spawn(process.execPath, [...flags, "--input-type=module", "--eval", script], {
        cwd: join(FAKE_NODE, ".."),
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
      const marks = (JSON.parse(line) as number[]).map(markOf);
      assert.equal(marks.filter(isAlive).length, 2);
      parent.kill("SIGKILL");
      await until("the nodes are gone", () => marks.every((mark) => !isAlive(mark)));
    }));
});
