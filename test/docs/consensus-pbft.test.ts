// docs/consensus-pbft.md names a test for every rule: each test that it names is there, under that name.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const TESTS = fileURLToPath(new URL("../", import.meta.url));
const PAGE = readFileSync(new URL("../../docs/consensus-pbft.md", import.meta.url), "utf8");

const sources = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(join(TESTS, path), "utf8") }));

/** Rows of tables in which tests are named. */
const ROWS = PAGE.split("\n").filter((line) => line.startsWith("| "));

/** A name with "…" for what is left out, as what matches a title, across the values that are put into it. */
function titleLike(name: string): RegExp {
  const parts = name.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`["\`]${parts.join("[^\\n]*")}`);
}

describe("docs/consensus-pbft.md", () => {
  it("names test files that there are", () => {
    const named = new Set([...PAGE.matchAll(/[\w/-]+\.test\.ts/g)].map(([file]) => file));
    assert.ok(named.size > 20, `only ${named.size} files are named`);
    for (const file of named)
      assert.ok(
        sources.some(({ path }) => `test/${path}`.endsWith(`/${file}`) || `test/${path}` === file),
        `${file} is named, and is not there`,
      );
  });

  it("names tests that there are", () => {
    const named = ROWS.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name));
    assert.ok(named.length > 40, `only ${named.length} tests are named`);
    for (const name of named) {
      const title = titleLike(name);
      assert.ok(
        sources.some(({ text }) => title.test(text)),
        `no test is called "${name}"`,
      );
    }
  });
});
