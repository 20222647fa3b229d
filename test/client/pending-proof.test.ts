// A proof whose certificate is still being gathered, as in BP Fast Paxos for a moment after a block is final, is waited for.
import assert from "node:assert/strict";
import { fetchProof, RpcCallError, type RpcCaller } from "@witan/client";
import { HandClock } from "./hand-clock.ts";

const HASH = "ab".repeat(32);
const transaction = "cd".repeat(32);

/** A node that has the proof after so many questions; each takes a second. */
function nodeWith(clock: HandClock, questions: number, reason = "certificate-pending") {
  let asked = 0;
  const call = async (method: string): Promise<unknown> => {
    if (method === "node_status") return { chainId: HASH };
    asked += 1;
    clock.advance(1_000);
    if (asked >= questions) return { transaction, height: 3, proof: "00" };
    throw new RpcCallError(method, { code: -32002, message: "not yet", data: { reason } });
  };
  const rpc = { url: "http://node", call } as unknown as RpcCaller;
  return { rpc, asked: () => asked };
}

/** Lets time pass, a little at a time, until something has ended. */
async function passing<T>(clock: HandClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  work.then(end, end);
  for (let turn = 0; turn < 10_000 && !isOver; turn++) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(isOver, "it never ended");
  return work;
}

describe("a proof whose certificate is being gathered", () => {
  it("is asked for again until it is there", async () => {
    const clock = new HandClock();
    const { rpc, asked } = nodeWith(clock, 4);
    const file = await passing(clock, fetchProof(rpc, { transaction, clock }));
    assert.deepEqual([file.proof, file.height, asked()], ["00", 3, 4]);
  });

  it("is waited for no longer than is said, and then told as it is", async () => {
    for (const [timeoutMs, questions] of [
      [0, 1],
      [2_500, 3],
    ] as const) {
      const clock = new HandClock();
      const { rpc, asked } = nodeWith(clock, 1_000);
      await assert.rejects(
        passing(clock, fetchProof(rpc, { transaction, clock, timeoutMs })),
        (error) => error instanceof RpcCallError && error.reason === "certificate-pending",
      );
      assert.equal(asked(), questions);
    }
  });

  it("is not waited for where the transaction is not final at all", async () => {
    const clock = new HandClock();
    const { rpc, asked } = nodeWith(clock, 3, "transaction-not-final");
    await assert.rejects(passing(clock, fetchProof(rpc, { transaction, clock })), RpcCallError);
    assert.equal(asked(), 1);
  });

  it("is waited for no more once nobody wants it", async () => {
    const clock = new HandClock();
    const { rpc, asked } = nodeWith(clock, 1_000);
    const cancel = new AbortController();
    const work = fetchProof(rpc, { transaction, clock, signal: cancel.signal });
    cancel.abort();
    await assert.rejects(passing(clock, work), RpcCallError);
    assert.equal(asked(), 1);
  });
});
