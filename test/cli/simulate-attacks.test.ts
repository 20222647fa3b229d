// `witan simulate --consensus pow`: attacks measured beside theory, worlds, and what is refused.
import assert from "node:assert/strict";
import { lastJson, witan } from "./run.ts";

const ATTACK = ["simulate", "--consensus", "pow", "--attack"];

describe("witan simulate --attack", function () {
  this.timeout(60_000);

  it("prints success, interval and expectation of double spends for programs", async () => {
    const ran = await witan(
      ...ATTACK,
      ...["double-spend", "--attacker", "0.3", "--confirmations", "10", "--trials", "20000", "--json"],
    );
    assert.equal(ran.code, 0, ran.err);
    assert.equal(ran.err, "");
    const { success, interval, expected, confidence, seed } = lastJson(ran);
    const [from = 0, to = 0] = interval as readonly number[];
    assert.ok(from < Number(success) && Number(success) < to);
    assert.ok(from <= Number(expected) && Number(expected) <= to);
    assert.ok(Math.abs(Number(expected) - 0.065106713761) < 1e-11);
    assert.deepEqual([confidence, seed], [0.99, 1]);
  });

  it("prints the revenue of selfish mining likewise", async () => {
    const ran = await witan(
      ...ATTACK,
      ...["selfish", "--attacker", "0.4", "--gamma", "0", "--blocks", "100000", "--json"],
    );
    const { revenue, interval, expected, earned, found } = lastJson(ran);
    const [from = 0, to = 0] = interval as readonly number[];
    assert.ok(from < Number(revenue) && Number(expected) < to && from <= Number(expected));
    assert.ok(Number(earned) <= Number(found) && Number(earned) < 0.4);
  });

  it("tells people what was measured, beside what theory says", async () => {
    for (const [words, ...said] of [
      [
        "double-spend --attacker 0.1 --trials 500",
        /^Rosenfeld +0\.05914 % \(exact\)$/m,
        /lies in the interval/,
      ],
      ["selfish --attacker 0.4 --blocks 20000", /^Eyal and Sirer +48\.37 %$/m, /before a retarget/],
      ["majority --attacker 0.6 --trials 500", /^expected +35 /m, /No number of confirmations holds/],
      ["partition --trials 500", /^undone +[\d.]+ in the mean/m, /engine said the same/],
      [
        "none --shares 0.5,0.3,0.2 --delay-ms 3000 --interval-s 600 --blocks 50000",
        /^miner 3 +20 % of the work: [\d.]+ % stale/m,
        /Small miners lose more/,
      ],
    ] as const) {
      const ran = await witan(...ATTACK, ...words.split(" "));
      assert.equal(ran.code, 0, ran.err);
      for (const line of said) assert.match(ran.out, line);
    }
  });

  it("is the same with the same seed", async () => {
    const words = ["double-spend", "--attacker", "0.2", "--trials", "300", "--json", "--seed"];
    const once = await witan(...ATTACK, ...words, "7");
    assert.equal((await witan(...ATTACK, ...words, "7")).out, once.out);
    assert.notEqual((await witan(...ATTACK, ...words, "8")).out, once.out);
  });

  for (const [words, expected] of [
    ["double-spent --attacker 0.3", /no such attack\. Did you mean double-spend\?/],
    ["double-spend", /say what share of all hash power the attacker has/],
    ["double-spend --attacker 30", /expected a share from 0 to 1; 30 % is 0\.3/],
    ["double-spend --attacker 0.5", /a race takes longer than anybody waits/],
    ["double-spend --attacker x", /expected a number from 0 to 1/],
    ["double-spend --attacker 0.3 --confirmations -1", /expected a whole number/],
    ["selfish --attacker 0.5", /expected a share below 0\.5/],
    ["selfish --attacker 0.4 --gamma 2", /expected a share from 0 to 1/],
    ["selfish --attacker 0.4 --trials 5", /--trials is not for --attack selfish/],
    ["majority --attacker 0.3", /less is no majority/],
    ["none", /say what share of all hash power each miner has/],
    ["none --shares 0.5,0.4", /these come to 0\.9/],
    ["none --shares 1 --delay-ms 700000", /at most the time between two blocks/],
    ["partition --shares 0.3,0.3,0.4", /the two sides of the partition/],
    ["partition --partition-s 0", /expected seconds/],
  ] as const)
    it(`refuses ${words}`, async () => {
      const ran = await witan(...ATTACK, ...words.split(" "));
      assert.equal(ran.code, 2, ran.out);
      assert.match(ran.err, expected);
      assert.equal(ran.out, "");
    });

  it("refuses attacks on other protocols, and options of attacks without one", async () => {
    const other = await witan("simulate", "--consensus", "pbft", "--attack", "selfish");
    assert.equal(other.code, 2);
    assert.match(other.err, /is for proof of work: add --consensus pow/);
    const none = await witan("simulate", "--consensus", "pow", "--delay-ms", "5");
    assert.equal(none.code, 2);
    assert.match(none.err, /--delay-ms is for an attack on proof of work: say which/);
  });
});

describe("witan simulate --consensus pow", function () {
  this.timeout(60_000);

  it("runs worlds of miners, and says how to see one again", async () => {
    const ran = await witan("simulate", "--consensus", "pow", "--seeds", "5", "--threads", "1");
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /^violations +none$/m);
    assert.match(ran.out, /blocks-undone [\d,]+/);
    const one = await witan("simulate", "--consensus", "pow", "--seed", "3", "--members", "4", "--trace");
    assert.match(one.out, /^# pow, seed 3\n# 0: m0, .*\n# 1: m1, [\d.]+ % of all hash power/);
    assert.match(one.out, /m\d finds h1 \w{8} on 0f0f0f0f$/m);
  });
});
