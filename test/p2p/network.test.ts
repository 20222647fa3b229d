// What every network must do with messages and connections: the same suite on libp2p and in memory.
import assert from "node:assert/strict";
import type { ChainId, Height } from "@witan/primitives";
import { eventually, gate, join, numbered, numberOf, type TestNode, WORLDS, type World } from "./worlds.ts";

const OTHER_CHAIN = "c2".repeat(32) as ChainId;
const QUICK = { redialMinMs: 5, redialMaxMs: 50 };

for (const makeWorld of WORLDS) {
  const world: World = makeWorld();

  describe(`p2p: messages on ${world.kind}`, () => {
    afterEach(() => world.closeAll());

    it("delivers each channel whole and in order", async () => {
      const [a, b] = [await world.node("a"), await world.node("b")];
      await join(a, b);
      const counts = { consensus: 2_000, transactions: 300, bulk: 20 };
      const lengths = { consensus: 200, transactions: 10_000, bulk: 300_000 };
      for (const channel of ["bulk", "transactions", "consensus"] as const) {
        for (let at = 0; at < counts[channel]; at++) {
          assert.ok(a.network.send(b.id, channel, numbered(at, lengths[channel])));
        }
      }
      await b.until("all messages", () => b.received.length === 2_320);
      for (const channel of ["bulk", "transactions", "consensus"] as const) {
        const got = b.received.filter((each) => each.channel === channel);
        assert.deepEqual(
          got.map(({ bytes }) => numberOf(bytes)),
          [...Array(counts[channel]).keys()],
        );
        assert.ok(got.every(({ bytes, from }) => bytes.length === lengths[channel] && from === "a"));
        assert.ok(
          got.every(
            ({ bytes }) => bytes.constructor === Uint8Array && bytes.byteLength === bytes.buffer.byteLength,
          ),
        );
      }
    });

    it("delivers every length up to the limit, and every byte", async () => {
      const [a, b] = [await world.node("a"), await world.node("b")];
      await join(a, b);
      const lengths = [
        0, 1, 65_501, 65_502, 65_503, 65_506, 65_507, 65_508, 131_014, 262_139, 262_144, 1_000_003,
      ];
      const sent = lengths.map((length) => new Uint8Array(length).map((_, at) => (at * 31 + length) % 251));
      for (const bytes of sent) assert.ok(a.network.send(b.id, "bulk", bytes));
      await b.until("all", () => b.received.length === sent.length);
      assert.deepEqual(
        b.received.map(({ bytes }) => bytes),
        sent,
      );
    });

    it("sends votes first of all that waits", async () => {
      const [a, b] = [await world.node("a"), await world.node("b")];
      await join(a, b);
      for (const channel of ["consensus", "transactions", "bulk"] as const)
        a.network.send(b.id, channel, numbered(0));
      await b.until("all lanes are open", () => b.received.length === 3);
      const before = b.network.peers()[0]?.bytesReceived ?? 0;
      let after = 0;
      assert.ok(a.network.send(b.id, "bulk", new Uint8Array(5_000_000)));
      assert.ok(a.network.send(b.id, "transactions", numbered(1)));
      assert.ok(a.network.send(b.id, "consensus", numbered(2)));
      await b.until("the vote", () => {
        if (after === 0 && b.received.length > 3) after = b.network.peers()[0]?.bytesReceived ?? 0;
        return after > 0;
      });
      await b.until("the rest", () => b.received.length === 6);
      assert.deepEqual(
        b.received.slice(3).map(({ channel }) => channel),
        ["consensus", "transactions", "bulk"],
      );
      assert.ok(after - before < 100, `${after - before} bytes came before the vote`);
    });

    it("lets votes pass a great block", async () => {
      const [a, b] = [await world.node("a"), await world.node("b")];
      await join(a, b);
      assert.ok(a.network.send(b.id, "bulk", new Uint8Array(30 * 1024 * 1024)));
      // The block is under way before the first vote is cast.
      await new Promise((resolve) => setImmediate(resolve));
      for (let at = 0; at < 100; at++) assert.ok(a.network.send(b.id, "consensus", numbered(at)));
      await b.until("all", () => b.received.length === 101);
      assert.equal(b.received[100]?.channel, "bulk");
    });

    it("holds back one channel of one peer while its message is being handled", async () => {
      const [isOpen, seen] = [gate(), [] as string[]];
      const b = await world.node("b", {
        onMessage: (_, channel, bytes) => {
          seen.push(`${channel} ${numberOf(bytes)}`);
          return channel === "bulk" && numberOf(bytes) === 0 ? isOpen.opened : undefined;
        },
      });
      const [a, c] = [await world.node("a"), await world.node("c")];
      await join(a, b, c);
      for (let at = 0; at < 3; at++) a.network.send(b.id, "bulk", numbered(at));
      await b.until("the first", () => seen.includes("bulk 0"));
      a.network.send(b.id, "consensus", numbered(7));
      c.network.send(b.id, "bulk", numbered(9));
      await b.until("the others'", () => seen.length === 3);
      assert.deepEqual([...seen].sort(), ["bulk 0", "bulk 9", "consensus 7"]);
      isOpen.open();
      await b.until("the rest", () => seen.length === 5);
      assert.deepEqual(seen.slice(3), ["bulk 1", "bulk 2"]);
    });

    it("says no when a queue is full or nobody is there, and goes on when there is room", async () => {
      const isOpen = gate();
      const limits = { queueBytes: { consensus: 1_000, transactions: 100_000, bulk: 2_000_000 } };
      const a = await world.node("a", { limits });
      const b = await world.node("b", { onMessage: () => isOpen.opened });
      assert.equal(a.network.send(b.id, "bulk", numbered(0)), false);
      await join(a, b);
      let sent = 0;
      // It stays full, however often it is tried: what is on its way and what waits with the peer is bounded too.
      for (let refused = 0; refused < 300; ) {
        if (a.network.send(b.id, "bulk", numbered(sent, 500_000))) sent++;
        else refused++;
        assert.ok(sent < 50, "the peer that doesn't listen took 25 MB");
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.ok(sent >= 4, `${sent}`);
      assert.ok(a.network.send(b.id, "consensus", numbered(1)), "other channels have their own room");
      const [status] = a.network.peers();
      assert.equal(status?.dropped, 300);
      isOpen.open();
      await b.until("all", () => b.received.filter(({ channel }) => channel === "bulk").length === sent);
      assert.ok(a.network.send(b.id, "bulk", numbered(sent, 500_000)));
      await b.until("one more", () =>
        b.received.some(({ bytes }) => numberOf(bytes) === sent && bytes.length > 8),
      );
    });

    it("sends to many at once", async () => {
      const nodes: TestNode[] = [];
      for (const name of ["a", "b", "c", "d", "e"]) nodes.push(await world.node(name));
      await join(...nodes);
      for (const from of nodes) {
        for (const to of nodes)
          if (to !== from) assert.ok(from.network.send(to.id, "consensus", numbered(1)));
      }
      for (const node of nodes) await node.until("four votes", () => node.received.length === 4);
      for (const node of nodes) assert.equal(new Set(node.received.map(({ from }) => from)).size, 4);
    });
  });

  describe(`p2p: connections on ${world.kind}`, () => {
    afterEach(() => world.closeAll());

    it("tells who connected, with height and version, and who left", async () => {
      const [a, b] = [
        await world.node("a", { versions: [1, 2, 5] }),
        await world.node("b", { versions: [2, 3, 5] }),
      ];
      a.network.setHeight(41 as Height);
      await join(a, b);
      assert.deepEqual(a.events, ["connected b"]);
      const [status] = b.network.peers();
      assert.equal(status?.name, "a");
      assert.equal(status?.connected, true);
      assert.ok((status?.bytesReceived ?? 0) > 0 && (status?.bytesSent ?? 0) > 0);
      await a.network.close();
      await b.happened("disconnected a: shutting-down");
      assert.equal(b.isConnected(a), false);
      assert.equal(b.network.peers()[0]?.lastFailure, "the peer said shutting-down");
    });

    it("keeps one connection of two that are dialled at once, on both sides, without a break", async () => {
      for (let round = 0; round < 8; round++) {
        const [a, b] = [await world.node(`a${round}`), await world.node(`b${round}`)];
        await join(a, b);
        for (let at = 0; at < 50; at++) {
          assert.ok(a.network.send(b.id, "consensus", numbered(at)));
          assert.ok(b.network.send(a.id, "consensus", numbered(at)));
        }
        await a.until("all", () => a.received.length === 50);
        await b.until("all", () => b.received.length === 50);
        assert.deepEqual([a.events, b.events], [[`connected b${round}`], [`connected a${round}`]]);
        const directions = [a.network.peers()[0]?.direction, b.network.peers()[0]?.direction].sort();
        assert.deepEqual(directions, ["in", "out"]);
      }
    });

    it("waits to be dialled by a peer whose address it doesn't know", async () => {
      const [a, b] = [await world.node("a"), await world.node("b")];
      b.network.admit([{ ...a.asPeer, address: undefined }]);
      a.network.admit([b.asPeer]);
      await b.happened("connected a");
      assert.equal(b.network.peers()[0]?.direction, "in");
    });

    it("finds a peer again that was restarted on the same port", async () => {
      const a = await world.node("a", { times: QUICK });
      let b = await world.node("b", { times: QUICK });
      await join(a, b);
      const listen = b.network.listening()[0] ?? "";
      for (let round = 2; round < 5; round++) {
        await b.network.close();
        await a.happened("disconnected b: shutting-down", round - 1);
        b = await world.node("b", { listen });
        b.network.admit([{ ...a.asPeer, address: undefined }]);
        await a.happened("connected b", round);
        await b.happened("connected a");
        assert.ok(a.network.send(b.id, "consensus", numbered(round)));
        await b.until("a message", () => b.received.length === 1);
      }
    });

    it("goes on trying a peer that is not there yet", async () => {
      const late = await world.node("late");
      const { asPeer } = late;
      await late.network.close();
      const a = await world.node("a", { times: QUICK });
      a.network.admit([asPeer]);
      await eventually("a failure", () => a.network.peers()[0]?.lastFailure !== undefined);
      assert.match(a.network.peers()[0]?.lastFailure ?? "", /^unreachable/);
      const again = await world.node("late", asPeer.address === undefined ? {} : { listen: asPeer.address });
      again.network.admit([{ ...a.asPeer, address: undefined }]);
      await a.happened("connected late");
      assert.equal(a.network.peers()[0]?.lastFailure, undefined, "what is over is not told any more");
    });

    it("passes over itself", async () => {
      const a = await world.node("a");
      a.network.admit([a.asPeer]);
      assert.deepEqual(a.network.peers(), []);
    });

    it("refuses strangers, and tells them why", async () => {
      const [a, stranger] = [await world.node("a"), await world.node("stranger")];
      stranger.network.admit([a.asPeer]);
      await a.happened("refused stranger: not-admitted");
      await stranger.happened("refused a: not-admitted");
      assert.equal(stranger.network.peers()[0]?.lastFailure, "the peer said not-admitted");
      assert.deepEqual(
        [a, stranger].flatMap(({ events }) => events.filter((each) => each.startsWith("connected"))),
        [],
      );
      const [seen] = a.network.peers();
      assert.deepEqual([seen?.id, seen?.connected, seen?.lastFailure], [stranger.id, false, "not-admitted"]);
    });

    it("refuses another chain, and another protocol; both sides know why, and it is tried again", async () => {
      for (const [options, code] of [
        [{ chainId: OTHER_CHAIN }, "other-chain"],
        [{ versions: [7] }, "no-common-version"],
      ] as const) {
        const [a, b] = [
          await world.node(`a ${code}`, { times: QUICK }),
          await world.node(`b ${code}`, { ...options, times: QUICK }),
        ];
        for (const node of [a, b]) node.network.admit([a.asPeer, b.asPeer]);
        await a.happened(`refused b ${code}: ${code}`, 2);
        await b.happened(`refused a ${code}: ${code}`, 2);
        assert.equal(a.network.send(b.id, "consensus", numbered(0)), false);
        assert.ok([...a.events, ...b.events].every((event) => event.startsWith("refused")));
      }
    });

    it("admits and cuts off while it runs", async () => {
      const [a, b, c] = [
        await world.node("a"),
        await world.node("b"),
        await world.node("c", { times: QUICK }),
      ];
      await join(a, b);
      c.network.admit([a.asPeer]);
      await a.happened("refused c: not-admitted");
      a.network.admit([b.asPeer, c.asPeer]);
      await a.happened("connected c");
      a.network.admit([c.asPeer]);
      await a.happened("disconnected b: not-admitted");
      await b.happened("disconnected a: not-admitted");
      assert.equal(a.isConnected(b), false);
      assert.ok(a.isConnected(c));
      assert.equal(a.count("disconnected c: not-admitted"), 0);
    });

    it("cuts off a peer for a serious fault, for longer each time, and lets it back", async () => {
      const a = await world.node("a", { times: { ...QUICK, banMinMs: 30, banMaxMs: 100 } });
      const b = await world.node("b", { times: QUICK });
      await join(a, b);
      for (let round = 1; round <= 3; round++) {
        a.network.reportFault(b.id, "serious", "bad-signature");
        assert.equal(a.isConnected(b), false);
        assert.ok((a.network.peers()[0]?.bannedUntil ?? 0) > 0);
        assert.equal(a.count("banned b: bad-signature"), round);
        await a.happened("connected b", round + 1);
        await b.happened("connected a", round + 1);
      }
      assert.equal(a.count("serious fault of b: bad-signature"), 3);
      await b.happened("disconnected a: banned", 3);
    });

    it("cuts off a peer once, though more of what it did wrong was under way", async () => {
      const [a, b] = [await world.node("a"), await world.node("b")];
      await join(a, b);
      a.network.reportFault(b.id, "serious", "bad-signature");
      const until = a.network.peers()[0]?.bannedUntil ?? 0;
      a.network.reportFault(b.id, "serious", "bad-signature");
      assert.equal(a.count("banned b: bad-signature"), 1);
      const later = a.network.peers()[0]?.bannedUntil ?? 0;
      // Reckoned anew on each call, from two clocks: off by a millisecond. A second ban lasts twice as long.
      assert.ok(later - until < 1_000, `kept out ${later - until} ms longer`);
      assert.equal(a.count("serious fault of b: bad-signature"), 2);
    });

    it("cuts off a peer for many minor faults, not for a few", async () => {
      const [a, b] = [await world.node("a"), await world.node("b")];
      await join(a, b);
      for (let fault = 0; fault < 10; fault++) a.network.reportFault(b.id, "minor", "late");
      assert.ok(a.isConnected(b));
      a.network.reportFault(b.id, "minor", "late");
      assert.equal(a.isConnected(b), false);
      assert.equal(a.count("banned b: late"), 1);
    });

    it("says which address is taken", async () => {
      const a = await world.node("a");
      const [taken = ""] = a.network.listening();
      await assert.rejects(
        world.node("b", { listen: taken }),
        (error: Error & { code?: string; address?: string }) => {
          assert.deepEqual(
            [error.name, error.code, error.address],
            ["NetworkError", "address-in-use", taken],
          );
          assert.match(error.message, /can't listen on .*another/);
          return true;
        },
      );
    });

    it("is closed for good, and a second time for nothing", async () => {
      const [a, b] = [await world.node("a"), await world.node("b")];
      await join(a, b);
      const asked = a.network.request(b.id, numbered(1), { timeoutMs: 60_000 });
      await Promise.all([a.network.close(), a.network.close()]);
      await a.network.close();
      assert.equal(a.network.send(b.id, "consensus", numbered(1)), false);
      assert.deepEqual([(await asked).ok, a.network.listening()], [false, []]);
      const handlers = { connected() {}, disconnected() {}, message() {}, request: async () => undefined };
      await assert.rejects(a.network.start(handlers), { name: "NetworkError", code: "closed" });
    });
  });
}
