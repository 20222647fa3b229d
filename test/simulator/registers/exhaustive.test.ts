// The bounds of registers are what an exhaustive search of a small model finds. Whole: `witan simulate --consensus registers
// --exhaustive`; here the smaller searches, and the larger ones for as long as they take to find the worst.
import assert from "node:assert/strict";
import { PRINTED_RULES, REGISTER_RULES, REGISTER_VARIANTS } from "@witan/consensus";
import {
  REGISTER_BOUNDS,
  type RegisterBounds,
  type RegisterModel,
  RegisterSearch,
  registerSearches,
} from "@witan/simulator";

function searched(model: RegisterModel): RegisterBounds {
  const search = new RegisterSearch(model);
  while (!search.isDone) search.advance(10_000);
  return search.bounds;
}

const SMALL = { clients: 1, timestamps: 2, values: 2, isReduced: true } as const;

describe("simulator: registers, every state of a small model", () => {
  it("base: two writes are left by the rules as printed, one with rule M", () => {
    const printed = searched({ ...SMALL, variant: "base", rules: PRINTED_RULES });
    assert.deepEqual([printed.lurking, printed.twoValues], [2, true]);
    const withM = searched({ ...SMALL, variant: "base", rules: { ...PRINTED_RULES, onlyGreater: true } });
    assert.deepEqual([withM.lurking, withM.twoValues], [1, false]);
  });

  it("what the search leaves out changes nothing: it finds what a search of everything finds", () => {
    for (const [variant, rules] of [
      ["base", { ...PRINTED_RULES, onlyGreater: true }],
      ["base", REGISTER_RULES],
      ["strong", REGISTER_RULES],
    ] as const) {
      const [few, all] = [true, false].map((isReduced) => searched({ ...SMALL, variant, rules, isReduced }));
      assert(few && all && few.states < all.states);
      const told = ({ lurking, overwrites, twoValues }: RegisterBounds) => ({
        lurking,
        overwrites,
        twoValues,
      });
      assert.deepEqual(told(few), told(all));
    }
    const tiny = {
      variant: "optimized",
      rules: REGISTER_RULES,
      clients: 1,
      timestamps: 2,
      values: 1,
    } as const;
    const [few, all] = [true, false].map((isReduced) => searched({ ...tiny, isReduced }));
    assert.deepEqual([few?.lurking, few?.overwrites], [all?.lurking, all?.overwrites]);
  });

  it("optimized: three are left by rules M, H and X with three timestamps, two by ours", () => {
    const longer = { variant: "optimized", clients: 1, timestamps: 3, values: 1, isReduced: true } as const;
    const mixed = { ...PRINTED_RULES, onlyGreater: true, writesNameHash: true, oneHashForTimestamp: true };
    assert.equal(searched({ ...longer, rules: mixed }).lurking, 3);
    assert.equal(searched({ ...longer, rules: REGISTER_RULES }).lurking, 2);
  });

  it("strong: after two writes nothing is seen; base: one more for each bad client", () => {
    const two = { rules: REGISTER_RULES, clients: 2, timestamps: 2, values: 1, isReduced: true } as const;
    assert.equal(searched({ ...two, variant: "strong" }).overwrites, 2);
    assert.equal(searched({ ...two, variant: "base" }).overwrites, 3);
  });

  it("the worst comes with what was sent to come to it", () => {
    const { path } = searched({ ...SMALL, variant: "base", rules: PRINTED_RULES });
    assert(path.length >= 6);
    for (const step of path) assert.match(step, /^v[012]: (PREPARE|WRITE) /);
    assert.equal(new Set(path.slice(0, 2).map((step) => step.slice(0, 2))).size, 2, path.join("\n"));
  });

  it("each variant is searched by our rules, and what is promised is what they leave", () => {
    for (const variant of REGISTER_VARIANTS) {
      const ours = registerSearches(variant).filter(({ isOurs }) => isOurs);
      assert(ours.length >= 2);
      const [, longer] = ours;
      assert(longer);
      assert.equal(searched(longer.model).lurking, REGISTER_BOUNDS[variant].lurking);
    }
  });
});
