// `witan finality`: both formulas, both ways round, and every way to ask wrongly.
import assert from "node:assert/strict";
import { lastJson, witan } from "./run.ts";

const finality = (...argv: readonly string[]) => witan("finality", ...argv);

describe("witan finality", () => {
  it("tells the probability of a reversal, in all its digits", async () => {
    const ran = await finality("--attacker", "0.1", "--confirmations", "6", "--json");
    assert.equal(ran.code, 0, ran.err);
    const { nakamoto, rosenfeld, ...asked } = lastJson(ran) as Record<string, number>;
    assert.deepEqual(asked, { attacker: 0.1, confirmations: 6 });
    assert.ok(Math.abs((rosenfeld ?? 0) - 0.00059141216) < 1e-15, `${rosenfeld}`);
    assert.equal(nakamoto?.toFixed(7), "0.0002428");
  });

  it("tells it for a thousand confirmations against nearly a half, and for a majority", async () => {
    const deep = lastJson(await finality("--attacker", "0.499", "--confirmations", "1000", "--json"));
    assert.equal((deep["rosenfeld"] as number).toFixed(12), "0.928738887949");
    const majority = lastJson(await finality("--attacker", "0.6", "--confirmations", "10", "--json"));
    assert.deepEqual(majority, { attacker: 0.6, confirmations: 10, nakamoto: 1, rosenfeld: 1 });
  });

  it("tells the confirmations needed", async () => {
    const ran = await finality("--attacker", "0.3", "--risk", "1e-3", "--json");
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(lastJson(ran), {
      attacker: 0.3,
      risk: 0.001,
      confirmations: 32,
      nakamoto: 24,
      rosenfeld: 32,
    });
  });

  it("says to people what it means", async () => {
    const probability = await finality("--attacker", "0.1", "--confirmations", "6");
    assert.equal(
      probability.out,
      `attacker       10 % of the hash power
confirmations  6
Nakamoto       0.000242803
Rosenfeld      0.000591412 (exact)

A miner with 10 % of the hash power, who works on a secret branch, succeeds in one attempt in 1690.
`,
    );
    const needed = await finality("--attacker", ".3", "--risk", "0.001");
    assert.match(needed.out, /^Rosenfeld {2}32 confirmations \(exact\)$/m);
    assert.match(needed.out, /at most 0\.001\.$/m);
    for (const [attacker, confirmations, sentence] of [
      ...([
        ["0.5", "9", /half of the hash power or more/],
        ["0.1", "0", /in no block yet/],
      ] as const),
      ...([
        ["0", "1", /stays/],
        ["0.1", "1000", /no number/],
        ["0.4", "2", /% of the attempts/],
      ] as const),
    ])
      assert.match((await finality("--attacker", attacker, "--confirmations", confirmations)).out, sentence);
  });

  for (const [argv, reason, message] of [
    [[], "missing-option", /--attacker/],
    [["--attacker", "0.1"], "missing-option", /--confirmations N .* or --risk P/],
    [["--attacker", "0.1", "--confirmations", "6", "--risk", "0.1"], "conflicting-options", /give one/],
    [["--attacker", "ten", "--confirmations", "6"], "number", /--attacker ten: expected a number/],
    [["--attacker", "", "--confirmations", "6"], "number", /--attacker : expected a number/],
    [["--attacker", "-0.1", "--confirmations", "6"], "number", /--attacker -0.1: expected a number from 0/],
    [["--attacker", "1.01", "--confirmations", "6"], "number", /from 0 to 1; 10 % is 0.1/],
    [["--attacker", "10%", "--confirmations", "6"], "number", /such as 0.1/],
    [["--attacker", "NaN", "--confirmations", "6"], "number", /such as 0.1/],
    [
      ["--attacker", "0.1", "--confirmations", "6.5"],
      "number",
      /--confirmations 6.5: expected a whole number/,
    ],
    [["--attacker", "0.1", "--confirmations", "-1"], "number", /--confirmations -1: expected a whole number/],
    [["--attacker", "0.1", "--confirmations", "1000000001"], "number", /0 to 1000000000/],
    [["--attacker", "0.1", "--risk", "0"], "number", /above 0 and below 1/],
    [["--attacker", "0.1", "--risk", "1"], "number", /above 0 and below 1/],
    [["--attacker", "0.1", "--risk", "-0.5"], "number", /--risk -0.5: expected a number/],
    [["--attacker", "0.1", "--risk", "1e-400"], "number", /above 0/],
    [["--attacker", "0.5", "--risk", "0.001"], "majority-attacker", /no number of confirmations is enough/],
    [["--attacker", "0.499999", "--risk", "0.001"], "too-many-confirmations", /more than 1000000000/],
    [["--attacker", "0.1", "6"], "too-many-arguments", /too many arguments/],
  ] as const)
    it(`refuses: ${JSON.stringify(argv.join(" "))}`, async () => {
      const ran = await finality(...argv);
      assert.deepEqual([ran.code, ran.out], [2, ""]);
      assert.match(ran.err, message);
      const json = await finality(...argv, "--json");
      assert.equal(json.code, 2);
      assert.equal((lastJson(json)["error"] as { reason: string }).reason, reason);
    });
});
