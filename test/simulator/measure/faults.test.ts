// What is measured where something goes wrong: margins at their bounds and one beyond, a leader that turns, miners that are
// split.
import assert from "node:assert/strict";
import {
  ENDS_US,
  EVERY_US,
  leaderTurns,
  MARGINS,
  type Margin,
  MINERS,
  MINOR_SIDE,
  meanOfLess,
  SPLIT,
  splitMiners,
  TURNS_US,
} from "@witan/simulator";

function marginOf(wanted: Partial<Margin>): Margin {
  const found = MARGINS.find((margin) =>
    Object.entries(wanted).every(([name, value]) => margin[name as keyof Margin] === value),
  );
  assert.ok(found, JSON.stringify(wanted));
  return found;
}

/** In how many worlds, from seed 1 on, something happened. */
function tried(margin: Margin, worlds: number) {
  const outcomes = Array.from({ length: worlds }, (_, at) => margin.run(at + 1));
  return {
    forked: outcomes.filter(({ isForked }) => isForked).length,
    stalled: outcomes.filter(({ isStalled }) => isStalled).length,
  };
}

describe("margins", function () {
  this.timeout(60_000);

  it("come in pairs: what is tolerated, and one more", () => {
    for (const { mode, group, size, fault, faulty, tolerated } of MARGINS) {
      assert.ok(faulty === tolerated || faulty === tolerated + 1, `${mode}: ${faulty} of ${tolerated}`);
      // Of proposers there are no more than all.
      if (group === "proposers") continue;
      const counts = MARGINS.filter((one) => one.group === group && one.size === size && one.fault === fault);
      assert.deepEqual(
        counts.map((one) => one.faulty - one.tolerated),
        [0, 1],
      );
    }
  });

  const PBFT = { mode: "pbft", size: 4 } as const;

  it("of PBFT: f mute validators stop nothing, one more everything, and nothing is contradicted", () => {
    assert.deepEqual(tried(marginOf({ ...PBFT, fault: "mute", faulty: 1 }), 4), { forked: 0, stalled: 0 });
    assert.deepEqual(tried(marginOf({ ...PBFT, fault: "mute", faulty: 2 }), 4), { forked: 0, stalled: 4 });
  });

  it("of PBFT: f validators with two faces contradict nothing, one more make contradicting blocks final", () => {
    const fault = "two-faced, together";
    assert.deepEqual(tried(marginOf({ ...PBFT, fault, faulty: 1 }), 4), { forked: 0, stalled: 0 });
    assert.ok(tried(marginOf({ ...PBFT, fault, faulty: 2 }), 4).forked > 0);
  });

  it("of BP Fast Paxos: t_a acceptors may be gone, one more stop everything; a single one that lies breaks it", () => {
    const gone = { mode: "bp-fast-paxos", size: 4, fault: "crashed for ever" } as const;
    assert.deepEqual(tried(marginOf({ ...gone, faulty: 1 }), 4), { forked: 0, stalled: 0 });
    assert.deepEqual(tried(marginOf({ ...gone, faulty: 2 }), 4), { forked: 0, stalled: 4 });
    assert.equal(tried(marginOf({ group: "proposers" }), 3).forked, 0);
    const liar = (faulty: number) => marginOf({ fault: "lying, and a proposer too", faulty });
    // The seeds of the second are known: a single liar needs luck.
    assert.deepEqual(
      [11, 109].map((seed) => [liar(0).run(seed).isForked, liar(1).run(seed).isForked]),
      [
        [false, true],
        [false, true],
      ],
    );
  });
});

describe("a leader that turns", function () {
  this.timeout(60_000);

  for (const mode of ["pbft", "bp-fast-paxos"] as const)
    it(`delays what clients of ${mode} sent, and loses none of it`, () => {
      const fault = leaderTurns(mode, 2);
      assert.deepEqual(leaderTurns(mode, 2), fault, "the same of the same seed");
      assert.ok(fault.lies > 0);
      assert.equal(fault.lost, 0);
      const before = fault.blocks.filter(({ atUs }) => atUs < TURNS_US);
      const sent = (TURNS_US / EVERY_US) | 0;
      const final = before.reduce((sum, { transactions }) => sum + transactions, 0);
      assert.ok(Math.abs(final - sent) <= 2, `${final} of ${sent} were final before`);
      assert.ok(fault.longestUs < ENDS_US - TURNS_US);
      // A primary is left after its view timer of a second, a proposer as soon as it is seen to show two blocks.
      assert.ok(
        mode === "pbft" ? fault.longestUs > 1_000_000 : fault.longestUs < 200_000,
        `${fault.longestUs}`,
      );
    });
});

describe("miners that are split", function () {
  this.timeout(60_000);

  it("undo as many blocks as the side with less work built, in the mean what theory says", () => {
    const all = Array.from({ length: 24 }, (_, at) => splitMiners(at + 1));
    assert.deepEqual(splitMiners(1), all[0], "the same of the same seed");
    const intervals = SPLIT.until - SPLIT.from;
    const share = MINOR_SIDE / MINERS;
    const expected = meanOfLess(share * intervals, (1 - share) * intervals);
    const mean = all.reduce((sum, { undone }) => sum + undone, 0) / all.length;
    // Each is off by about 2.4: 24 of them by a half, and by thrice that hardly ever.
    assert.ok(Math.abs(mean - expected) < 1.5, `${mean}, by theory ${expected}`);
    for (const { moves, rejoinedUs } of all) {
      assert.ok(Number.isFinite(rejoinedUs) && rejoinedUs >= 0);
      const split = moves.filter(({ atUs }) => atUs > 100_000_000 + 1_000_000 && atUs < 300_000_000);
      assert.ok(
        split.every(({ undone }) => undone <= 1),
        "while they are split they undo no more than a tie",
      );
    }
  });
});
