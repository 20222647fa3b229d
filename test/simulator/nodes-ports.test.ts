// The ports that whole nodes get in a world: a disk that keeps what it promises and no more, lines that are in order or at
// an end, clocks that are wrong as told, a guard that outlives the data.
import assert from "node:assert/strict";
import { createFakeScheme } from "@witan/crypto";
import {
  asciiBytes,
  type Hash,
  type Height,
  type PeerId,
  type StoreChange,
  type View,
} from "@witan/primitives";
import { keyOf } from "@witan/storage";
import { NodeDisk } from "../../packages/simulator/src/nodes/disk.ts";
import { NodeGuard } from "../../packages/simulator/src/nodes/guard.ts";
import { Life } from "../../packages/simulator/src/nodes/life.ts";
import {
  type Frame,
  LineEnd,
  type LineOwner,
  type LineWorld,
} from "../../packages/simulator/src/nodes/line.ts";
import { BEGIN_MS, NodeClock } from "../../packages/simulator/src/nodes/node-clock.ts";
import { Random } from "../../packages/simulator/src/random.ts";
import { EventQueue } from "../../packages/simulator/src/world/event-queue.ts";
import { Network } from "../../packages/simulator/src/world/network.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets a queue run dry, and promises between. */
async function runDry(queue: EventQueue, forUs = 60_000_000): Promise<void> {
  const untilUs = queue.nowUs + forUs;
  await turn();
  while (queue.step(untilUs)) await turn();
}

function lifeOn(queue: EventQueue, onPoint: (point: string) => void = () => {}): Life {
  return new Life(queue, { perInputUs: 0 }, onPoint);
}

function put(height: number, text: string): StoreChange {
  return { kind: "put", key: keyOf("block", height as Height), value: asciiBytes(text) };
}

/** Which of the records 1 to 9 are there. */
async function held(disk: NodeDisk): Promise<string> {
  const store = await disk.openForOperator();
  return [1, 2, 3, 4, 5, 6, 7, 8, 9].filter((at) => store.get(keyOf("block", at as Height))).join("");
}

function diskOf(seed: number): NodeDisk {
  return new NodeDisk({ random: Random.of(seed, "disk"), writeUs: [100, 100] });
}

describe("the disk of a simulated node", () => {
  it("keeps what a process wrote that dies, and after a power cut what was synced and the first of the rest", async () => {
    const left = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      const queue = new EventQueue();
      const life = lifeOn(queue);
      const disk = diskOf(seed);
      const opened = disk.openStore(life);
      await runDry(queue);
      const store = await opened;
      for (const height of [1, 2, 3, 4]) {
        const written = store.write([put(height, "x")], { sync: height === 2 });
        await runDry(queue);
        await written;
      }
      life.end();
      disk.crashed();
      assert.equal(await held(disk), "1234");
      disk.powerCut();
      await turn();
      left.add(await held(disk));
    }
    assert.deepEqual([...left].sort(), ["12", "123", "1234"]);
  });

  it("keeps the first batches where the power goes in the middle of a synced write", async () => {
    const left = new Set<string>();
    let cut = 0;
    for (let seed = 0; seed < 30; seed++) {
      const queue = new EventQueue();
      const life = lifeOn(queue);
      const disk = diskOf(seed);
      const opened = disk.openStore(life);
      await runDry(queue);
      const store = await opened;
      for (const height of [1, 2]) {
        const written = store.write([put(height, "x")], { sync: height === 1 });
        await runDry(queue);
        await written;
      }
      void store.write([put(3, "x")], { sync: true });
      await runDry(queue, 50);
      life.end();
      if (disk.powerCut().cut) cut++;
      await turn();
      left.add(await held(disk));
    }
    assert.deepEqual([...left].sort(), ["1", "12", "123"]);
    assert.ok(cut > 0 && cut < 30, `${cut} of 30`);
  });

  it("makes all or nothing of a write in whose middle the process dies", async () => {
    const left = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const queue = new EventQueue();
      const life = lifeOn(queue);
      const disk = diskOf(seed);
      const opened = disk.openStore(life);
      await runDry(queue);
      void (await opened).write([put(1, "x"), put(2, "y")], { sync: true });
      await turn();
      life.end();
      disk.crashed();
      await runDry(queue);
      left.add(await held(disk));
    }
    assert.deepEqual([...left].sort(), ["", "12"]);
  });

  it("fails as told: once, or as long as it is full", async () => {
    const queue = new EventQueue();
    const disk = diskOf(1);
    disk.fails = "next";
    assert.throws(() => disk.maybeFail(), /^DiskError: EIO: i\/o error/);
    disk.maybeFail();
    disk.fails = "all";
    const opened = disk.openStore(lifeOn(queue));
    opened.catch(() => {});
    await runDry(queue);
    await assert.rejects(opened, { name: "StoreError" });
    assert.throws(() => disk.maybeFail(), /ENOSPC/);
  });

  it("never gives a record in which a bit flipped", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const disk = diskOf(seed);
      const queue = new EventQueue();
      const opened = disk.openStore(lifeOn(queue));
      await runDry(queue);
      const store = await opened;
      const written = store.write([put(1, "something")], { sync: true });
      await runDry(queue);
      await written;
      const key = await disk.flipBit();
      assert.ok(key && disk.isSpoilt);
      assert.throws(() => store.get(key), { code: "damaged" });
      await disk.replace();
      assert.equal(disk.isSpoilt, false);
    }
  });
});

