// docs/consensus-bp-fast-paxos.md names tests for its rules and corrections, and shows pictures: each is there.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { namedFiles, namedTests, testSources, titleLike } from "./named-tests.ts";

const FILE = new URL("../../docs/consensus-bp-fast-paxos.md", import.meta.url);
const PAGE = readFileSync(FILE, "utf8");

describe("docs/consensus-bp-fast-paxos.md", () => {
  it("names test files that there are", () => {
    const named = namedFiles(PAGE);
    assert.ok(named.length > 15, `only ${named.length} files are named`);
    for (const file of named)
      assert.ok(
        testSources.some(({ path }) => `test/${path}`.endsWith(`/${file}`)),
        `${file} is named, and is not there`,
      );
  });

  it("names tests that there are", () => {
    const named = namedTests(PAGE);
    assert.ok(named.length > 40, `only ${named.length} tests are named`);
    for (const name of named)
      assert.ok(
        testSources.some(({ text }) => titleLike(name).test(text)),
        `no test is called "${name}"`,
      );
  });

  it("has a picture of the normal case, of a trust change, of every correction, and of section VI", () => {
    const shown = [...PAGE.matchAll(/!\[[^\]]+\]\((images\/[^)]+)\)/g)].map(([, file = ""]) => file);
    assert.equal(shown.length, 2 + 10 + 2, shown.join());
    for (const file of shown) assert.ok(existsSync(new URL(file, FILE)), `${file} is not there`);
    for (let correction = 1; correction <= 10; correction++)
      assert.match(
        PAGE,
        new RegExp(`\\nCorrection ${correction}\\. [^\\n]+:\\n\\n!\\[`),
        `correction ${correction}`,
      );
  });
});
