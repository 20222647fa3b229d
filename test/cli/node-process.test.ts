// A node's process that is told to stop while it still opens, or whose last write fails: everything is closed again, and
// whoever started it is told.
import assert from "node:assert/strict";
import { join } from "node:path";
import { freePorts } from "@witan/lab";
import { loadConfig } from "../../packages/cli/src/config/load.ts";
import { openHome } from "../../packages/cli/src/home/open.ts";
import type { Logger } from "../../packages/cli/src/running/log.ts";
import { NodeProcess } from "../../packages/cli/src/running/node-process.ts";
import { inFolder, witan } from "./run.ts";

/** A log that is asked for each line. */
function logTo(hear: (message: string) => void): Logger {
  const line = (_: object, message: string): void => hear(message);
  return { debug: line, info: line, warn: line, error: line } as unknown as Logger;
}

/** Gives what starts the one node of a network, with a log and a signal. */
async function starter(folder: string) {
  const [rpc = 0, p2p = 0] = await freePorts(2);
  const made = await witan(
    ...["network", "create", "--validators", "1", "--plain", "--out", join(folder, "net")],
    ...["--hosts", `127.0.0.1:${p2p}`, "--rpc-port", `${rpc}`],
  );
  assert.equal(made.code, 0, made.err);
  const flags = { "verifier.workers": "1" };
  const { config } = await loadConfig({ home: join(folder, "net/v1"), env: {}, flags });
  return async (log: Logger, signal: AbortSignal): Promise<NodeProcess> =>
    NodeProcess.start({
      ...{ config, home: await openHome(config), agent: "test", log, signal },
      onBlock: () => {},
      onFailure: (error) => assert.fail(String(error)),
    });
}

const NEVER = new AbortController().signal;
const QUIET = logTo(() => {});

describe("a node that is told to stop while it opens", () => {
  it("stops opening at once, and closes what it has opened", () =>
    inFolder(async (folder) => {
      const start = await starter(folder);
      const before = AbortSignal.abort();
      await assert.rejects(start(QUIET, before), (error) => error === before.reason);
      await (await start(QUIET, NEVER)).stop();
      // In the middle of checking what is on the disk.
      const stop = new AbortController();
      const lines: string[] = [];
      const log = logTo((message) => {
        lines.push(message);
        if (message === "opening the chain") stop.abort();
      });
      await assert.rejects(start(log, stop.signal), (error) => error === stop.signal.reason);
      assert.deepEqual(lines, ["opening the chain"]);
      await (await start(QUIET, NEVER)).stop();
    })).timeout(20_000);
});
