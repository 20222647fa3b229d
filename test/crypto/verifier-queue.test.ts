import assert from "node:assert/strict";
import type { CancelSignal, SignatureCheck } from "@witan/primitives";
import fc from "fast-check";
import { SharedSignals } from "../../packages/crypto/src/node/shared-signals.ts";
import { type Job, type Run, RunQueue, runOf } from "../../packages/crypto/src/node/verifier-queue.ts";
import { GOOD, opened, settle, withPuppets } from "./verifier-cases.ts";

const CHECK = GOOD[0] as SignatureCheck;
const MANY = 60_000;

function jobOf(size: number): Job {
  const checks = new Array<SignatureCheck>(size).fill(CHECK);
  const positions = checks.map((_, index) => index);
  return { checks, positions, answers: [], left: size, settled: false, settle: () => {}, queued: new Set() };
}

/** Looks at runs and changes of them, all together; more than a fixed number for each run fails at once. */
class Visits {
  count = 0;

  add(): void {
    assert.ok(++this.count < 40 * MANY, "the queue was walked over");
  }
}

/** A run that counts every look at it and every change: whoever walks over the queue is seen. */
function counted(run: Run, visits: Visits): Run {
  return new Proxy(run, {
    get: (target, key) => {
      visits.add();
      return Reflect.get(target, key);
    },
    set: (target, key, value) => {
      visits.add();
      return Reflect.set(target, key, value);
    },
  });
}

describe("crypto: the verifier's queue", () => {
  it("drops and takes 60,000 jobs in a bounded number of visits each, from front, back and middle", () => {
    for (const order of ["front", "back", "middle", "take"] as const) {
      const queue = new RunQueue();
      const visits = new Visits();
      const jobs = Array.from({ length: MANY }, () => jobOf(1));
      for (const job of jobs) queue.pushBack(counted(runOf(job, 0, 1), visits));
      if (order === "back") jobs.reverse();
      // 7,919 is a prime that does not divide 60,000: every job once, none next to the one before.
      const dropped = order === "middle" ? jobs.map((_, at) => jobs[(at * 7919) % MANY] as Job) : jobs;
      if (order === "take") while (queue.checks > 0) queue.take(64);
      else for (const job of dropped) queue.drop(job);
      assert.equal(queue.checks, 0);
      assert.deepEqual(queue.take(64), []);
      assert.ok(visits.count >= MANY, "visits are counted");
    }
  });

  it("does as an array does", () => {
    const step = fc.record({
      what: fc.constantFrom("push", "again", "drop", "take"),
      size: fc.integer({ min: 1, max: 9 }),
      which: fc.nat(9),
      deaths: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = new RunQueue();
        const jobs: Job[] = [];
        // The dumb queue: one entry for each check, with the run's deaths and what tells runs apart.
        let dumb: { job: Job; index: number; deaths: number; run: number }[] = [];
        for (const [run, { what, size, which, deaths }] of steps.entries()) {
          const job = what === "push" ? jobOf(size) : (jobs[which] ?? jobOf(size));
          const entries = Array.from({ length: job.checks.length }, (_, index) => ({
            job,
            index,
            deaths,
            run,
          }));
          const whole = { ...runOf(job, 0, job.checks.length), deaths };
          if (what === "push") {
            jobs.push(job);
            queue.pushBack(whole);
            dumb.push(...entries);
          } else if (what === "again") {
            queue.pushFront(whole);
            dumb.unshift(...entries);
          } else if (what === "drop") {
            queue.drop(job);
            dumb = dumb.filter((each) => each.job !== job);
          } else {
            const first = dumb[0];
            const alone = first !== undefined && first.deaths > 0;
            const end = dumb.findIndex((each) => (alone ? each.run !== first.run : each.deaths > 0));
            const fit = end < 0 ? dumb.length : end;
            const expected = dumb.splice(0, alone ? fit : Math.min(fit, size));
            const taken = queue.take(size).flatMap((each) => {
              return Array.from({ length: each.to - each.from }, (_, index) => [each.job, each.from + index]);
            });
            assert.ok(
              taken.length === expected.length &&
                expected.every(({ job: of, index }, at) => taken[at]?.[0] === of && taken[at]?.[1] === index),
            );
          }
          assert.equal(queue.checks, dumb.length);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** A signal that counts its listeners. */
class CountingSignal implements CancelSignal {
  aborted = false;
  calls = 0;
  readonly listeners = new Set<() => void>();

  addEventListener(_type: "abort", listener: () => void): void {
    this.calls++;
    this.listeners.add(listener);
  }
  removeEventListener(_type: "abort", listener: () => void): void {
    this.calls++;
    this.listeners.delete(listener);
  }
  abort(): void {
    this.aborted = true;
    for (const listener of [...this.listeners]) listener();
  }
}

describe("crypto: cancelling very many calls", () => {
  const cancelled = { ok: false, code: "cancelled" };

  it("cancels 60,000 calls by one signal: one listener, and nothing more is sent", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1 });
    const signal = new CountingSignal();
    const calls = Array.from({ length: MANY }, () => verifier.verify([CHECK], signal));
    assert.equal(signal.calls, 1);
    signal.abort();
    for (const answer of await Promise.all(calls)) assert.deepEqual(answer, cancelled);
    assert.ok(signal.calls <= 2);
    assert.equal(puppets[0]?.requests.length, 2, "two batches were in hand");
    puppets[0]?.answer();
    puppets[0]?.answer();
    await settle();
    assert.equal(puppets[0]?.requests.length, 0);
    const whole = verifier.verify(new Array(65_536).fill(CHECK));
    assert.equal(puppets[0]?.requests.length, 2, "all the room is free again");
    await verifier.close();
    assert.deepEqual(await whole, cancelled);
  });

  it("closes over 60,000 calls on one signal, and lets go of the signal", async () => {
    const { verifier, puppets } = await withPuppets({ workers: 1 });
    const signal = new CountingSignal();
    const calls = Array.from({ length: MANY }, () => verifier.verify([CHECK], signal));
    await verifier.close();
    for (const answer of await Promise.all(calls)) assert.deepEqual(answer, cancelled);
    assert.equal(signal.calls, 2);
    assert.equal(signal.listeners.size, 0);
    assert.equal(puppets[0]?.requests.length, 2);
    opened.splice(0);
  });

  it("calls back each watcher of a signal once, and none that stopped watching", () => {
    const signals = new SharedSignals();
    const [one, other] = [new CountingSignal(), new CountingSignal()];
    const called: string[] = [];
    const callbacks = ["a", "b", "c"].map((name) => () => {
      called.push(name);
    });
    const [a, b, c] = callbacks as [() => void, () => void, () => void];
    signals.watch(one, a);
    signals.watch(one, b);
    signals.watch(other, c);
    signals.unwatch(one, a);
    assert.equal(one.listeners.size, 1);
    one.abort();
    one.abort();
    assert.deepEqual(called, ["b"]);
    signals.unwatch(one, b);
    signals.unwatch(other, c);
    assert.equal(other.listeners.size, 0);
    signals.watch(other, c);
    other.abort();
    assert.deepEqual(called, ["b", "c"]);
  });
});
