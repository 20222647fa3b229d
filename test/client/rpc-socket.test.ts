// Calls and subscriptions over WebSocket: each event once and in order, however the connection is cut, however slow the
// reader is; and what is refused for good ends a stream with its reason.
import assert from "node:assert/strict";
import {
  type ClientClock,
  type EventStream,
  RpcAnswerError,
  RpcCallError,
  RpcConnectionError,
  RpcSocket,
  type StreamState,
} from "@witan/client";
import type { Timestamp } from "@witan/primitives";
import { RpcError, type SubscriptionEvent } from "@witan/rpc";
import fc from "fast-check";
import { until } from "../network/conditions.ts";
import { HandClock } from "./hand-clock.ts";
import { failureOf } from "./scripted-node.ts";
import { SocketServer } from "./socket-server.ts";

const HASH = "ab".repeat(32);
const HEAD = { height: 3, hash: HASH, timestamp: 5 };

function block(height: number): SubscriptionEvent {
  return { type: "block", height, hash: HASH, timestamp: height, proposer: null, transactions: 0 };
}

/** Twenty times as fast as others: a cut connection is made anew after a pause. */
const QUICK_CLOCK: ClientClock = {
  now: () => Date.now() as Timestamp,
  monotonicMs: () => performance.now() * 20,
  after: (ms, call) => {
    const timer = setTimeout(call, ms / 20);
    return () => clearTimeout(timer);
  },
};

/** The heights of the next blocks of a stream. */
async function heightsOf(stream: EventStream, count: number): Promise<readonly number[]> {
  const heights: number[] = [];
  for await (const { event } of stream) {
    assert.ok(event.type === "block");
    heights.push(event.height);
    if (heights.length === count) break;
  }
  return heights;
}

