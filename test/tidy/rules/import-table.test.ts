import assert from "node:assert/strict";
import { breaks, holds, pack } from "../made-up.ts";
import { IMPORT_TABLE, importTable } from "./import-table.ts";

describe("tidy: the import table", () => {
  it("lets packages import what the table says, by every kind of import", () => {
    holds(importTable, {
      ...pack("ledger", ["@witan/primitives", "@witan/crypto"]),
      "packages/ledger/src/a.ts": `
        import { a } from "@witan/primitives";
        export * from "@witan/crypto";
        type B = import("@witan/crypto").B;
        const c = await import("@witan/primitives");`,
    });
  });

  it("refuses what it does not say: values, types, re-exports, dynamic imports", () => {
    breaks(
      importTable,
      {
        "packages/consensus/src/a.ts": [
          'import { a } from "@witan/ledger";',
          'import type { B } from "@witan/mempool";',
          'export { c } from "@witan/crypto";',
          'const d = await import("@witan/node");',
          'type E = import("@witan/rpc").E;',
        ].join("\n"),
      },
      /consensus\/src\/a\.ts:1: consensus may not import @witan\/ledger, only primitives; move the code/,
      /:2: .*@witan\/mempool/,
      /:3: .*@witan\/crypto/,
      /:4: .*@witan\/node/,
      /:5: .*@witan\/rpc/,
    );
  });

  it("opens the second doors to those named only", () => {
    holds(importTable, {
      "packages/cli/src/a.ts":
        'import { a } from "@witan/crypto/node"; import { b } from "@witan/rpc/server";',
      "packages/lab/src/a.ts":
        'import { a } from "@witan/crypto/node"; import { b } from "@witan/storage/level";',
      "packages/node/src/a.ts": 'import { a } from "@witan/storage";',
      "test/rpc/a.test.ts": 'import { a } from "@witan/rpc/server";',
    });
    breaks(
      importTable,
      {
        "packages/lab/src/a.ts": 'import { b } from "@witan/rpc/server";',
        "packages/ledger/src/a.ts": 'import { a } from "@witan/crypto/node";',
        "packages/node/src/a.ts": 'import { b } from "@witan/rpc/server";',
        "packages/simulator/src/a.ts": 'import { b } from "@witan/storage/level";',
      },
      /lab may not import @witan\/rpc\/server/,
      /ledger may not import @witan\/crypto\/node, only primitives, crypto/,
      /node may not import @witan\/rpc\/server/,
      /simulator may not import @witan\/storage\/level/,
    );
  });

  it("knows packages and doors by name, for tests too", () => {
    breaks(
      importTable,
      {
        "packages/cli/src/a.ts": 'import "@witan/wallet"; import "@witan/ledger/src/coin-view.ts";',
        "test/a.test.ts": 'import "@witan/toolbox"; import "@witan/crypto/node/native";',
      },
      /@witan\/wallet is no package; the packages are primitives, crypto/,
      /@witan\/ledger\/src\/coin-view\.ts is no door; import from @witan\/ledger/,
      /@witan\/toolbox is no package/,
      /@witan\/crypto\/node\/native is no door/,
    );
  });

  it("keeps Node behind the second doors, and what lies there out of browsers", () => {
    holds(importTable, {
      "packages/crypto/src/node/file.ts": 'import fs from "node:fs"; import { a } from "../key.ts";',
      "packages/rpc/src/server/http.ts": 'import http from "node:http";',
      "packages/storage/src/seal.ts": 'import { hash } from "node:crypto";',
      "packages/storage/src/level/files.ts":
        'import path from "node:path"; import { seal } from "../seal.ts";',
    });
    breaks(
      importTable,
      {
        "packages/client/src/a.ts": 'import http from "node:http";',
        "packages/crypto/src/a.ts":
          'import { randomBytes } from "node:crypto";\nimport { b } from "./node/b.ts";',
        "packages/rpc/src/contract/a.ts": 'export * from "../server/http.ts";',
        "packages/storage/src/a.ts": 'import fs from "node:fs";\nimport { b } from "./level/files.ts";',
      },
      /client.*node:http in code that runs in browsers; take what it gives as an argument/,
      /crypto\/src\/a\.ts:1: node:crypto in code that runs in browsers; move it to packages\/crypto\/src\/node\//,
      /crypto\/src\/a\.ts:2: \.\/node\/b\.ts lies behind the second door/,
      /rpc.*\.\.\/server\/http\.ts lies behind the second door/,
      /storage\/src\/a\.ts:1: node:fs in code that simulators run.*move it to packages\/storage\/src\/level\//,
      /storage\/src\/a\.ts:2: \.\/level\/files\.ts lies behind the second door/,
    );
  });

  it("holds manifests to the table", () => {
    holds(
      importTable,
      pack("lab", ["@witan/client", "@witan/crypto"], { exports: { ".": "./dist/index.js" } }),
    );
    holds(importTable, pack("crypto", [], { exports: { ".": "./a.js", "./node": "./b.js" } }));
    breaks(
      importTable,
      { ...pack("wallet"), ...pack("mempool", ["@witan/primitives", "@witan/consensus"]) },
      /mempool may not depend on @witan\/consensus, only on primitives, ledger/,
      /wallet is not in the house/,
    );
    breaks(
      importTable,
      pack("ledger", [], { name: "@witan/book", exports: { "./genesis": "./dist/genesis.js" } }),
      /its name must be @witan\/ledger/,
      /"\.\/genesis" is no door; exports may have \./,
    );
  });

  it("wants references and workspaces to be what is there", () => {
    breaks(
      importTable,
      {
        ...pack("ledger", ["@witan/primitives"]),
        "packages/ledger/tsconfig.json": '{ "references": [{ "path": "../crypto" }] }',
        "package.json": '{ "workspaces": ["packages/crypto"] }',
        "tsconfig.json": '{ "references": [{ "path": "packages/ledger" }] }',
        "test/tsconfig.json": '{ "references": [{ "path": "../packages/crypto" }] }',
      },
      /^package\.json: packages\/ledger is not among the workspaces; add it/,
      /ledger\/tsconfig\.json: references packages\/crypto, on which package\.json does not depend; take it out/,
      /ledger\/tsconfig\.json: does not reference packages\/primitives/,
      /^test\/tsconfig\.json: does not reference packages\/ledger; add it/,
    );
  });

  it("is a table without circles that knows all fourteen packages", () => {
    const names = Object.keys(IMPORT_TABLE);
    assert.equal(names.length, 14);
    for (const [at, name] of names.entries()) {
      for (const allowed of IMPORT_TABLE[name] ?? []) {
        const [base = ""] = allowed.split("/");
        const isBelow = names.indexOf(base) !== -1 && names.indexOf(base) < at;
        assert.ok(isBelow, `${name} comes before ${allowed}`);
      }
    }
  });
});
