// Virtual time: events in order of time and entry, and a world whose time stands still ends with a violation.
import assert from "node:assert/strict";
import type { PbftEffect } from "@witan/consensus";
import type { View } from "@witan/primitives";
import { realEngine } from "../../packages/simulator/src/pbft/real-engine.ts";
import { EventQueue } from "../../packages/simulator/src/world/event-queue.ts";
import { Violation } from "../../packages/simulator/src/world/violation.ts";
import { calmPlan, SECOND, worldOf } from "./calm-world.ts";

const FOR_EVER = 10 * SECOND;

const MOMENT = /^more than 200000 events at 7 us: something goes on for ever/;
const WAITING = /^more than 200000 events wait at 177 us: something answers itself/;

function endless(error: unknown, says = MOMENT): boolean {
  assert.ok(error instanceof Violation);
  assert.equal(error.check, "endless");
  assert.match(error.message, says);
  return true;
}

describe("the queue of events", () => {
  it("lets things happen by their times, and as they were entered where times are equal", () => {
    const queue = new EventQueue();
    const happened: string[] = [];
    for (const [atUs, name] of [
      [5, "a"],
      [3, "b"],
      [5, "c"],
      [9, "d"],
    ] as const)
      queue.at(atUs, () => happened.push(`${name} ${queue.nowUs}`));
    while (queue.step(8));
    assert.deepEqual(happened, ["b 3", "a 5", "c 5"]);
    assert.deepEqual([queue.nowUs, queue.length], [8, 1]);
    queue.at(1, () => happened.push(`late ${queue.nowUs}`));
    while (queue.step(20));
    assert.deepEqual(happened.slice(3), ["late 8", "d 9"]);
  });

  it("ends where one event makes another at the same moment, for ever", () => {
    const queue = new EventQueue();
    const again = () => queue.at(queue.nowUs, again);
    queue.at(7, again);
    const run = () => {
      while (queue.step(FOR_EVER));
    };
    assert.throws(run, (error) => endless(error));
  });

  it("ends where steps within one event go on for ever", () => {
    const queue = new EventQueue();
    queue.at(7, () => {
      for (;;) queue.count();
    });
    assert.throws(
      () => queue.step(FOR_EVER),
      (error) => endless(error),
    );
  });

  it("ends where each event makes two others a little later", () => {
    const queue = new EventQueue();
    const twice = () => {
      for (let each = 0; each < 2; each++) queue.at(queue.nowUs + 10, twice);
    };
    queue.at(7, twice);
    const grow = () => {
      while (queue.step(FOR_EVER));
    };
    assert.throws(grow, (error) => endless(error, WAITING));
  });

  it("lets any number of events happen while time goes on, be it only a little", () => {
    const queue = new EventQueue();
    let left = 300_000;
    const again = () => {
      if (--left > 0) queue.at(queue.nowUs + (left % 1_000 === 0 ? 1 : 0), again);
    };
    queue.at(0, again);
    while (queue.step(FOR_EVER));
    assert.equal(left, 0);
  });
});

describe("a world in which time stands still", () => {
  it("ends with a violation that says so: an engine that asks for one thing again and again", () => {
    const world = worldOf(calmPlan(), (here, process, start) => {
      const engine = realEngine(here, process, start);
      return {
        status: () => engine.status(),
        step: (input): readonly PbftEffect[] => {
          if (input.kind !== "proposalJudged") return engine.step(input);
          const { height, view, hash } = input;
          return [{ kind: "judgeProposal", height, view: view as View, hash, forced: false, holders: [] }];
        },
      };
    });
    const { violation } = world.run();
    assert.equal(violation?.check, "endless");
    assert.match(violation?.message ?? "", /time stands still/);
  });
});
