// A process killed in the middle of writes: what it acknowledged is there, no batch is there in part.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type CheckedStore, keyOf, rangeOf, verifyStore } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import { all, block, hashOf, isFailure } from "./records.ts";
import { temporaryPaths } from "./temporary-directory.ts";

const SCRIPT = join(import.meta.dirname, "writing-child.ts");

/** Starts a writer, and answers when it has acknowledged so many batches. */
async function writer(
  directory: string,
  batches: number,
): Promise<{ child: ChildProcess; acknowledged: () => number }> {
  const child = spawn(
    process.execPath,
    ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning", SCRIPT, directory],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let seen = -1;
  let rest = "";
  await new Promise<void>((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`the writer ended with ${code}`)));
    child.stdout?.on("data", (chunk) => {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) seen = JSON.parse(line).written;
      if (seen >= batches) resolve();
    });
  });
  return { child, acknowledged: () => seen };
}

/** How many batches are there, each whole. */
async function batchesIn(store: CheckedStore): Promise<number> {
  const blocks = await all(store.range(rangeOf("block")));
  for (let number = 0; number <= blocks.length; number++) {
    const outputs = Array.from({ length: 19 }, (_, at) => keyOf("output", hashOf(number), at));
    const there = store.getMany([block(number), ...outputs]).filter((value) => value !== undefined).length;
    assert.equal(there, number < blocks.length ? 20 : 0, `records of batch ${number}`);
  }
  return blocks.length;
}

describe("storage: kill -9", () => {
  const path = temporaryPaths();

  it("loses nothing that was acknowledged and keeps batches whole, three times over", async function () {
    this.timeout(20_000);
    for (let round = 0; round < 3; round++) {
      const { child, acknowledged } = await writer(path(`database-${round % 2}`), 3 + 40 * round);
      const ended = once(child, "close");
      child.kill("SIGKILL");
      await ended;
      const store = await openLevelStore(path(`database-${round % 2}`), { create: false });
      const batches = await batchesIn(store);
      assert.ok(batches > acknowledged(), `${batches} batches, ${acknowledged() + 1} acknowledged`);
      assert.equal(
        (await verifyStore(store)).damages.filter(({ kind }) => kind !== "contradiction").length,
        0,
      );
      await store.close();
    }
  });

  it("refuses a second process, says so, and lets it in when the first is gone", async function () {
    this.timeout(20_000);
    const { child } = await writer(path("database"), 1);
    await assert.rejects(
      openLevelStore(path("database")),
      isFailure("locked", /another process has the database .* open; stop that node/),
    );
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
    const store = await openLevelStore(path("database"));
    await assert.rejects(openLevelStore(path("database")), isFailure("locked"));
    await store.close();
  });
});
