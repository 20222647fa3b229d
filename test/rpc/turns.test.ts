// Turns of reads on a clock of the test: how much is read before there is a rest, and who is next.
import assert from "node:assert/strict";
import { RPC_LIMITS } from "@witan/rpc/server";
import { Connection } from "../../packages/rpc/src/server/load.ts";
import { type Source, Sources } from "../../packages/rpc/src/server/sources.ts";
import { type TurnClock, Turns } from "../../packages/rpc/src/server/turns.ts";

/** A clock that stands still but for work and rests; turns of the loop pass when the test lets them. */
class Loop implements TurnClock {
  #now = 1_000;
  #timers: { readonly at: number; readonly call: () => void }[] = [];
  #next: (() => void)[] = [];
  /** How long each rest was to be. */
  readonly rests: number[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): void {
    this.rests.push(ms);
    this.#timers.push({ at: this.#now + ms, call });
  }

  nextTurn(call: () => void): void {
    this.#next.push(call);
  }

  /** Works for so long in this turn. */
  work(ms: number): void {
    this.#now += ms;
  }

  /** Lets everything happen that can without time passing, then a turn begin. */
  async turn(): Promise<void> {
    await settled();
    const calls = this.#next;
    this.#next = [];
    for (const call of calls) call();
    await settled();
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    await settled();
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { call } of due) call();
    await this.turn();
  }
}

async function settled(): Promise<void> {
  for (let count = 0; count < 50; count++) await Promise.resolve();
}

interface Scene {
  readonly loop: Loop;
  readonly done: string[];
  /** One connection more. */
  readonly connect: (source?: Source) => Connection;
  /** Reads for so long; then the name is among those done. */
  readonly read: (connection: Connection, ms: number, name: string) => void;
  readonly turns: Turns;
}

function scene(): Scene {
  const loop = new Loop();
  const turns = new Turns(loop);
  const sources = new Sources(RPC_LIMITS);
  const done: string[] = [];
  return {
    ...{ loop, turns, done },
    connect: (source = sources.of("10.0.0.1")) => new Connection(source, () => undefined),
    read: (connection, ms, name) => {
      void turns.take(connection, async () => {
        loop.work(ms);
        done.push(name);
      });
    },
  };
}

describe("RPC server: turns of reads", () => {
  it("come at once where nobody else reads", () => {
    const { read, connect, done } = scene();
    read(connect(), 0.1, "one");
    assert.deepEqual(done, ["one"]);
  });

  it("stop after two milliseconds, for three times as long as they took", async () => {
    const { loop, read, connect, done } = scene();
    const connection = connect();
    for (let at = 0; at < 100; at++) read(connection, 0.5, `${at}`);
    await settled();
    assert.equal(done.length, 4);
    assert.deepEqual(loop.rests, [6]);
    await loop.pass(5.9);
    assert.equal(done.length, 4);
    await loop.pass(0.1);
    assert.equal(done.length, 8);
  });

  it("stop after one that took long, though not for ever", async () => {
    const { loop, read, connect, done } = scene();
    const connection = connect();
    for (const name of ["a", "b", "c"]) read(connection, 27, name);
    await settled();
    assert.deepEqual([done, loop.rests], [["a"], [81]]);
    await loop.pass(81);
    assert.deepEqual(done, ["a", "b"]);
    read(connection, 10_000, "d");
    await loop.pass(81);
    await loop.pass(81);
    assert.deepEqual(done, ["a", "b", "c", "d"]);
    read(connection, 1, "e");
    await settled();
    assert.equal(loop.rests.at(-1), 250);
  });

  it("take time in which nothing was read for rest", async () => {
    const { loop, read, connect, done } = scene();
    for (let at = 0; at < 50; at++) {
      read(connect(), 1.5, `${at}`);
      await loop.pass(4.5);
    }
    assert.equal(done.length, 50);
    assert.deepEqual(loop.rests, []);
  });

  it("go to who was read least for lately, of the source that was", async () => {
    const { loop, read, connect, done } = scene();
    const sources = new Sources(RPC_LIMITS);
    const [near, far] = [sources.of("10.0.0.1"), sources.of("10.0.0.2")];
    const greedy = [connect(near), connect(near)];
    for (let round = 0; round < 3; round++)
      for (const [at, connection] of greedy.entries()) read(connection, 20, `greedy ${at}`);
    await settled();
    assert.deepEqual(done, ["greedy 0"]);
    read(connect(near), 0.1, "beside them");
    read(connect(far), 0.1, "from elsewhere");
    for (let round = 0; round < 4; round++) await loop.pass(250);
    assert.deepEqual(done.slice(1, 5), ["from elsewhere", "greedy 1", "beside them", "greedy 0"]);
  });

  it("are four at a time where they wait for the disk, and do not wait for those", async () => {
    const { loop, turns, connect, read, done } = scene();
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    for (let at = 0; at < 10; at++)
      void turns.take(connect(), () => {
        begun.push(at);
        return new Promise<void>((resolve) => ends.push(resolve));
      });
    await settled();
    assert.deepEqual(begun, [0], "one in a turn: what it costs is not known yet");
    for (let count = 0; count < 9; count++) await loop.turn();
    assert.deepEqual(begun, [0, 1, 2, 3]);
    ends[2]?.();
    await settled();
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
    for (const end of ends) end();
    for (let count = 0; count < 9; count++) {
      await loop.turn();
      for (const end of ends) end();
    }
    assert.equal(begun.length, 10);
    read(connect(), 0.1, "after them");
    await settled();
    assert.deepEqual(done, ["after them"]);
  });

  it("count what went over several turns of the loop as work, and no more than a little of it", async () => {
    const { loop, turns, connect } = scene();
    let end: () => void = () => undefined;
    void turns.take(connect(), () => {
      loop.work(1);
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    });
    await loop.turn();
    loop.work(5_000);
    end();
    await settled();
    void turns.take(connect(), async () => undefined);
    await settled();
    assert.deepEqual(loop.rests, [3 * (1 + 10)]);
  });

  it("go on after one that failed", async () => {
    const { turns, connect, read, done } = scene();
    await assert.rejects(
      turns.take(connect(), () => Promise.reject(new TypeError("a bug"))),
      /a bug/,
    );
    read(connect(), 0.1, "next");
    await settled();
    assert.deepEqual(done, ["next"]);
  });
});