describe("a line of a simulated network", () => {
  async function exchange(seed: number, lossPermille: number) {
    const queue = new EventQueue();
    const network = new Network({
      ...{ seed, queue, recorder: undefined, isUp: () => true, count: () => {}, arriving: undefined },
      plan: { profile: "heavy-tail", regions: [], lossPermille, duplicatePermille: 300, bytesPerMs: 0 },
    });
    const heard: number[] = [];
    const ends: string[] = [];
    const owner = (place: number): LineOwner => ({
      ...{ place, life: lifeOn(queue) },
      received: (_end, { bytes }) => {
        heard.push(bytes[0] as number);
      },
      ended: (_end, code) => ends.push(`${place} ${code}`),
    });
    const world: LineWorld = {
      ...{ queue, random: Random.of(seed, "lines"), wordsOf: () => "" },
      send: (letter) => network.send(letter),
    };
    const [one, other] = LineEnd.pair(
      world,
      { owner: owner(0), id: "a" as PeerId },
      { owner: owner(1), id: "b" as PeerId },
    );
    one.begin();
    other.begin();
    const frame = (number: number): Frame => ({ lane: "consensus", bytes: Uint8Array.of(number), id: 0 });
    for (let number = 0; number < 100; number++) one.send(frame(number));
    await runDry(queue);
    return { heard, ends, isOver: one.over };
  }

  it("is in order and whole, whatever is lost, doubled and overtaken; or it ends, at both sides", async () => {
    let broken = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { heard, ends, isOver } = await exchange(seed, 100);
      assert.deepEqual(heard, [...Array(heard.length).keys()], `seed ${seed}`);
      if (isOver) {
        broken++;
        assert.deepEqual(ends.sort(), ["0 connection-lost", "1 connection-lost"]);
      } else assert.equal(heard.length, 100, `seed ${seed}`);
    }
    assert.ok(broken > 0 && broken < 20, `${broken} of 20 broke`);
  });

  it("ends where nothing gets through", async () => {
    const { heard, ends } = await exchange(1, 1_000);
    assert.deepEqual(heard, []);
    assert.equal(ends.length, 2);
  });
});

describe("life and clock of a simulated process", () => {
  it("lets one thing happen in an event, keeps what comes in a pause, and drops what comes to the dead", async () => {
    const queue = new EventQueue();
    const life = lifeOn(queue);
    const seen: string[] = [];
    life.enter(() => {
      life.enter(() => seen.push("nested"));
      seen.push("first");
    });
    assert.deepEqual(seen, ["first"]);
    await runDry(queue);
    life.pause();
    life.enter(() => seen.push("late"));
    assert.deepEqual(seen, ["first", "nested"]);
    life.resume();
    assert.deepEqual(seen, ["first", "nested", "late"]);
    life.later(10, () => seen.push("never"));
    life.end();
    await runDry(queue);
    assert.deepEqual(seen, ["first", "nested", "late"]);
    assert.equal(life.reach("anything"), false);
  });

  it("runs fast or slow, is set wrong, and jumps; what is measured never goes back", async () => {
    const queue = new EventQueue();
    const clock = new NodeClock(queue, { skewMs: 250, driftPpm: 10_000 });
    const life = lifeOn(queue);
    const port = clock.port(life);
    const fired: number[] = [];
    const cancel = port.every(1_000, () => fired.push(queue.nowUs));
    port.after(500, () => fired.push(-1))();
    assert.equal(life.timers, 1);
    queue.at(3_500_000, cancel);
    await runDry(queue, 10_000_000);
    assert.deepEqual(fired, [990_100, 1_980_200, 2_970_300]);
    assert.equal(life.timers, 0);
    assert.equal(port.monotonicMs(), 10_100);
    assert.equal(port.now(), BEGIN_MS + 250 + 10_100);
    clock.jumpMs = -60_000;
    assert.equal(port.now(), BEGIN_MS + 250 + 10_100 - 60_000);
    assert.equal(port.monotonicMs(), 10_100);
  });
});

describe("the guard of a simulated node", () => {
  it("remembers across lives what it signed, also where the process died over it, or had not written yet", async () => {
    const scheme = createFakeScheme();
    const key = scheme.publicKeyOf("somebody");
    const slot = { lane: "vote", height: 1 as Height, view: 0 as View, step: 2 } as const;
    const digest = (digit: string): Hash => digit.repeat(64) as Hash;
    const answers = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const queue = new EventQueue();
      const refusals: string[] = [];
      const guard = new NodeGuard({
        ...{ keys: [key], scheme, disk: diskOf(seed), random: Random.of(seed, "guard") },
        onRefusal: (_key, why) => refusals.push(why),
      });
      const life = lifeOn(queue);
      void guard.port(life).signVote(key, slot, digest("a"));
      await turn();
      life.end();
      guard.crashed();
      const second = guard.port(lifeOn(queue));
      const isKnown = second.lastVotes(key) !== undefined;
      const asked = second.signVote(key, slot, digest("b"));
      await runDry(queue);
      const answer = await asked;
      assert.equal(answer.ok, !isKnown);
      assert.equal(refusals.length, isKnown ? 1 : 0);
      answers.add(answer.ok ? "signed" : answer.code);
    }
    assert.deepEqual([...answers].sort(), ["contradicts", "signed"]);
  });
});
