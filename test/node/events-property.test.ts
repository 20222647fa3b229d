// Subscribers whose connections are cut and that go on, at random points, at nodes that stop, crash and come back, and at
// others: each sees everything final once and in order, whatever happens.
import assert from "node:assert/strict";
import { formatAddress } from "@witan/crypto";
import fc from "fast-check";
import { keyOfName } from "../ledger/build.ts";
import { Cluster } from "./cluster.ts";
import { Follower, finalsOf } from "./follower.ts";
import { Purse } from "./purse.ts";
import type { Seat } from "./seat.ts";

/** Something that happens, in what the test may choose of it. */
type Step =
  | { readonly kind: "pay"; readonly count: number }
  | { readonly kind: "read"; readonly who: number; readonly max: number; readonly received: number }
  | { readonly kind: "cut"; readonly who: number }
  | { readonly kind: "move"; readonly who: number; readonly to: number }
  | { readonly kind: "stop" | "crash"; readonly seat: number }
  | { readonly kind: "start" };

const who = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pay" as const), count: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      ...{ kind: fc.constant("read" as const), who },
      ...{ max: fc.integer({ min: 1, max: 7 }), received: fc.nat(7) },
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cut" as const), who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("move" as const), who, to: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("stop", "crash"), seat: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "start" as const }) },
);

/** A subscriber and the node that it asks. */
interface Subscriber {
  readonly follower: Follower;
  seat: Seat;
  isOpen: boolean;
}

class Scene {
  readonly cluster: Cluster;
  readonly subscribers: readonly Subscriber[];
  readonly #transfers: ReturnType<Purse["chain"]>;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    const purse = new Purse(cluster);
    this.#transfers = purse.chain();
    const later = new Purse(cluster).chain();
    const named = [3, 7].map((skip) => {
      for (let at = 1; at < skip; at++) later.next();
      return later.next().value.id;
    });
    const address = formatAddress(cluster.chain.genesis.addressPrefix, keyOfName("bob").policyHash);
    const topics = [
      { to: "transactions" },
      { to: "blocks" },
      { to: "transactions", addresses: [address] },
      { to: "transactions", transactions: named },
      { to: "consensus" },
    ] as const;
    this.subscribers = topics.map((params) => {
      const seat = cluster.seat("a");
      return { follower: new Follower(cluster.world, params).open(seat), seat, isOpen: true };
    });
  }

  async play(one: Step): Promise<void> {
    const { cluster, subscribers } = this;
    switch (one.kind) {
      case "pay": {
        const [at] = cluster.running;
        for (let count = 0; count < one.count && at !== undefined; count++)
          await cluster.pay(at.name, this.#transfers.next().value);
        return;
      }
      case "read":
        await this.read(subscribers[one.who] as Subscriber, one.max, one.received);
        return;
      case "cut":
        this.#cut(subscribers[one.who] as Subscriber);
        return;
      case "move": {
        const subscriber = subscribers[one.who] as Subscriber;
        this.#cut(subscriber);
        subscriber.seat = cluster.seats[one.to] as Seat;
        return;
      }
      case "stop":
      case "crash": {
        const seat = cluster.seats[one.seat] as Seat;
        // Three of four go on.
        if (cluster.running.length < 4) return;
        for (const subscriber of subscribers) if (subscriber.seat === seat) this.#cut(subscriber);
        if (one.kind === "stop") await seat.stop();
        else seat.crash();
        return;
      }
      case "start":
        await cluster.startAll();
        await cluster.connected();
    }
  }

  async read(subscriber: Subscriber, max: number, received: number): Promise<number> {
    if (!subscriber.seat.isRunning) return 0;
    if (!subscriber.isOpen) subscriber.follower.open(subscriber.seat);
    subscriber.isOpen = true;
    const count = await subscriber.follower.read(max, received);
    // What did not arrive is lost with the connection.
    if (received < count) this.#cut(subscriber);
    return count;
  }

  #cut(subscriber: Subscriber): void {
    subscriber.follower.close();
    subscriber.isOpen = false;
  }
}

describe("events of a node: each once and in order", () => {
  it("whatever is cut, stopped, crashed and moved between", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const cluster = await Cluster.start();
        const scene = new Scene(cluster);
        for (const one of steps) await scene.play(one);
        await cluster.startAll();
        await cluster.connected();
        await cluster.agreed();
        for (const subscriber of scene.subscribers)
          while ((await scene.read(subscriber, 50, 50)) > 0 || !subscriber.isOpen);
        const finals = await finalsOf(cluster.seat("a"));
        const [all, blocks, ofBob, named, consensus] = scene.subscribers.map(({ follower }) => follower);
        assert.deepEqual(all?.of("final"), finals);
        const heights = Array.from({ length: cluster.seat("a").height }, (_, at) => at + 1);
        assert.deepEqual(
          blocks?.of("block").map(({ height }) => height),
          heights,
        );
        assert.deepEqual(
          blocks?.types,
          heights.map(() => "block"),
        );
        assert.deepEqual(
          consensus?.of("final-block").map(({ height }) => height),
          heights,
        );
        // Every transfer pays to Bob, and no reward does.
        const transfers = finals.filter(({ index }) => index > 0);
        assert.deepEqual(ofBob?.of("final"), transfers);
        const nth = [transfers[2], transfers[9]].filter((event) => event !== undefined);
        assert.deepEqual(named?.of("final"), nth);
        for (const { follower } of scene.subscribers) assert.ok(!follower.wasOverrun);
        await cluster.finish();
      }),
      { numRuns: 12, seed: 5 },
    );
  }).timeout(120_000);
});