describe("a WebSocket connection to a node", () => {
  let server: SocketServer;
  let socket: RpcSocket;
  beforeEach(async () => {
    server = await new SocketServer().start();
    server.answer = ({ method }) => (method === "chain_head" ? HEAD : {});
    socket = new RpcSocket({ url: server.url });
  });
  afterEach(async () => {
    socket.close();
    await server.stop();
  });

  describe("calls", () => {
    it("many at once over one connection, each with its own answer", async () => {
      const heads = await Promise.all(Array.from({ length: 20 }, () => socket.call("chain_head", {})));
      assert.deepEqual(
        heads,
        Array.from({ length: 20 }, () => HEAD),
      );
      assert.equal(server.connections, 1);
    });

    it("fails with the node's refusal, or for an answer that is none", async () => {
      server.answer = () => {
        throw new RpcError("block-unknown");
      };
      const refused = await failureOf(socket.call("chain_block", { height: 5 }), RpcCallError);
      assert.equal(refused.reason, "block-unknown");
      server.answer = () => ({ height: "high" });
      await failureOf(socket.call("chain_head", {}), RpcAnswerError);
    });

    it("fails when the connection is lost, and the next one makes a new connection", async () => {
      server.answer = () => undefined;
      const call = socket.call("chain_head", {});
      await until("it was asked", () => server.calls.length === 1);
      server.cut();
      const failure = await failureOf(call, RpcConnectionError);
      assert.ok(failure.code === "broken" && failure.isPassing);
      server.answer = () => HEAD;
      assert.deepEqual(await socket.call("chain_head", {}), HEAD);
      assert.equal(server.connections, 2);
    });

    it("fails after its time, by the caller's signal, and at once when there is nobody", async () => {
      server.answer = () => undefined;
      const late = await failureOf(socket.call("chain_head", {}, { timeoutMs: 20 }), RpcConnectionError);
      assert.equal(late.code, "timeout");
      const stop = new AbortController();
      const call = socket.call("chain_head", {}, { signal: stop.signal });
      await until("it was asked", () => server.calls.length === 2);
      stop.abort();
      assert.equal((await failureOf(call, RpcConnectionError)).code, "cancelled");
      const given = socket.call("chain_head", {}, { signal: stop.signal });
      assert.equal((await failureOf(given, RpcConnectionError)).code, "cancelled");
      const { url } = server;
      await server.stop();
      const nobody = new RpcSocket({ url });
      assert.equal((await failureOf(nobody.call("chain_head", {}), RpcConnectionError)).code, "unreachable");
      await server.start();
    });

    it("tells why a node lets nobody in, which a WebSocket can't", async () => {
      server.refusal = new RpcError("token-unknown");
      const refused = await failureOf(socket.call("chain_head", {}), RpcCallError);
      assert.equal(refused.reason, "token-unknown");
      const stream = heightsOf(socket.subscribe({ to: "blocks" }), 1);
      assert.equal((await failureOf(stream, RpcCallError)).reason, "token-unknown");
    });

    it("is not possible any more when it was closed", async () => {
      socket.close();
      assert.equal((await failureOf(socket.call("chain_head", {}), RpcConnectionError)).code, "cancelled");
      assert.deepEqual(await heightsOf(socket.subscribe({ to: "blocks" }), 1), []);
    });

    it("refuses an address or a token that can't be one", () => {
      for (const url of ["ftp://x", "nowhere", "ws://user:word@x"])
        assert.throws(() => new RpcSocket({ url }), RpcConnectionError);
      assert.throws(() => new RpcSocket({ url: "ws://x", token: "a b" }), RpcConnectionError);
    });
  });

  describe("a subscription", () => {
    it("tells events in order, and the node when nobody reads any more", async () => {
      server.tell(block(1));
      const stream = socket.subscribe({ to: "blocks", after: "0" });
      const reading = heightsOf(stream, 3);
      await until("it is subscribed", () => server.calls.length === 1);
      server.tell(block(2), block(3));
      assert.deepEqual(await reading, [1, 2, 3]);
      assert.equal(stream.cursor, "3");
      await until("it is ended", () => server.calls.at(-1)?.method === "unsubscribe");
    });

    it("begins where it stood when the node answered, though the connection broke before the first event", async () => {
      const stream = socket.subscribe({ to: "blocks" });
      const reading = heightsOf(stream, 1);
      await until("it is subscribed", () => stream.cursor !== undefined);
      server.cut();
      server.tell(block(1));
      assert.deepEqual(await reading, [1]);
    });

    it("tells of the connection, and that it is back", async () => {
      const states: StreamState["connected"][] = [];
      const stream = socket.subscribe(
        { to: "blocks" },
        { onState: ({ connected }) => states.push(connected) },
      );
      const reading = heightsOf(stream, 1);
      await until("it is there", () => states.length === 1);
      server.cut();
      await until("it is back", () => states.length === 3);
      assert.deepEqual(states, [true, false, true]);
      server.tell(block(1));
      await reading;
    });

    it("ends by close and by the caller's signal, whatever it waits for", async () => {
      const stop = new AbortController();
      const one = heightsOf(socket.subscribe({ to: "blocks" }, { signal: stop.signal }), 1);
      const two = socket.subscribe({ to: "blocks" });
      const reading = heightsOf(two, 1);
      await until("both are subscribed", () => server.calls.length === 2);
      stop.abort();
      assert.deepEqual(await one, []);
      socket.close();
      assert.deepEqual(await reading, []);
    });

    it("ends while there is nobody to connect to", async () => {
      const { url } = server;
      await server.stop();
      const gone = new RpcSocket({ url });
      let failures = 0;
      const stream = gone.subscribe(
        { to: "blocks" },
        { onState: ({ connected }) => (failures += connected ? 0 : 1) },
      );
      const reading = heightsOf(stream, 1);
      await until("it has tried again", () => failures >= 2);
      gone.close();
      assert.deepEqual(await reading, []);
      await server.start();
    });

    it("is refused for good with its reason", async () => {
      const bad = heightsOf(socket.subscribe({ to: "blocks", after: "bad" }), 1);
      assert.equal((await failureOf(bad, RpcCallError)).reason, "cursor-invalid");
    });

    it("passes over progress, keeps its cursor, and passes on gaps", async () => {
      const stream = socket.subscribe({ to: "transactions", after: "0" });
      const gap = { type: "gap", fromHeight: 3, lost: ["admitted"] } as const;
      server.tell({ type: "progress", height: 2 }, gap as unknown as SubscriptionEvent);
      for await (const { event, cursor } of stream) {
        assert.deepEqual([event, cursor], [gap, "2"]);
        break;
      }
    });

    it("whose reader is slow is bounded, and loses nothing", async () => {
      const slow = new RpcSocket({ url: server.url, waitingMax: 10 });
      const events = slow.subscribe({ to: "blocks", after: "0" })[Symbol.asyncIterator]();
      server.tell(...Array.from({ length: 100 }, (_, at) => block(at)));
      const first = await events.next();
      assert.ok(first.done !== true);
      await until("it is cut off", () => server.calls.some(({ method }) => method === "unsubscribe"));
      const rest: number[] = [];
      while (rest.length < 99) {
        const { value } = await events.next();
        assert.ok(value?.event.type === "block");
        rest.push(value.event.height);
      }
      assert.deepEqual(
        rest,
        Array.from({ length: 99 }, (_, at) => at + 1),
      );
      slow.close();
    });

    it("is not lost with one of the connection before that had the same name", async () => {
      const shared = new RpcSocket({ url: server.url, clock: QUICK_CLOCK });
      const [one, other] = [0, 1].map(() => shared.subscribe({ to: "blocks" })[Symbol.asyncIterator]());
      assert.ok(one && other);
      const subscribed = () => server.calls.filter(({ method }) => method === "subscribe").length;
      const heightOf = async (read: ReturnType<typeof one.next>): Promise<number | undefined> => {
        const { value } = await read;
        return value?.event.type === "block" ? value.event.height : undefined;
      };
      const firsts = [one.next()];
      await until("the first has its name", () => subscribed() === 1);
      firsts.push(other.next());
      await until("the other has its name", () => subscribed() === 2);
      server.tell(block(1));
      assert.deepEqual(await Promise.all(firsts.map(heightOf)), [1, 1]);
      server.tell(block(2));
      assert.equal(await heightOf(other.next()), 2);
      server.cut();
      // The other is the first on the new connection, while the one still reads what came by the old one.
      const third = other.next();
      await until("the other is back", () => subscribed() === 3);
      assert.equal(await heightOf(one.next()), 2);
      const thirds = [one.next(), third];
      await until("the one is back", () => subscribed() === 4);
      server.tell(block(3));
      assert.deepEqual(await Promise.all(thirds.map(heightOf)), [3, 3]);
      shared.close();
    });

    it("gives up a connection that has died in silence", async () => {
      const clock = new HandClock();
      const watched = new RpcSocket({ url: server.url, clock });
      const stream = watched.subscribe({ to: "blocks" });
      const reading = heightsOf(stream, 1);
      await until("it is subscribed", () => stream.cursor !== undefined);
      server.answer = () => undefined;
      await until("it has asked for a sign of life, and connected anew", () => {
        clock.advance(1_000);
        return server.connections >= 2;
      });
      watched.close();
      assert.deepEqual(await reading, []);
    });

    it("that is cut whenever it has begun is not asked for without end", async () => {
      const clock = new HandClock();
      const calm = new RpcSocket({ url: server.url, clock });
      // It takes the subscription, and the connection ends before any event.
      server.log.push(block(1));
      let lost = 0;
      const stream = calm.subscribe(
        { to: "blocks", after: "0" },
        { onState: ({ connected }) => (lost += connected ? 0 : 1) },
      );
      const cutNext = () => {
        server.eventsUntilCut = 0;
      };
      cutNext();
      const reading = heightsOf(stream, 1);
      const waits: number[] = [];
      for (let at = 1; at <= 8; at++) {
        await until("it is cut", () => lost === at);
        assert.equal(server.connections, at, "not before its time");
        if (at < 8) cutNext();
        let ms = 0;
        await until("it has connected anew", () => {
          if (server.connections === at) {
            clock.advance(50);
            ms += 50;
          }
          return server.connections > at;
        });
        waits.push(ms);
      }
      // A turn or two of the loop pass until the connection is seen.
      for (const [at, ms] of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].entries())
        assert.ok((waits[at] ?? 0) >= ms, `${waits}`);
      assert.deepEqual(await reading, [1], "and in the end it is read");
      calm.close();
    });

    it("cut at random, tells each event once and in order", async () => {
      const quick = new RpcSocket({ url: server.url, clock: QUICK_CLOCK });
      const lengths = fc.array(fc.nat(12), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(lengths, fc.integer({ min: 1, max: 60 }), async (cuts, count) => {
          server.log.length = 0;
          server.tell(...Array.from({ length: count }, (_, at) => block(at)));
          const left = [...cuts];
          server.eventsUntilCut = left.shift();
          const stream = quick.subscribe({ to: "blocks", after: "0" });
          const heights: number[] = [];
          for await (const { event } of stream) {
            assert.ok(event.type === "block");
            heights.push(event.height);
            server.eventsUntilCut ??= left.shift();
            if (heights.length === count) break;
          }
          assert.deepEqual(
            heights,
            Array.from({ length: count }, (_, at) => at),
          );
        }),
        { numRuns: 15 },
      );
      quick.close();
    });
  });
});
