// Writes that fail and writes that wait: order, shared syncs, and a store that refuses everything after a failure.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { openStoreOn, SEAL_BYTES, StoreError, seal, unseal } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import { FaultyBackend, systemError } from "./faults.ts";
import { all, block, isFailure, put, text } from "./records.ts";
import { temporaryPaths } from "./temporary-directory.ts";

describe("storage: failing writes", () => {
  for (const [code, isMade] of [
    ["ENOSPC", false],
    ["EIO", false],
    ["EIO", true],
  ] as const) {
    it(`poisons the store for good with the first cause: ${code}${isMade ? " of a sync" : ""}`, async () => {
      const faulty = new FaultyBackend();
      const store = await openStoreOn(faulty.backend);
      await store.write([put(block(1), "one")], { sync: true });
      const snapshot = store.snapshot();
      const range = store.range({})[Symbol.asyncIterator]();
      await range.next();
      faulty.failure = { error: systemError(code), isMade };
      const failing = store.write([put(block(2), "two")], { sync: true });
      const joined = [
        store.write([put(block(3), "three")], { sync: true }),
        store.write([put(block(4), "four")], { sync: false }),
      ];
      const outcomes = Promise.all(
        joined.map((one) => assert.rejects(one, isFailure("poisoned", new RegExp(code)))),
      );
      await assert.rejects(failing, isFailure("write-failed", new RegExp(`${code}.*stop the node`)));
      await outcomes;
      const writes = faulty.seen.length;
      faulty.failure = { error: systemError("EROFS"), isMade: false };
      const poisoned = isFailure("poisoned", new RegExp(`refuses everything: a write failed \\(${code}`));
      await assert.rejects(store.write([put(block(5), "five")], { sync: true }), poisoned);
      assert.throws(() => store.get(block(1)), poisoned);
      assert.throws(() => store.snapshot(), poisoned);
      assert.throws(() => snapshot.get(block(1)), poisoned);
      await assert.rejects(store.fetchMany([block(1)]), poisoned);
      await assert.rejects(all(store.range({})), poisoned);
      await assert.rejects(range.next(), poisoned);
      assert.equal(faulty.seen.length, writes, "nothing more reaches the disk");
      await store.close();
      assert.throws(() => store.get(block(1)), poisoned);
      try {
        store.get(block(1));
      } catch (error) {
        assert.ok(error instanceof StoreError && error.cause instanceof StoreError);
        assert.equal((error.cause.cause as { code?: string }).code, code);
      }
    });
  }

  it("is poisoned by the failure of a write that was prepared", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    const prepared = await store.prepare([put(block(1), "one")]);
    faulty.failure = { error: systemError("EIO"), isMade: false };
    const failing = prepared.write({ sync: true });
    const behind = store.write([put(block(2), "two")], { sync: true });
    await Promise.all([
      assert.rejects(failing, isFailure("write-failed", /EIO/)),
      assert.rejects(behind, isFailure("poisoned", /EIO/)),
    ]);
    await assert.rejects(store.prepare([]), isFailure("poisoned", /EIO/));
  });

  it("lets those that wait share one sync, in order, each done only when it is durable", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    faulty.seen.length = 0;
    let release = () => {};
    faulty.hold = new Promise((resolve) => {
      release = resolve;
    });
    const done: number[] = [];
    const writes = Array.from({ length: 10 }, (_, at) =>
      store
        .write([put(block(at), "x"), put(block(100), String(at))], { sync: at === 5 })
        .then(() => done.push(at)),
    );
    assert.equal(store.get(block(0)), undefined, "not seen before it has ended");
    assert.deepEqual(done, []);
    release();
    await Promise.all(writes);
    assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(faulty.seen, [
      { changes: 2, sync: false },
      { changes: 18, sync: true },
    ]);
    assert.equal(text(store.get(block(100))), "9");
  });

  it("does not join so much that the first would wait for long", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    faulty.seen.length = 0;
    const many = Array.from({ length: 15_000 }, (_, at) => put(block(at), "x"));
    await Promise.all([0, 1, 2, 3].map(() => store.write(many, { sync: true })));
    assert.deepEqual(
      faulty.seen.map(({ changes }) => changes),
      [15_000, 15_000, 15_000, 15_000],
    );
  });

  it("tells a failed read, names the record, and goes on", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    await store.write([put(block(1), "one")], { sync: true });
    faulty.readFailure = systemError("EIO");
    assert.throws(() => store.get(block(1)), isFailure("read-failed", /EIO.*check the disk/));
    await assert.rejects(store.fetchMany([block(1)]), isFailure("read-failed"));
    faulty.readFailure = undefined;
    assert.equal(text(store.get(block(1))), "one");
  });

  it("notices a value under the key of another, and one that was cut", async () => {
    const faulty = new FaultyBackend();
    const store = await openStoreOn(faulty.backend);
    await store.write([put(block(1), "one"), put(block(2), "two")], { sync: true });
    const sealed = faulty.inner.get(block(1)) as Uint8Array;
    for (const value of [sealed, sealed.slice(1), sealed.slice(0, 5), new Uint8Array(0)]) {
      await faulty.inner.write([put(block(2), value)], false);
      assert.throws(() => store.get(block(2)), isFailure("damaged", /table block/));
    }
  });

  it("seals small values and large ones alike, with their keys", () => {
    for (const length of [0, 1, 4_086, 4_087, 4_088, 100_000]) {
      const value = new Uint8Array(length).fill(7);
      const sealed = seal(block(1), value);
      const whole = createHash("sha256").update(block(1)).update(value).digest().subarray(0, SEAL_BYTES);
      assert.deepEqual(sealed, new Uint8Array([...value, ...whole]));
      assert.deepEqual(unseal(block(1), sealed), value);
      assert.equal(unseal(block(2), sealed), undefined);
      for (const at of [0, length - 1, length, length + SEAL_BYTES - 1]) {
        const spoilt = sealed.slice();
        if (at < 0) continue;
        spoilt[at] = (spoilt[at] ?? 0) ^ 0x80;
        assert.equal(unseal(block(1), spoilt), undefined);
      }
    }
  });

  it("tells when the system itself refuses a write, and comes back well", async function () {
    this.timeout(15_000);
    const directory = paths("database");
    const limited = `ulimit -f 512; exec "$0" --conditions=@witan/source --disable-warning=ExperimentalWarning "$@"`;
    const script = join(import.meta.dirname, "writing-child.ts");
    const child = spawn("bash", ["-c", limited, process.execPath, script, directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    await once(child, "close");
    const lines = output.trim().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "{}");
    assert.equal(last.code, "write-failed", output.slice(-500));
    assert.equal(last.then, "poisoned");
    assert.match(last.message, /stop the node, mend the disk/);
    const written = JSON.parse(lines.at(-2) ?? "{}").written;
    const store = await openLevelStore(directory);
    for (let at = 0; at <= written; at++) assert.ok(store.get(block(at)), `batch ${at}`);
    await store.write([put(block(1), "on")], { sync: true });
    await store.close();
  });

  const paths = temporaryPaths();
});
