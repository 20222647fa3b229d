// Asking several for one thing: nobody who is slow holds up the rest, and the rest are let go when one has answered.
import assert from "node:assert/strict";
import { firstAnswer } from "../../packages/node/src/consensus/first-answer.ts";
import { ManualClock, turn } from "./manual-clock.ts";

const PATIENCE_MS = 200;

/** Somebody who is asked, as the test sees it. */
interface Asked {
  readonly one: string;
  readonly signal: AbortSignal;
  readonly answer: (value: string | undefined) => void;
  readonly fail: (error: Error) => void;
}

function scene(all: readonly string[], atOnceMax = 3) {
  const clock = new ManualClock(0);
  const ended = new AbortController();
  const asked: Asked[] = [];
  const wanted = { now: true };
  const answer = firstAnswer(
    all,
    (one, signal) =>
      new Promise<string | undefined>((resolve, reject) => {
        asked.push({ one, signal, answer: resolve, fail: reject });
      }),
    {
      ...{ clock: clock.port(() => true), patienceMs: PATIENCE_MS, atOnceMax, signal: ended.signal },
      isWanted: () => wanted.now,
    },
  );
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await turn();
  };
  const names = () => asked.map(({ one }) => one).join("");
  const at = (index: number): Asked => asked[index] ?? assert.fail(`${index} was not asked`);
  return { answer, asked, at, names, pass, wanted, ended };
}

describe("the first answer", () => {
  it("comes from whoever has it: who is slow is asked beside the next, and cancelled at the end", async () => {
    const { answer, at, asked, names, pass } = scene(["a", "b", "c", "d"]);
    assert.equal(names(), "a");
    await pass(PATIENCE_MS - 1);
    assert.equal(names(), "a");
    await pass(1);
    assert.equal(names(), "ab");
    assert.ok(!at(0).signal.aborted, "the first is not given up");
    await pass(PATIENCE_MS);
    at(1).answer("here");
    assert.equal(await answer, "here");
    assert.ok(asked.every(({ signal }) => signal.aborted));
    await pass(10 * PATIENCE_MS);
    assert.equal(names(), "abc", "nobody is asked any more");
  });

  it("may come from the first, however many were asked after it", async () => {
    const { answer, at, pass } = scene(["a", "b", "c"]);
    await pass(PATIENCE_MS);
    await pass(PATIENCE_MS);
    at(0).answer("late");
    assert.equal(await answer, "late");
  });

  it("is looked for with the next at once when one has nothing; when nobody has, there is none", async () => {
    const { answer, at, names, pass } = scene(["a", "b", "c"]);
    at(0).answer(undefined);
    await pass(0);
    assert.equal(names(), "ab");
    at(1).answer(undefined);
    await pass(0);
    at(2).answer(undefined);
    assert.equal(await answer, undefined);
  });

  it("is asked of so many at a time, and of nobody else while it is not wanted", async () => {
    const { at, names, pass, wanted, answer } = scene(["a", "b", "c", "d", "e"], 2);
    await pass(PATIENCE_MS);
    await pass(10 * PATIENCE_MS);
    assert.equal(names(), "ab");
    wanted.now = false;
    at(0).answer(undefined);
    await pass(PATIENCE_MS);
    assert.equal(names(), "ab");
    wanted.now = true;
    await pass(PATIENCE_MS);
    assert.equal(names(), "abc");
    at(2).answer("c");
    assert.equal(await answer, "c");
  });

  it("is not waited for when it is not wanted any more, whether those asked notice or not", async () => {
    const { answer, at, ended } = scene(["a", "b"]);
    ended.abort();
    assert.equal(await answer, undefined);
    assert.ok(at(0).signal.aborted);
  });

  it("fails as whoever is asked fails, and lets the others go", async () => {
    const { answer, at, pass } = scene(["a", "b"]);
    await pass(PATIENCE_MS);
    at(0).fail(new TypeError("broken"));
    await assert.rejects(answer, TypeError);
    assert.ok(at(1).signal.aborted);
  });
});
