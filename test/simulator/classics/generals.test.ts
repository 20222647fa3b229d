// Generals: every lie of every placement of traitors, by what runs fast and by trying one by one; and what the cases of
// `witan generals` say of themselves.
import assert from "node:assert/strict";
import { ORDERS, type Order, oralMessageCount, signedMessageCount, signedMessageMax } from "@witan/consensus";
import { type GeneralsJob, runGenerals, tryAll } from "@witan/simulator";
import { oralDirect, signedDirect } from "../../../packages/simulator/src/classics/generals-direct.ts";
import { OralTree, placementsOf } from "../../../packages/simulator/src/classics/generals-exhaustive.ts";
import { oralChances } from "../../../packages/simulator/src/classics/oral.ts";

interface Size {
  readonly generals: number;
  readonly traitors: number;
  readonly traitorsMax: number;
}

function size(generals: number, traitors: number, traitorsMax = traitors): Size {
  return { generals, traitors, traitorsMax };
}

/** IC1 and IC2 in every case of OM, one after another; and that what comes out is what the tree says. */
function oralOneByOne({ generals, traitors: count, traitorsMax }: Size) {
  let [ic1, ic2, lies] = [true, true, 0];
  for (const traitors of placementsOf(generals, count)) {
    const chances = oralChances({ generals, traitorsMax, traitors });
    const isLoyal = !traitors.includes(0);
    const tree = new OralTree(generals, traitorsMax, traitors);
    const came = new Map<Order, Set<number>>();
    for (const order of isLoyal ? ORDERS : (["attack"] as const))
      for (let bits = 0; bits < 2 ** chances.length; bits++) {
        lies++;
        const said = chances.map(
          (one, at) => ({ ...one, say: bits & (1 << at) ? "attack" : "retreat" }) as const,
        );
        const obeyed = oralDirect({ generals, traitorsMax, traitors, order }, said);
        if (new Set(obeyed.values()).size > 1) ic1 = false;
        if (isLoyal && [...obeyed.values()].some((one) => one !== order)) ic2 = false;
        const attackers = [...obeyed].reduce(
          (sum, [place, one]) => sum + (one === "attack" ? 1 << place : 0),
          0,
        );
        came.set(order, (came.get(order) ?? new Set()).add(attackers));
      }
    if (isLoyal)
      for (const [order, outcomes] of came) {
        const expected = tree.outcomesBelow([0], order === "attack" ? tree.loyal : 0);
        assert.deepEqual([...expected].sort(), [...outcomes].sort(), `${traitors}, ${order}`);
      }
  }
  return { ic1, ic2, lies: BigInt(lies) };
}

describe("generals: everything that traitors can do", function () {
  this.timeout(60_000);

  for (const one of [size(3, 1), size(4, 1), size(5, 1), size(4, 2), size(4, 2, 1), size(5, 1, 2)])
    it(`OM(${one.traitorsMax}) among ${one.generals}, ${one.traitors} traitors: outcomes of subtrees are those of all lies`, () => {
      const { ic1, ic2, lies } = tryAll({ algorithm: "om", ...one });
      assert.deepEqual({ ic1, ic2, lies }, oralOneByOne(one));
    });

  it("OM(m) holds with more than three generals for each traitor, and with no fewer", () => {
    for (const [generals, m] of [
      [3, 1],
      [4, 1],
      [5, 1],
      [6, 1],
      [7, 1],
      [4, 2],
      [5, 2],
      [6, 2],
      [7, 2],
    ] as const) {
      const { ic1, ic2, placements } = tryAll({ algorithm: "om", ...size(generals, m) });
      assert.equal(ic1 && ic2, generals > 3 * m, `OM(${m}) among ${generals}`);
      assert.equal(placements.length, placementsOf(generals, m).length);
    }
    // Fewer traitors than m do not harm either.
    for (const traitors of [0, 1]) {
      const { ic1, ic2 } = tryAll({ algorithm: "om", ...size(7, traitors, 2) });
      assert.ok(ic1 && ic2);
    }
  });

  it("SM(m) holds with m + 2 generals and more, and bears no traitor beyond m", () => {
    for (let generals = 3; generals <= 7; generals++)
      for (let m = 1; m <= generals - 2 && (generals < 7 || m < 4); m++) {
        const { ic1, ic2 } = tryAll({ algorithm: "sm", ...size(generals, m) });
        assert.ok(ic1 && ic2, `SM(${m}) among ${generals}`);
      }
    for (const m of [1, 2]) assert.equal(tryAll({ algorithm: "sm", ...size(m + 3, m + 1, m) }).ic1, false);
  });

  it("SM(2) among four: no letters of two traitors, with whatever signatures they have, do what its rounds do not show", () => {
    // The commander and g1 are traitors: all chains that end with one of them, to g2 and g3, in any round.
    const chains = [[0], [0, 1], [0, 2, 1], [0, 3, 1]];
    const chances = chains.flatMap((signers) =>
      [2, 3]
        .filter((to) => !signers.includes(to))
        .flatMap((to) => [1, 2, 3].map((round) => ({ round, signers, to }))),
    );
    const traitors = [0, 1];
    // What is shown of one order changes nothing of the other: one is enough here, against none.
    for (let bits = 0; bits < 2 ** chances.length; bits += 5) {
      const letters = chances
        .filter((_, at) => bits & (1 << at))
        .map((one) => ({ ...one, order: "attack" }) as const);
      // A loyal signature is there only if its general has signed: chains with one count from the round after.
      const told = new Set(
        letters.flatMap(({ signers, to, round }) =>
          signers.length < 3 && round <= signers.length ? [to] : [],
        ),
      );
      const real = letters.filter(({ signers }) => signers.length < 3 || told.has(signers[1] as 2));
      const obeyed = signedDirect({ generals: 4, traitorsMax: 2, traitors, order: "attack" }, real);
      assert.equal(new Set(obeyed.values()).size, 1, JSON.stringify(real));
    }
  });

  it("a majority of generals who are asked from outside is right with 2m + 1 of them: that is what the slides count", () => {
    for (let m = 1; m <= 3; m++)
      for (const generals of [2 * m, 2 * m + 1]) {
        if (generals < m + 2) continue;
        const lieutenants = [...Array(generals).keys()];
        const traitors = lieutenants.slice(1, m + 1);
        const obeyed = signedDirect({ generals, traitorsMax: m, traitors, order: "attack" }, []);
        // The loyal say what they obey, the commander among them; traitors say the opposite.
        const right = [...obeyed.values(), "attack"].filter((order) => order === "attack").length;
        assert.equal(2 * right > generals, generals === 2 * m + 1, `${generals} generals, ${m} traitors`);
      }
  });
});

