// Requests and answers: the same suite on libp2p and in memory.
import assert from "node:assert/strict";
import { gate, join, numbered, numberOf, WORLDS, type World } from "./worlds.ts";

const LIMITS = { requestBytes: 1_000, answerBytes: 3_000_000, requestsAtOnce: 4 };
const PATIENT = { timeoutMs: 60_000 };

for (const makeWorld of WORLDS) {
  const world: World = makeWorld();

  describe(`p2p: requests on ${world.kind}`, () => {
    afterEach(() => world.closeAll());

    it("are answered, both ways, many at once, each with its own answer", async () => {
      const onRequest = async (_: unknown, bytes: Uint8Array) =>
        numbered(numberOf(bytes) + 1, 4 + numberOf(bytes) * 1_000);
      const [a, b] = [await world.node("a", { onRequest }), await world.node("b", { onRequest })];
      await join(a, b);
      const asked = [0, 1, 7, 64, 65, 66, 500, 3_000].flatMap((value) => [
        { value, answer: a.network.request(b.id, numbered(value), PATIENT) },
        { value, answer: b.network.request(a.id, numbered(value), PATIENT) },
      ]);
      for (const { value, answer } of asked) {
        const result = await answer;
        assert.ok(result.ok);
        assert.equal(numberOf(result.value), value + 1);
        assert.equal(result.value.length, 4 + value * 1_000);
      }
    });

    it("may have an empty answer", async () => {
      const [a, b] = [
        await world.node("a"),
        await world.node("b", { onRequest: async () => new Uint8Array(0) }),
      ];
      await join(a, b);
      assert.deepEqual(await a.network.request(b.id, new Uint8Array(0), PATIENT), {
        ok: true,
        value: new Uint8Array(0),
      });
    });

    it("don't wait for a great answer that is under way", async () => {
      const onRequest = async (_: unknown, bytes: Uint8Array) => new Uint8Array(numberOf(bytes));
      const [a, b] = [await world.node("a"), await world.node("b", { onRequest })];
      await join(a, b);
      const order: string[] = [];
      const great = a.network.request(b.id, numbered(30_000_000), PATIENT).then(() => order.push("great"));
      await a.until("it begins", () => true);
      const small = a.network.request(b.id, numbered(3), PATIENT).then(() => order.push("small"));
      await Promise.all([great, small]);
      assert.deepEqual(order, ["small", "great"]);
    });

    it("are refused when there is no answer, when it is too great, when nobody is there", async () => {
      const onRequest = async (_: unknown, bytes: Uint8Array) =>
        numberOf(bytes) === 0 ? undefined : new Uint8Array(3_000_001);
      const [a, b] = [
        await world.node("a", { limits: LIMITS }),
        await world.node("b", { onRequest, limits: LIMITS }),
      ];
      const code = async (bytes: Uint8Array) => {
        const result = await a.network.request(b.id, bytes, PATIENT);
        return result.ok ? "" : result.code;
      };
      assert.equal(await code(numbered(0)), "not-connected");
      await join(a, b);
      assert.equal(await code(numbered(0)), "refused");
      assert.equal(await code(numbered(1)), "too-large");
      assert.equal(await code(new Uint8Array(1_001)), "too-large");
      assert.equal(await code(new Uint8Array(1_000)), "refused");
    });

    it("name an answer above the asker's bound a fault", async () => {
      const b = await world.node("b", { onRequest: async () => new Uint8Array(5_000_000) });
      const a = await world.node("a", { limits: LIMITS });
      await join(a, b);
      const result = await a.network.request(b.id, numbered(1), PATIENT);
      assert.equal(result.ok ? "" : result.code, "too-large");
      await a.happened("serious fault of b: oversized-answer");
      assert.equal(a.isConnected(b), false);
    });

    it("are busy when too many are open, and not any more when some are done", async () => {
      const isOpen = gate();
      const onRequest = async (_: unknown, bytes: Uint8Array) => {
        await isOpen.opened;
        return bytes;
      };
      const [a, b] = [await world.node("a"), await world.node("b", { onRequest, limits: LIMITS })];
      await join(a, b);
      const open = [1, 2, 3, 4].map((value) => a.network.request(b.id, numbered(value), PATIENT));
      const fifth = await a.network.request(b.id, numbered(5), PATIENT);
      assert.equal(fifth.ok ? "" : fifth.code, "busy");
      isOpen.open();
      for (const result of await Promise.all(open)) assert.ok(result.ok);
      assert.ok((await a.network.request(b.id, numbered(6), PATIENT)).ok);
    });

    it("end when time is up or nobody wants them any more, and late answers are passed over", async () => {
      const isOpen = gate();
      let asked = 0;
      const onRequest = async (_: unknown, bytes: Uint8Array) => {
        asked++;
        b.changed();
        if (numberOf(bytes) < 3) await isOpen.opened;
        return new Uint8Array(2_000_000);
      };
      const b = await world.node("b", { onRequest, limits: LIMITS });
      const a = await world.node("a");
      await join(a, b);
      const controller = new AbortController();
      const late = await a.network.request(b.id, numbered(1), { timeoutMs: 20 });
      assert.equal(late.ok ? "" : late.code, "timeout");
      const waiting = a.network.request(b.id, numbered(2), { ...PATIENT, signal: controller.signal });
      await b.until("it is asked", () => asked === 2);
      controller.abort();
      const cancelled = await waiting;
      assert.equal(cancelled.ok ? "" : cancelled.code, "cancelled");
      const before = await a.network.request(b.id, numbered(2), { ...PATIENT, signal: controller.signal });
      assert.equal(before.ok ? "" : before.code, "cancelled");
      isOpen.open();
      const good = await a.network.request(b.id, numbered(3), PATIENT);
      assert.ok(good.ok);
      assert.equal(asked, 3);
      assert.deepEqual(a.events, ["connected b"]);
    });

    it("end with the connection", async () => {
      const [a, b] = [
        await world.node("a"),
        await world.node("b", { onRequest: () => new Promise(() => {}) }),
      ];
      await join(a, b);
      const waiting = a.network.request(b.id, numbered(1), PATIENT);
      await b.network.close();
      const result = await waiting;
      assert.equal(result.ok ? "" : result.code, "not-connected");
    });
  });
}
