import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { createNobleScheme } from "@witan/crypto";
import {
  openVerifier,
  type SpawnWorker,
  spawnWorker,
  VerifierError,
  type VerifierOptions,
  type WorkerPort,
  type WorkerVerifier,
} from "@witan/crypto/node";
import type { Hash, PublicKey, Signature, SignatureCheck } from "@witan/primitives";
import fc from "fast-check";
import { PuppetWorker } from "./puppet-worker.ts";
import { answersByDigest, GOOD, good, opened, settle, WRONG, withPuppets } from "./verifier-cases.ts";

/** Malformed checks, three of each good one. */
const MALFORMED: readonly SignatureCheck[] = GOOD.flatMap((each) => [
  { ...each, publicKey: `04${each.publicKey.slice(2)}` as PublicKey },
  { ...each, signature: each.signature.slice(2) as Signature },
  { ...each, digest: each.digest.toUpperCase() as Hash },
]);

afterEach(async () => {
  await Promise.all(opened.splice(0).map((verifier) => verifier.close()));
});

async function open(options: VerifierOptions): Promise<WorkerVerifier> {
  const result = await openVerifier(options);
  assert.ok(result.ok, result.ok ? "" : result.detail);
  opened.push(result.value);
  return result.value;
}

async function stateOf(promise: Promise<unknown>): Promise<"pending" | "settled"> {
  let state: "pending" | "settled" = "pending";
  const settled = () => {
    state = "settled";
  };
  promise.then(settled, settled);
  await settle();
  return state;
}

/** Lets a puppet answer until a call is settled. */
async function answerAll(puppet: PuppetWorker | undefined, call: Promise<unknown>): Promise<void> {
  for (let turn = 0; turn < 100 && (await stateOf(call)) === "pending"; turn++) puppet?.answer();
}

describe("crypto: the verifier, on real workers", () => {
  it("answers in the order asked, as the scheme does, whatever the sizes", async () => {
    const noble = createNobleScheme();
    const pool = [...GOOD, ...WRONG, ...MALFORMED];
    const expected = new Map(pool.map((each) => [each, noble.verify(each)]));
    for (const scheme of ["native", "wasm", "noble"] as const) {
      const verifier = await open({ scheme, workers: 2, batchSize: 7 });
      assert.equal(verifier.name, scheme);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom(...pool), { maxLength: 60 }), async (checks) => {
          const answer = await verifier.verify(checks);
          assert.deepEqual(answer, { ok: true, value: checks.map((each) => expected.get(each)) });
        }),
        { numRuns: scheme === "noble" ? 5 : 40 },
      );
    }
  });

  it("keeps many calls at once apart", async () => {
    const verifier = await open({ workers: 3, batchSize: 5 });
    const calls = Array.from({ length: 40 }, (_, index) => [
      ...good(index % 9),
      ...WRONG.slice(0, index % 4),
      ...good(index % 5),
    ]);
    const answers = await Promise.all(calls.map((checks) => verifier.verify(checks)));
    for (const [index, answer] of answers.entries()) {
      assert.ok(answer.ok);
      assert.deepEqual(
        answer.value,
        calls[index]?.map((each) => GOOD.includes(each)),
      );
    }
  });

  it("cancels promptly, and goes on working", async () => {
    const verifier = await open({ scheme: "noble", workers: 1, batchSize: 4 });
    const controller = new AbortController();
    const long = verifier.verify(good(2000), controller.signal);
    assert.equal(await stateOf(long), "pending");
    controller.abort();
    assert.equal(await stateOf(long), "settled");
    assert.deepEqual(await long, { ok: false, code: "cancelled" });
    assert.equal(getEventListeners(controller.signal, "abort").length, 0);
    assert.deepEqual(await verifier.verify([...GOOD.slice(0, 1), ...WRONG.slice(0, 1)]), {
      ok: true,
      value: [true, false],
    });
  });

  it("outlives a worker thread that is killed at its work", async () => {
    const workers: WorkerPort[] = [];
    const spawn: SpawnWorker = (start) => {
      const worker = spawnWorker(start);
      workers.push(worker);
      return worker;
    };
    const result = await openVerifier({ scheme: "noble", workers: 2, batchSize: 16 }, spawn);
    assert.ok(result.ok);
    opened.push(result.value);
    const checks = [...good(200), ...WRONG, ...good(50)];
    const call = result.value.verify(checks);
    await workers[0]?.terminate();
    assert.deepEqual(await call, { ok: true, value: checks.map((each) => GOOD.includes(each)) });
    assert.equal(workers.length, 3);
  });

  it("answers what waits with cancelled when it is closed, and everything after", async () => {
    const verifier = await open({ scheme: "noble", workers: 2 });
    const waiting = verifier.verify(good(500));
    await verifier.close();
    assert.deepEqual(await waiting, { ok: false, code: "cancelled" });
    assert.deepEqual(await verifier.verify(GOOD), { ok: false, code: "cancelled" });
    await verifier.close();
  });
});