describe("generals: cases", () => {
  const job = (changes: Partial<GeneralsJob>): GeneralsJob => ({
    ...{ algorithm: "om", generals: 7, traitors: 2, traitorsMax: 2, seed: 1 },
    ...changes,
  });

  it("have as many traitors as are asked for, the commander among them or not, and its order", () => {
    for (let seed = 1; seed <= 20; seed++)
      for (const commander of ["loyal", "traitor"] as const) {
        const { generals, order } = runGenerals(job({ seed, commander, order: "attack" }));
        assert.equal(generals.filter(({ isTraitor }) => isTraitor).length, 2);
        assert.equal(generals[0]?.isTraitor, commander === "traitor");
        assert.equal(order, "attack");
      }
    const commanders = new Set(
      Array.from({ length: 20 }, (_, seed) => runGenerals(job({ seed })).generals[0]?.isTraitor),
    );
    assert.equal(commanders.size, 2, "by the seed it is either");
  });

  it("count messages: as the formula says where all are loyal, and no more of the loyal ever", () => {
    for (const [generals, m] of [
      [4, 1],
      [7, 2],
      [5, 0],
    ] as const) {
      const om = runGenerals(job({ generals, traitors: 0, traitorsMax: m }));
      assert.deepEqual(om.messages, { loyal: oralMessageCount(generals, m), traitors: 0 });
      assert.equal(om.formula.messages, om.messages.loyal);
      const sm = runGenerals(job({ algorithm: "sm", generals, traitors: 0, traitorsMax: m }));
      assert.deepEqual(sm.messages, { loyal: signedMessageCount(generals, m), traitors: 0 });
    }
    // Where traitors are silent nowhere all together are as many as the formula says: of a commander and a lieutenant who lie
    // six, five, and four times five.
    const whole = Array.from({ length: 60 }, (_, seed) =>
      runGenerals(job({ seed, commander: "traitor" })),
    ).filter(({ messages, formula }) => messages.loyal + messages.traitors === formula.messages);
    assert.ok(whole.length > 0);
    for (const { messages } of whole) assert.equal(messages.traitors, 6 + 5 + 5 * 4);
    for (let seed = 1; seed <= 60; seed++) {
      const om = runGenerals(job({ seed }));
      assert.ok(om.messages.loyal + om.messages.traitors <= om.formula.messages);
      const sm = runGenerals(job({ seed, algorithm: "sm", generals: 5 }));
      assert.ok(sm.messages.loyal <= signedMessageMax(5, 2));
      assert.ok(om.ic1 && om.ic2 !== false && sm.ic1 && sm.ic2 !== false);
    }
  });

  it("say what was heard, and by whom", () => {
    const { generals } = runGenerals(job({ generals: 4, traitors: 0, traitorsMax: 1, order: "attack" }));
    assert.deepEqual(generals[1], {
      ...{ name: "g1", isTraitor: false, obeys: "attack" },
      heard: [["g0"], ["g0", "g2"], ["g0", "g3"]].map((by) => ({ by, order: "attack" })),
    });
  });

  it("drop what is forged: a loyal commander is obeyed, whatever is signed in its name", () => {
    let forged = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const report = runGenerals(
        job({ seed, algorithm: "sm", generals: 5, commander: "loyal", order: "attack" }),
      );
      forged += report.forged;
      assert.equal(report.ic2, true);
      for (const { heard } of report.generals) assert.ok(heard.every(({ order }) => order === "attack"));
    }
    assert.ok(forged > 100, `${forged} forged`);
  });
});
