import assert from "node:assert/strict";
import { breaks, holds, pack } from "../made-up.ts";
import { cycles, cyclesOf } from "./cycles.ts";

function graph(edges: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(Object.entries(edges).map(([node, next]) => [node, new Set(next)]));
}

describe("tidy: import cycles", () => {
  it("finds cycles of every length, and none where there is none", () => {
    assert.deepEqual(cyclesOf(graph({ a: "bc", b: "c", c: "d" })), []);
    assert.deepEqual(cyclesOf(graph({ a: "a" })), [["a"]]);
    assert.deepEqual(cyclesOf(graph({ a: "b", b: "c", c: "b" })), [["b", "c"]]);
    assert.deepEqual(cyclesOf(graph({ a: "b", b: "a", c: "d", d: "c" })).length, 2);
  });

  it("finds cycles of files, by re-exports, dynamic imports and the platform too", () => {
    breaks(
      cycles,
      {
        "packages/ledger/src/a.ts": 'import { b } from "./b.ts";',
        "packages/ledger/src/b.ts": 'export * from "./deep/c.ts";',
        "packages/ledger/src/deep/c.ts": 'await import("../a.ts");',
      },
      /ledger\/src\/a\.ts: import cycle .*a\.ts → .*b\.ts → .*c\.ts → .*a\.ts; move what both need/,
    );
    breaks(
      cycles,
      {
        ...pack("primitives", [], {
          imports: { "#platform": { node: "./src/node.ts", default: "./dist/other.js" } },
        }),
        "packages/primitives/src/a.ts": 'import { b } from "#platform";',
        "packages/primitives/src/node.ts": "",
        "packages/primitives/src/other.ts": 'import { a } from "./a.ts";',
      },
      /a\.ts → packages\/primitives\/src\/other\.ts → /,
    );
  });

  it("lets types go round, but not the import of a module that names types only", () => {
    holds(cycles, {
      "packages/ledger/src/a.ts": 'import { b } from "./b.ts";',
      "packages/ledger/src/b.ts": 'import type { A } from "./a.ts"; export type { C } from "./a.ts";',
    });
    breaks(
      cycles,
      {
        "packages/ledger/src/a.ts": 'import { b } from "./b.ts";',
        "packages/ledger/src/b.ts": 'import { type A } from "./a.ts";',
      },
      /import cycle/,
    );
  });

  it("finds cycles of packages, types and manifests included", () => {
    breaks(
      cycles,
      {
        ...pack("ledger", ["@witan/mempool"]),
        ...pack("mempool"),
        "packages/mempool/src/a.ts": 'import type { A } from "@witan/ledger";',
      },
      /packages\/ledger\/package\.json: import cycle ledger → mempool → ledger; move what both need into the lower/,
    );
    holds(cycles, { ...pack("ledger"), ...pack("mempool", ["@witan/ledger"]) });
  });
});
