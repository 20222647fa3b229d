// The order in which effects are carried out: whatever the engine does meanwhile, nothing overtakes.
import assert from "node:assert/strict";
import { EffectQueue } from "../../packages/node/src/consensus/effect-queue.ts";

interface Scene {
  readonly queue: EffectQueue<string>;
  readonly done: string[];
  readonly failures: unknown[];
  /** Ends what is being carried out. */
  readonly end: (error?: Error) => Promise<void>;
}

/** Effects that begin with `p` are durable, with `w` take their time. */
function scene(onEffect: (effect: string, queue: EffectQueue<string>) => void = () => {}): Scene {
  const done: string[] = [];
  const failures: unknown[] = [];
  let settle: ((error?: Error) => void) | undefined;
  const queue: EffectQueue<string> = new EffectQueue<string>({
    isDurable: (effect) => effect.startsWith("p"),
    carryOut: (effects) => {
      done.push(effects.join("+"));
      for (const effect of effects) onEffect(effect, queue);
      if (!/^[pw]/.test(effects[0] ?? "")) return undefined;
      return new Promise<void>((resolve, reject) => {
        settle = (error) => (error === undefined ? resolve() : reject(error));
      });
    },
    onFailure: (error) => failures.push(error),
  });
  const end = async (error?: Error): Promise<void> => {
    settle?.(error);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { queue, done, failures, end };
}

describe("the effect queue", () => {
  it("carries out in order, and lets nothing by that waits for what must be durable", async () => {
    const { queue, done, end } = scene();
    queue.push(["a", "p1", "b", "w1", "c"]);
    assert.deepEqual(done, ["a", "p1"]);
    queue.push(["d"]);
    assert.deepEqual(done, ["a", "p1"]);
    await end();
    assert.deepEqual(done, ["a", "p1", "b", "w1"]);
    await end();
    assert.deepEqual(done, ["a", "p1", "b", "w1", "c", "d"]);
    assert.equal(queue.length, 0);
  });

  it("hands over what must be durable together, in a row only", async () => {
    const { queue, done, end } = scene();
    queue.push(["w1"]);
    queue.push(["p1", "p2"]);
    queue.push(["p3", "a", "p4"]);
    await end();
    assert.deepEqual(done, ["w1", "p1+p2+p3"]);
    await end();
    assert.deepEqual(done, ["w1", "p1+p2+p3", "a", "p4"]);
  });

  it("puts effects of effects behind all others", () => {
    const { queue, done } = scene((effect, own) => {
      if (effect === "a") own.push(["d"]);
    });
    queue.push(["a", "b", "c"]);
    assert.deepEqual(done, ["a", "b", "c", "d"]);
  });

  for (const isSlow of [true, false])
    it(`does nothing more after a failure, and tells it once (${isSlow ? "later" : "at once"})`, async () => {
      const failure = new Error("EIO");
      const { queue, done, failures, end } = scene((effect) => {
        if (effect === "x") throw failure;
      });
      queue.push([isSlow ? "w1" : "x", "b"]);
      if (isSlow) await end(failure);
      queue.push(["c"]);
      await end();
      assert.deepEqual(done, [isSlow ? "w1" : "x"]);
      assert.deepEqual(failures, [failure]);
      assert.equal(queue.length, 0);
    });

  it("stops after what is being carried out, whose failure is nobody's business then", async () => {
    const { queue, done, failures, end } = scene();
    queue.push(["w1", "b"]);
    let isStopped = false;
    const stopped = queue.stop().then(() => {
      isStopped = true;
    });
    queue.push(["c"]);
    await Promise.resolve();
    assert.ok(!isStopped);
    await end(new Error("too late"));
    await stopped;
    assert.deepEqual([done, failures], [["w1"], []]);
    await queue.stop();
  });

  it("can be stopped by an effect", async () => {
    const { queue, done } = scene((effect, own) => {
      if (effect === "a") own.stop().catch(() => {});
    });
    queue.push(["a", "b"]);
    queue.push(["c"]);
    assert.deepEqual(done, ["a"]);
  });
});
