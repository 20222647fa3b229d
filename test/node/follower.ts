// Follows the events of nodes as a client does: reads, notes what came with its cursor, loses its connection, goes on from
// the last cursor it saw, at the same node or another. What it noted is held against the chain.
import assert from "node:assert/strict";
import {
  type EventReader,
  type SubscribeParams,
  type SubscriptionEvent,
  subscriptionNotice,
  type ToldEvent,
} from "@witan/rpc";
import type { Seat } from "./seat.ts";
import type { World } from "./world.ts";

type EventOf<T extends SubscriptionEvent["type"]> = Extract<SubscriptionEvent, { type: T }>;

/** One subscription, over all its connections. */
export class Follower {
  readonly told: ToldEvent[] = [];
  cursor: string | undefined;
  /** How often a node said that there may be more. */
  calls = 0;
  wasOverrun = false;
  readonly #world: World;
  readonly #params: SubscribeParams;
  #reader: EventReader | undefined;

  constructor(world: World, params: SubscribeParams) {
    this.#world = world;
    this.#params = params;
  }

  /** Subscribes at a node, from the last cursor on. */
  open(seat: Seat): this {
    this.close();
    const after = this.cursor === undefined ? {} : { after: this.cursor };
    this.#reader = seat.node.events.open({ ...this.#params, ...after }, () => {
      this.calls++;
    });
    this.cursor = this.#reader.cursor;
    return this;
  }

  /** The connection ends. */
  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  /** Reads once. @param received so many of them get to the client before its connection breaks @returns how many came */
  async read(max = 50, received = Number.POSITIVE_INFINITY): Promise<number> {
    assert.ok(this.#reader, "it is subscribed");
    const batch = await this.#world.settled("events are read", this.#reader.read(max));
    if (batch.kind === "overrun") {
      this.wasOverrun = true;
      return 0;
    }
    assert.ok(batch.events.length <= max, `${batch.events.length} events, ${max} were asked for`);
    for (const one of batch.events.slice(0, received)) {
      subscriptionNotice.parse({ subscription: "1", ...one });
      this.told.push(one);
      this.cursor = one.cursor;
    }
    return batch.events.length;
  }

  /** Reads until there is nothing more. */
  async drain(max = 50): Promise<this> {
    while ((await this.read(max)) > 0);
    return this;
  }

  /** The events of a type. */
  of<T extends SubscriptionEvent["type"]>(type: T): readonly EventOf<T>[] {
    return this.told.map(({ event }) => event).filter((event): event is EventOf<T> => event.type === type);
  }

  /** The types of all events, in order. */
  get types(): readonly string[] {
    return this.told.map(({ event }) => event.type);
  }
}

/** What is final at a node above a height, in order: as `final` events say it. */
export async function finalsOf(seat: Seat, above = 0): Promise<readonly EventOf<"final">[]> {
  const finals: EventOf<"final">[] = [];
  for (let height = above + 1; height <= seat.height; height++) {
    const { hash, transactions } = await seat.call("chain_block", { height, transactions: "ids" });
    transactions.forEach(({ transaction }, index) => {
      finals.push({ type: "final", transaction, height, hash, index });
    });
  }
  return finals;
}
