// The house rules on the repository as it stands.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { describeViolation, type House, houseOf, violations } from "./house.ts";
import { closeParser } from "./parse.ts";
import { RULES } from "./rules/all.ts";
import { readTree } from "./tree.ts";

describe("tidy", () => {
  let house: House;
  before(() => {
    house = houseOf(readTree());
  });
  after(closeParser);

  for (const rule of Object.values(RULES)) {
    it(`holds ${rule.name}`, () => {
      const found = violations(rule, house).map(describeViolation);
      if (found.length > 0) assert.fail(`${found.length} times not:\n${found.join("\n")}\n`);
    });
  }

  it("sees the packages", () => {
    assert.ok(house.packages.has("primitives") && house.sources.has("packages/primitives/src/index.ts"));
  });

  it("has a test that shows each rule failing", () => {
    const files = readdirSync(path.join(import.meta.dirname, "rules"));
    const rules = files.filter((file) => !file.endsWith(".test.ts") && file !== "all.ts");
    assert.deepEqual(
      Object.keys(RULES).map((name) => `${name}.ts`),
      rules.sort(),
    );
    const untested = rules.filter((file) => !files.includes(file.replace(".ts", ".test.ts")));
    assert.deepEqual(untested, [], "each needs a .test.ts beside it, with a made-up house that breaks it");
  });
});
