import assert from "node:assert/strict";
import { houseOf } from "../house.ts";
import { breaks, holds } from "../made-up.ts";
import { FILE_LINES_MAX, FUNCTION_LINES_MAX, functionsOf, length, RATCHET } from "./length.ts";

const FILE = "packages/ledger/src/a.ts";

function lines(count: number): string {
  return "a();\n".repeat(count);
}

/** A function that is `count` lines long. */
function long(head: string, count: number): string {
  return `${head} {\n${lines(count - 2)}}`;
}

function functions(text: string): Readonly<Record<string, number>> {
  const source = houseOf([{ path: FILE, text }]).sources.get(FILE);
  assert.ok(source);
  return Object.fromEntries(
    [...functionsOf(source)].map(([key, each]) => [key.slice(FILE.length + 1), each.lines]),
  );
}

describe("tidy: length", () => {
  it("bounds files", () => {
    holds(length, { [FILE]: lines(FILE_LINES_MAX) });
    breaks(
      length,
      { [FILE]: lines(FILE_LINES_MAX + 1) },
      /a\.ts: the file has 401 lines, 400 are allowed; split it/,
    );
    breaks(length, { "test/a.test.ts": lines(500) }, /500 lines/);
  });

  it("bounds functions", () => {
    holds(length, { [FILE]: long("function f()", FUNCTION_LINES_MAX) });
    breaks(
      length,
      { [FILE]: `\n${long("function f()", 71)}` },
      /a\.ts:2: f has 71 lines, 70 are allowed; split it/,
    );
    breaks(
      length,
      { "test/a.test.ts": long('it("works", () =>', 80).concat(");") },
      /it\(works\) has 80 lines/,
    );
    holds(length, { "test/a.test.ts": long('describe("a", () =>', 200).concat(");") });
  });

  it("knows functions of every kind by name, whatever strings, comments and patterns hold", () => {
    const text = `
      /** Not counted. */
      function plain(text = "}") {
        return /[}"]/.test(\`\${text} } // {\`); // {
      }
      class Tree {
        constructor() {
        }
        get root() { return 1; }
        #grow<T extends { a: number }>(by: T): () => void {
          return () => {
            by.a++;
          };
        }
      }
      const arrow = (a: number) =>
        a + 1;
      const table = { act() {
      }, other: function () {} };
      list.map((each) => each);
      declare function overload(a: string): void;`;
    assert.deepEqual(functions(text), {
      plain: 3,
      "Tree.constructor": 2,
      "Tree.root": 1,
      "Tree.#grow": 5,
      arrow: 2,
      "table.act": 2,
      "table.other": 1,
      "(anonymous)": 1,
      overload: 1,
    });
  });

  it("is a ratchet: what is too long may only shrink, and its entry with it", () => {
    const text = long("function f()", 90);
    const key = `${FILE} f`;
    const ratchet = (entries: Record<string, number>) => ({
      [FILE]: text,
      [RATCHET]: JSON.stringify(entries),
    });
    holds(length, ratchet({ [key]: 90 }));
    breaks(length, ratchet({ [key]: 89 }), /a\.ts:1: f grew from 89 to 90 lines; it may only shrink/);
    breaks(length, ratchet({ [key]: 95 }), /ratchet\.json: "packages.* f" has 90 lines now; lower 95 to 90/);
    breaks(
      length,
      ratchet({ [key]: 90, [FILE]: 410 }),
      /ratchet\.json: ".*a\.ts" needs no exception any more \(90\)/,
    );
    breaks(
      length,
      ratchet({ [key]: 90, [`${FILE} g`]: 80 }),
      /ratchet\.json: ".* g" is no more; take it out/,
    );
  });
});
