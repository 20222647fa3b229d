// Made-up houses, in which each rule is shown failing and holding.
import assert from "node:assert/strict";
import { describeViolation, houseOf, type Manifest, type Rule, violations } from "./house.ts";
import { closeParser } from "./parse.ts";

/** Text by path. */
export type Files = Readonly<Record<string, string>>;

// One compiler serves all tests of a run.
after(closeParser);

/** What a rule says about a house of these files, in the order of files and lines. */
export function found(rule: Rule, files: Files): readonly string[] {
  const house = houseOf(Object.entries(files).map(([path, text]) => ({ path, text })));
  return violations(rule, house).map(describeViolation);
}

/** Asserts that a rule finds exactly what is expected, in order. */
export function breaks(rule: Rule, files: Files, ...expected: readonly RegExp[]): void {
  const all = found(rule, files);
  assert.equal(all.length, expected.length, `expected ${expected.length} violations:\n${all.join("\n")}`);
  for (const [at, pattern] of expected.entries()) assert.match(all[at] ?? "", pattern);
}

/** Asserts that a rule has nothing to say. */
export function holds(rule: Rule, files: Files): void {
  assert.deepEqual(found(rule, files), []);
}

/** The manifest of a package and the tsconfig.json that goes with it. */
export function pack(name: string, dependencies: readonly string[] = [], more: Manifest = {}): Files {
  const own = dependencies.filter((each) => each.startsWith("@witan/"));
  const references = own.map((each) => ({ path: `../${each.slice("@witan/".length)}` }));
  const versions = Object.fromEntries(dependencies.map((each) => [each, "1.0.0"]));
  return {
    [`packages/${name}/package.json`]: JSON.stringify({
      name: `@witan/${name}`,
      dependencies: versions,
      ...more,
    }),
    [`packages/${name}/tsconfig.json`]: JSON.stringify({ references }),
  };
}
