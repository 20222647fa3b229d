// That the vectors leave nothing out: every code has a case and a line in docs/formats.md, names say what is shown
// and are used once, and the files are those that the generator writes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { RULES } from "@witan/ledger";
import { TAGS } from "@witan/primitives";
import { pathOf, readVectors, type VectorFiles } from "./format.ts";
import { vectorTexts } from "./make/all.ts";

/** Codes without a vector, and why. */
const WITHOUT_VECTOR: Readonly<Record<string, string>> = {
  "clients-full": "a genesis of 16,384 clients has 700 kB; test/ledger/limits-reached.test.ts makes it",
  "retired-keys-full":
    "needs 21,845 blocks that remove members; test/ledger/limits-reached.test.ts has a state",
};

const NAMES: readonly (keyof VectorFiles)[] = [
  "hashes",
  "encoding",
  "ids",
  "addresses",
  "signatures",
  "policies",
  "transactions",
  "blocks",
  "genesis",
  "inclusion",
  "finality-proofs",
  "work",
];

const casesOf = (name: keyof VectorFiles) =>
  readVectors(name).cases as readonly { readonly name: string; readonly expected?: unknown }[];

describe("vectors: coverage", () => {
  const expected = new Set<unknown>(
    (["policies", "transactions", "blocks", "finality-proofs"] as const).flatMap((name) =>
      casesOf(name).map((one) => one.expected),
    ),
  );

  for (const code of Object.keys(RULES))
    it(`${code} is shown by a vector`, () => {
      assert.equal(expected.has(code), !(code in WITHOUT_VECTOR));
    });

  it("expects no code that there is not", () => {
    assert.deepEqual(
      [...expected].filter((code) => code !== "ok" && !((code as string) in RULES)),
      [],
    );
  });

  const page = readFileSync(path.join(import.meta.dirname, "../../docs/formats.md"), "utf8");

  it("knows the same codes as docs/formats.md", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("|"));
    const cells = rows.flatMap(
      (row) =>
        row
          .split("|")
          .slice(1, 3)
          .join(" ")
          .match(/`[a-z]+(?:-[a-z]+)*`/g) ?? [],
    );
    const documented = new Set(cells.map((cell) => cell.slice(1, -1)));
    assert.deepEqual(
      Object.keys(RULES).filter((code) => !documented.has(code)),
      [],
    );
    const looksLikeCode = [...documented].filter((cell) => cell.includes("-"));
    assert.deepEqual(
      looksLikeCode.filter((code) => !(code in RULES)),
      [],
    );
  });

  it("knows the same tags as docs/formats.md", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `witan/"));
    const tags = rows.flatMap((row) => row.split("|")[1]?.match(/witan\/[a-z0-9/-]+/g) ?? []);
    assert.deepEqual(tags.sort(), Object.values(TAGS).sort());
  });

  it("has at least 350 cases", () => {
    const count = NAMES.reduce((sum, name) => sum + casesOf(name).length, 0);
    assert.ok(count >= 350, `${count}`);
  });

  for (const name of NAMES)
    it(`${name}.json names each case once, after what it shows`, () => {
      const seen = new Set<string>();
      for (const one of casesOf(name)) {
        assert.ok(!seen.has(one.name), one.name);
        seen.add(one.name);
        if (name === "transactions" || name === "blocks" || name === "finality-proofs") {
          const shown = one.name.slice(0, one.name.indexOf(":"));
          // A name may also begin with the rule whose order it shows.
          assert.ok(shown === one.expected || (shown as string) in RULES, `${one.name}: ${one.expected}`);
        }
      }
    });

  it("is what the generator writes (npm run vectors)", () => {
    for (const [name, text] of Object.entries(vectorTexts()))
      assert.ok(readFileSync(pathOf(name), "utf8") === text, `${name}.json is not current`);
  });
});