describe("crypto: the verifier, on puppets", () => {
  it("makes one or two checks at once by itself while its workers have nothing to do", async () => {
    const { verifier, puppets } = await withPuppets({ scheme: "native", workers: 1 });
    const pair = [WRONG[0], GOOD[1]] as SignatureCheck[];
    assert.deepEqual(await verifier.verify(pair), { ok: true, value: [false, true] });
    const three = verifier.verify(good(3));
    const behind = verifier.verify(good(1));
    assert.equal(await stateOf(three), "pending", "three are a worker's");
    assert.equal(await stateOf(behind), "pending", "and so is what comes while it has them");
    await answerAll(puppets[0], behind);
    await three;
  });

  it("leaves every check to its workers where checks take long", async () => {
    const { verifier, puppets } = await withPuppets({ scheme: "noble", workers: 1 });
    const lone = verifier.verify(good(1));
    assert.equal(await stateOf(lone), "pending");
    await answerAll(puppets[0], lone);
  });

  it("answers at once what needs no worker", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1 });
    assert.deepEqual(await verifier.verify([]), { ok: true, value: [] });
    assert.deepEqual(await verifier.verify(MALFORMED), { ok: true, value: MALFORMED.map(() => false) });
    const before = AbortSignal.abort();
    assert.deepEqual(await verifier.verify(GOOD, before), { ok: false, code: "cancelled" });
    assert.deepEqual(
      puppets.map(({ requests }) => requests.length),
      [0],
    );
  });

  it("cuts a call so that every worker helps, and no batch is over the limit", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 4, batchSize: 10 });
    const small = verifier.verify(good(4));
    assert.deepEqual(
      puppets.map(({ requests }) => requests.length),
      [1, 0, 0, 0],
    );
    puppets[0]?.answer();
    assert.ok((await small).ok);
    const middle = verifier.verify(good(32));
    assert.deepEqual(
      puppets.map(({ requests }) => requests.map(({ checks }) => checks.length / 129)),
      [[8], [8], [8], [8]],
    );
    for (const puppet of puppets) puppet.answer();
    assert.ok((await middle).ok);
    const large = verifier.verify(good(101));
    const sizes: number[] = [];
    for (let turn = 0; turn < 100 && (await stateOf(large)) === "pending"; turn++) {
      for (const puppet of puppets) {
        sizes.push(...puppet.requests.slice(0, 1).map(({ checks }) => checks.length / 129));
        puppet.answer();
      }
    }
    assert.ok(sizes.length === 11 && sizes.every((size) => size <= 10));
    assert.deepEqual(await large, { ok: true, value: good(101).map(() => true) });
  });

  it("holds the bound on what waits, and has room again after answers and cancellations", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, waitingMax: 10, batchSize: 2 });
    const tooMany = await verifier.verify(good(11));
    assert.ok(!tooMany.ok && tooMany.code === "busy" && tooMany.detail?.includes("10"));
    const controller = new AbortController();
    const first = verifier.verify(good(10), controller.signal);
    const second = await verifier.verify(good(1));
    assert.ok(!second.ok && second.code === "busy");
    assert.deepEqual(await verifier.verify(MALFORMED), { ok: true, value: MALFORMED.map(() => false) });
    controller.abort();
    assert.deepEqual(await first, { ok: false, code: "cancelled" });
    // Two batches of two are in hand, and count until the worker is done with them.
    const third = await verifier.verify(good(7));
    assert.ok(!third.ok && third.code === "busy");
    const fourth = verifier.verify(good(6));
    await answerAll(puppets[0], fourth);
    assert.deepEqual(await fourth, { ok: true, value: good(6).map(() => true) });
    const last = verifier.verify(good(10));
    await answerAll(puppets[0], last);
    assert.ok((await last).ok);
  });

  it("sends no batch of a cancelled call that was not started", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 1 });
    const controller = new AbortController();
    const call = verifier.verify(good(12), controller.signal);
    assert.equal(puppets[0]?.requests.length, 2);
    controller.abort();
    assert.deepEqual(await call, { ok: false, code: "cancelled" });
    puppets[0]?.answer();
    puppets[0]?.answer();
    await settle();
    assert.equal(puppets[0]?.requests.length, 0);
  });

  it("takes nothing but a 1 for true", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1 });
    const call = verifier.verify(GOOD);
    puppets[0]?.answer(Uint8Array.of(0, 1, 2, 255, 128, 3, 1, 0, 0, 0, 0, 1));
    const expected = [false, true, false, false, false, false, true, false, false, false, false, true];
    assert.deepEqual(await call, { ok: true, value: expected });
  });

  it("runs a dead worker's batches again on its replacement, in the same order", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 6 });
    const call = verifier.verify([...good(8), ...WRONG.slice(0, 4)]);
    puppets[0]?.fail(new Error("out of memory"));
    assert.equal(await stateOf(call), "pending");
    assert.equal(puppets.length, 2);
    puppets[1]?.answer();
    puppets[1]?.answer();
    assert.deepEqual(await call, { ok: true, value: [...good(8).map(() => true), ...Array(4).fill(false)] });
  });

  it("refuses with an error when a second worker dies over the same batch, and then works on", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 6 });
    const poison = verifier.verify(good(12));
    const behind = verifier.verify(good(3));
    puppets[0]?.die();
    await settle();
    puppets[1]?.die();
    await assert.rejects(poison, (error) => error instanceof VerifierError && error.code === "worker-died");
    await settle();
    assert.equal(puppets[2]?.requests.length, 1, "nothing of the refused call is tried again");
    puppets[2]?.answer();
    assert.deepEqual(await behind, { ok: true, value: [true, true, true] });
  });

  it("does not blame a batch that was only behind the one that killed", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 12 });
    const poison = verifier.verify(good(12));
    const behind = verifier.verify(good(2));
    puppets[0]?.die();
    await settle();
    puppets[1]?.die();
    await assert.rejects(poison, VerifierError);
    await settle();
    puppets[2]?.die();
    await settle();
    puppets[3]?.answer();
    assert.deepEqual(await behind, { ok: true, value: [true, true] });
  });

  it("ends a worker that answers too little, too much, nothing, or another batch", async () => {
    for (const bad of [
      { answers: new Uint8Array(11).fill(1) },
      { answers: new Uint8Array(13).fill(1) },
      { answers: undefined },
      { answers: "111111111111" },
      { batch: 99, answers: new Uint8Array(12).fill(1) },
    ]) {
      const { verifier, puppets } = await withPuppets({ workers: 1 });
      const call = verifier.verify(WRONG);
      const batch = puppets[0]?.requests[0]?.batch;
      puppets[0]?.say({ kind: "answer", batch, ...bad });
      puppets[0]?.say({ kind: "answer", batch, answers: new Uint8Array(12).fill(1) });
      await settle();
      assert.ok(puppets[0]?.ended);
      puppets[1]?.answer();
      assert.deepEqual(await call, { ok: true, value: WRONG.map(() => false) });
    }
  });

  it("gives up where no worker starts: at the opening, and later", async () => {
    let spawned = 0;
    const dying = () => {
      const puppet = new PuppetWorker();
      spawned++;
      queueMicrotask(() => puppet.say({ kind: "unable", detail: "no memory" }));
      return puppet;
    };
    const result = await openVerifier({ scheme: "noble", workers: 1 }, dying);
    assert.ok(!result.ok && result.code === "worker" && result.detail?.includes("no memory"));
    assert.equal(spawned, 3);
    const throwing = await openVerifier({ scheme: "noble", workers: 2 }, () => {
      throw new Error("EAGAIN");
    });
    assert.ok(!throwing.ok && throwing.code === "worker");

    let healthy: PuppetWorker | undefined;
    const later = await openVerifier({ scheme: "noble", workers: 1 }, () => {
      if (healthy !== undefined) return dying();
      const puppet = new PuppetWorker();
      healthy = puppet;
      queueMicrotask(() => puppet.ready());
      return puppet;
    });
    assert.ok(later.ok);
    const call = later.value.verify(GOOD);
    healthy?.die();
    const lost = (error: unknown) => error instanceof VerifierError && error.code === "workers-lost";
    await assert.rejects(call, lost);
    await assert.rejects(later.value.verify(GOOD), lost);
    await later.value.close();
  });

  it("never says true for what does not hold, whatever dies and whenever", async () => {
    const step = fc.tuple(fc.constantFrom("answer", "die", "call", "cancel"), fc.nat(3), fc.nat(20));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { verifier, puppets } = await withPuppets({ workers: 2, batchSize: 3, waitingMax: 60 });
        const calls: { promise: Promise<unknown>; size: number; controller: AbortController }[] = [];
        for (const [what, which, size] of steps) {
          const living = puppets.filter((puppet) => !puppet.ended);
          if (what === "call") {
            const controller = new AbortController();
            const checks = Array.from(
              { length: size },
              (_, index) => (index % 2 ? WRONG[0] : GOOD[0]) as SignatureCheck,
            );
            const promise = verifier.verify(checks, controller.signal).catch((error) => error);
            calls.push({ promise, size, controller });
          } else if (what === "answer") {
            const puppet = living[which % living.length];
            const checks = puppet?.requests[0]?.checks;
            if (checks !== undefined) puppet?.answer(answersByDigest(checks));
          } else if (what === "die") living[which % living.length]?.die();
          else calls[which]?.controller.abort();
          await settle();
        }
        await verifier.close();
        for (const { promise, size } of calls) {
          const answer = (await promise) as { ok: boolean; value: boolean[] } | VerifierError;
          if (answer instanceof VerifierError || !answer.ok) continue;
          assert.deepEqual(
            answer.value,
            Array.from({ length: size }, (_, index) => index % 2 === 0),
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});
