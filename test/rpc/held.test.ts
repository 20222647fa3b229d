// What of a source waits for what was wrong: in which order it begins, when, and when it is given up.
import assert from "node:assert/strict";
import { RPC_LIMITS } from "@witan/rpc/server";
import { Held } from "../../packages/rpc/src/server/held.ts";
import { Connection } from "../../packages/rpc/src/server/load.ts";
import { LARGE_BYTES, Sources, SUSPECT_BYTES } from "../../packages/rpc/src/server/sources.ts";

describe("RPC server: what is held", () => {
  it("refuses what would have to wait longer than the bound, and says so", async () => {
    const held = new Held(() => 1_000_000, 300);
    const over: string[] = [];
    const ended = new Promise<void>((resolve) => {
      const work = (name: string) => ({
        begin: () => assert.fail("nothing may begin"),
        giveUp: () => {
          over.push(name);
          if (over.length === 3) resolve();
        },
      });
      for (const name of ["first", "second", "third"]) held.addRequest(work(name));
    });
    await ended;
    assert.deepEqual(over, ["first", "second", "third"]);
    assert.ok(held.isEmpty);
  });

  it("begins requests of connections that were never wrong before others, whichever came first", async () => {
    let owed = 1_000_000;
    const held = new Held(() => owed, 60_000);
    const begun: string[] = [];
    const done = new Promise<void>((resolve) => {
      const work = (name: string, isFirst: boolean) => ({
        isFirst,
        begin: (end: () => void) => {
          begun.push(name);
          end();
          if (begun.length === 4) resolve();
        },
      });
      held.addRequest(work("was wrong", false));
      held.addRequest(work("was never wrong", true));
      held.addRequest(work("was wrong, too", false));
      owed = 0;
      held.addRequest(work("nor was this", true));
    });
    await done;
    assert.deepEqual(begun, ["was never wrong", "nor was this", "was wrong", "was wrong, too"]);
  });

  it("begins what asks for rest only so long after the one before it, whatever is owed, and nothing else", async () => {
    const held = new Held(() => 1_000_000, 60_000);
    const begunMs: number[] = [];
    await new Promise<void>((resolve) => {
      const work = {
        restMs: 60,
        begin: (end: () => void) => {
          begunMs.push(performance.now());
          end();
          if (begunMs.length === 3) resolve();
        },
      };
      for (let count = 0; count < 3; count++) held.addRequest(work);
    });
    const [first = 0, second = 0, third = 0] = begunMs;
    assert.ok(second - first >= 59 && third - second >= 59, `${begunMs}`);
    assert.ok(third - first < 10_000, "not when nothing is owed any more");
    held.addRequest({ begin: () => assert.fail("it asks for no rest, so it waits for what is owed") });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(held.isEmpty, false);
  });

  it("begins connections before requests, one after the other", async () => {
    let owed = 1_000_000;
    const held = new Held(() => owed, 60_000);
    const begun: string[] = [];
    const done = new Promise<void>((resolve) => {
      const work = (name: string) => ({
        begin: (end: () => void) => {
          begun.push(name);
          end();
          if (begun.length === 3) resolve();
        },
      });
      held.addRequest(work("request"));
      held.addConnection(work("connection"));
      owed = 0;
      held.addConnection(work("another"));
    });
    await done;
    assert.deepEqual(begun, ["connection", "another", "request"]);
  });

  it("is what comes on a connection that was wrong, and what is large unless one such was right since", () => {
    const source = new Sources(RPC_LIMITS, 0).of("10.0.0.1");
    const connection = new Connection(source, () => undefined);
    assert.deepEqual([connection.hasErred, connection.wasWrong, connection.isProven], [false, false, false]);
    connection.isProven = true;
    connection.erred();
    assert.deepEqual([connection.hasErred, connection.wasWrong, connection.isProven], [true, true, false]);
    const untried = new Connection(source, () => undefined, true);
    assert.ok(untried.hasErred && untried.isUntried && !untried.wasWrong);
  });

  it("is large above 256 KiB, and above 16 KiB of a source that was wrong often lately", () => {
    const source = new Sources(RPC_LIMITS, 0).of("10.0.0.1");
    assert.deepEqual([source.isLarge(LARGE_BYTES), source.isLarge(LARGE_BYTES + 1)], [false, true]);
    source.wrong(RPC_LIMITS.wrongPerSecond + 1, 0);
    assert.deepEqual([source.isLarge(SUSPECT_BYTES), source.isLarge(SUSPECT_BYTES + 1)], [false, true]);
  });
});
