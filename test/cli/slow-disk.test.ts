// A disk that keeps a node waiting is told of while it does, and once it has written.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLevelStore } from "@witan/storage/level";
import { SLOW_MS, slowDisk } from "../../packages/cli/src/running/slow-disk.ts";
import { ManualClock, turn } from "../node/manual-clock.ts";

/** What is said of writes by a clock that a test moves. */
function watched() {
  const clock = new ManualClock(0);
  const said: string[] = [];
  const say = (level: string) => (fields: object, message: string) => {
    said.push(`${level} ${JSON.stringify(fields)} ${message}`);
  };
  const log = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  return { clock, said, watch: slowDisk({ clock: clock.port(() => true), log }) };
}

describe("a slow disk", () => {
  it("is told of while a write is not durable, and when it is", async () => {
    const { clock, said, watch } = watched();
    let ended = (): void => {};
    const write = new Promise<void>((resolve) => {
      ended = resolve;
    });
    watch("a vote", write);
    clock.advance(SLOW_MS - 1);
    assert.deepEqual(said, []);
    clock.advance(1);
    assert.match(said.join(), /^warn {"waitedMs":500} the disk is slow: a vote is not durable yet/);
    clock.advance(8_500);
    ended();
    await turn();
    assert.equal(said.length, 2);
    assert.match(said[1] ?? "", /^info {"tookMs":9000} the disk has written a vote/);
  });

  it("is not told of where it is quick enough", async () => {
    const { clock, said, watch } = watched();
    watch("a vote", Promise.resolve());
    await turn();
    clock.advance(10 * SLOW_MS);
    assert.deepEqual(said, []);
  });

  it("that fails in the end is not said to have written: the node says why it stops", async () => {
    const { clock, said, watch } = watched();
    let fail = (_: Error): void => {};
    const write = new Promise<void>((_, reject) => {
      fail = reject;
    });
    watch("a vote", write);
    clock.advance(SLOW_MS);
    fail(new Error("no space"));
    await assert.rejects(write, /no space/);
    assert.equal(said.length, 1);
  });

  it("is watched by a store at each write that must be durable, prepared ones too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "slow-disk-"));
    let writes = 0;
    const store = await openLevelStore(join(folder, "data"), { onSync: () => writes++ });
    const before = writes;
    const changes = [{ kind: "put", key: new Uint8Array([1]), value: new Uint8Array([2]) }] as const;
    await store.write(changes, { sync: false });
    assert.equal(writes, before);
    await store.write(changes, { sync: true });
    await (await store.prepare(changes)).write({ sync: true });
    assert.equal(writes, before + 2);
    await store.close();
    await rm(folder, { recursive: true });
  });
});
