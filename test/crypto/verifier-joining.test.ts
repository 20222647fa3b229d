import assert from "node:assert/strict";
import { VerifierError } from "@witan/crypto/node";
import type { SignatureCheck } from "@witan/primitives";
import type { PuppetWorker } from "./puppet-worker.ts";
import { answersByDigest, GOOD, opened, settle, WRONG, withPuppets } from "./verifier-cases.ts";

const HOLDS = GOOD[0] as SignatureCheck;
const FAILS = WRONG[0] as SignatureCheck;
/** Checks with these answers. */
const checksOf = (answers: readonly boolean[]) => answers.map((holds) => (holds ? HOLDS : FAILS));
/** Answers that differ from call to call and within one. */
const pattern = (call: number, size: number) =>
  Array.from({ length: size }, (_, index) => (call * 7 + index * 3) % 5 < 2);
const sizesOf = (puppet: PuppetWorker | undefined) =>
  puppet?.requests.map(({ checks }) => checks.length / 129);

/** Answers all that a puppet has and gets. @returns the sizes of the batches */
async function answerAll(puppet: PuppetWorker | undefined): Promise<number[]> {
  const sizes: number[] = [];
  for (;;) {
    const request = puppet?.requests[0];
    if (request === undefined) return sizes;
    sizes.push(request.checks.length / 129);
    puppet?.answer(answersByDigest(request.checks));
    await settle();
  }
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((verifier) => verifier.close()));
});

describe("crypto: the verifier joins calls into batches", () => {
  it("joins what waits up to the size of a batch, and cuts a call where one is full", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 10 });
    const sizes = [1, 1, 4, 4, 4, 1, 25, 1, 1];
    const calls = sizes.map((size, call) => verifier.verify(checksOf(pattern(call, size))));
    // The first two went at once, as the worker was free; the other 40 travel in four full batches.
    assert.deepEqual(await answerAll(puppets[0]), [1, 1, 10, 10, 10, 10]);
    for (const [call, size] of sizes.entries())
      assert.deepEqual(await calls[call], { ok: true, value: pattern(call, size) });
  });

  it("sends 1,000 small calls in 16 messages behind the first two", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 64 });
    const calls = Array.from({ length: 1000 }, (_, call) => verifier.verify(checksOf(pattern(call, 1))));
    assert.equal((await answerAll(puppets[0])).length, 2 + Math.ceil(998 / 64));
    for (const [call, answer] of (await Promise.all(calls)).entries())
      assert.deepEqual(answer, { ok: true, value: pattern(call, 1) });
  });

  it("leaves out what was cancelled while it waited, and answers those joined with what was cancelled", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 10 });
    const controllers = Array.from({ length: 12 }, () => new AbortController());
    const calls = controllers.map(({ signal }, call) => verifier.verify(checksOf(pattern(call, 3)), signal));
    controllers[3]?.abort(); // 2 to 11 wait
    controllers[8]?.abort();
    for (let batch = 0; batch < 2; batch++) puppets[0]?.answer();
    // In hand: calls 2, 4, 5 and the first check of 6; then its other two, 7, 9 and two of 10.
    assert.deepEqual(sizesOf(puppets[0]), [10, 10]);
    controllers[5]?.abort();
    controllers[10]?.abort();
    assert.deepEqual(await answerAll(puppets[0]), [10, 10, 3], "of call 10 nothing more was sent");
    for (const [call, answer] of (await Promise.all(calls)).entries()) {
      const expected = [3, 5, 8, 10].includes(call)
        ? { ok: false, code: "cancelled" }
        : { ok: true, value: pattern(call, 3) };
      assert.deepEqual(answer, expected, `call ${call}`);
    }
  });

  it("asks again after a worker's death, without what was cancelled in between", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 10 });
    const controllers = Array.from({ length: 10 }, () => new AbortController());
    const calls = controllers.map(({ signal }, call) => verifier.verify(checksOf(pattern(call, 4)), signal));
    puppets[0]?.answer(answersByDigest(puppets[0].requests[0]?.checks as Uint8Array));
    puppets[0]?.answer(answersByDigest(puppets[0].requests[0]?.checks as Uint8Array));
    // In hand: 2, 3 and half of 4; the other half of 4, 5, 6. Behind: 7, 8, 9.
    assert.deepEqual(sizesOf(puppets[0]), [10, 10]);
    controllers[3]?.abort();
    controllers[6]?.abort();
    puppets[0]?.die();
    controllers[8]?.abort();
    await settle();
    // What died goes by call: 2, then half of 4; what was behind it is joined again: 4's other half, 5, 7; 9.
    assert.deepEqual(await answerAll(puppets[1]), [4, 2, 10, 4]);
    for (const [call, answer] of (await Promise.all(calls)).entries()) {
      const expected = [3, 6, 8].includes(call)
        ? { ok: false, code: "cancelled" }
        : { ok: true, value: pattern(call, 4) };
      assert.deepEqual(answer, expected, `call ${call}`);
    }
  });

  it("refuses only the call that kills, not those that were joined with it", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 10 });
    const calls = Array.from({ length: 7 }, (_, call) => verifier.verify(checksOf(pattern(call, 2))));
    const outcome = Promise.allSettled(calls);
    puppets[0]?.answer(answersByDigest(puppets[0].requests[0]?.checks as Uint8Array));
    puppets[0]?.answer(answersByDigest(puppets[0].requests[0]?.checks as Uint8Array));
    assert.deepEqual(sizesOf(puppets[0]), [10], "calls 2 to 6");
    puppets[0]?.die();
    await settle();
    assert.deepEqual(sizesOf(puppets[1]), [2, 2]);
    puppets[1]?.answer(answersByDigest(puppets[1].requests[0]?.checks as Uint8Array));
    puppets[1]?.die(); // over call 3
    await settle();
    assert.deepEqual(await answerAll(puppets[2]), [2, 2, 2]);
    for (const [call, each] of (await outcome).entries()) {
      if (call === 3) assert.ok(each.status === "rejected" && each.reason instanceof VerifierError);
      else assert.deepEqual(each, { status: "fulfilled", value: { ok: true, value: pattern(call, 2) } });
    }
  });

  it("takes all that waited into account for the bound, through deaths and cancellations", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1, batchSize: 10, waitingMax: 40 });
    for (let round = 0; round < 5; round++) {
      const controller = new AbortController();
      const calls = Array.from({ length: 20 }, (_, call) =>
        verifier.verify(checksOf(pattern(call, 2)), call % 2 ? controller.signal : undefined),
      );
      const busy = await verifier.verify([HOLDS]);
      assert.ok(!busy.ok && busy.code === "busy");
      puppets.at(-1)?.die();
      await settle();
      controller.abort();
      await answerAll(puppets.at(-1));
      assert.equal((await Promise.all(calls)).filter(({ ok }) => ok).length, 10);
    }
  });
});
