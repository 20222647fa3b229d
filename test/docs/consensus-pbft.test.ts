// docs/consensus-pbft.md names a test for every rule: each test that it names is there, under that name.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { namedFiles, namedTests, testSources, titleLike } from "./named-tests.ts";

const PAGE = readFileSync(new URL("../../docs/consensus-pbft.md", import.meta.url), "utf8");

describe("docs/consensus-pbft.md", () => {
  it("names test files that there are", () => {
    const named = namedFiles(PAGE);
    assert.ok(named.length > 20, `only ${named.length} files are named`);
    for (const file of named)
      assert.ok(
        testSources.some(({ path }) => `test/${path}`.endsWith(`/${file}`) || `test/${path}` === file),
        `${file} is named, and is not there`,
      );
  });

  it("names tests that there are", () => {
    const named = namedTests(PAGE);
    assert.ok(named.length > 40, `only ${named.length} tests are named`);
    for (const name of named) {
      const title = titleLike(name);
      assert.ok(
        testSources.some(({ text }) => title.test(text)),
        `no test is called "${name}"`,
      );
    }
  });
});
