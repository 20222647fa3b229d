// `witan simulate --consensus registers`: variants, the search through all states, and what is refused.
import assert from "node:assert/strict";
import { lastJson, witan } from "./run.ts";

const REGISTERS = ["simulate", "--consensus", "registers"];

describe("witan simulate --consensus registers", function () {
  this.timeout(60_000);

  it("prints the worst that was found, and runs one world by its seed", async () => {
    const many = await witan(...REGISTERS, "--variant", "strong", "--seeds", "4", "--threads", "1", "--json");
    assert.equal(many.code, 0, many.err);
    const { worlds, violations, worst } = lastJson(many);
    assert.deepEqual([worlds, violations], [4, []]);
    assert.equal(typeof (worst as Record<string, number>)["lurking writes"], "number");
    const one = await witan(...REGISTERS, "--variant", "optimized", "--seed", "3");
    assert.equal(one.code, 0, one.err);
    assert.match(one.out, /^violations +none$/m);
  });

  it("searches every state of the small model of one variant", async () => {
    const ran = await witan(...REGISTERS, "--exhaustive", "--variant", "base", "--json");
    assert.equal(ran.code, 0, ran.err);
    const { bounds, holds, searches } = lastJson(ran);
    assert.deepEqual([bounds, holds], [{ base: { lurking: 1, overwrites: 3 } }, true]);
    const [printed] = searches as readonly { rules: string; lurking: number; path: readonly string[] }[];
    assert.deepEqual([printed?.rules, printed?.lurking], ["as printed", 2]);
    assert((printed?.path.length ?? 0) > 5);
  });

  for (const [what, words, ...options] of [
    ["an unknown variant", /--variant stong: .*Did you mean strong\?/, "--variant", "stong"],
    ["a search with seeds", /--exhaustive looks at every state.*--seeds/, "--exhaustive", "--seeds", "5"],
    ["more liars than are borne", /2 of 4 replicas lie, and 1 may/, "--byzantine", "2"],
    ["proposers", /--proposers is not for registers/, "--proposers", "2"],
  ] as const)
    it(`refuses ${what}`, async () => {
      const ran = await witan(...REGISTERS, ...options);
      assert.equal(ran.code, 2, ran.out);
      assert.match(ran.err, words);
    });

  it("refuses a variant of what has none", async () => {
    const ran = await witan("simulate", "--consensus", "pbft", "--variant", "base");
    assert.equal(ran.code, 2);
    assert.match(ran.err, /pbft has no variants/);
  });
});
