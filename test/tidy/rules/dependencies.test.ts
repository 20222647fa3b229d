import { breaks, holds, pack } from "../made-up.ts";
import { dependencies } from "./dependencies.ts";

describe("tidy: dependencies", () => {
  it("holds where all that is declared is allowed, used and exact", () => {
    holds(dependencies, {
      ...pack("crypto", ["@noble/hashes", "@witan/primitives", "secp256k1"], {
        devDependencies: { "@types/secp256k1": "4.0.7" },
      }),
      "packages/crypto/src/a.ts":
        'import { sha256 } from "@noble/hashes/sha2.js"; import "@witan/primitives";',
      "packages/crypto/src/node/native.ts":
        'import b from "secp256k1/bindings.js"; import fs from "node:fs";',
    });
  });

  it("refuses what is not on the list", () => {
    breaks(
      dependencies,
      { ...pack("ledger", ["lodash"], { devDependencies: { "ts-node": "1.0.0", "@types/level": "1.0.0" } }) },
      /ledger may not depend on lodash; the allow-list is in/,
      /ledger may not depend on ts-node, not even to build/,
      /ledger may not depend on @types\/level/,
    );
    breaks(
      dependencies,
      { "package.json": '{ "devDependencies": { "jest": "1.0.0" } }' },
      /the root may not depend on jest/,
    );
  });

  it("keeps some to one file or folder", () => {
    breaks(
      dependencies,
      {
        ...pack("primitives", ["@chainsafe/ssz"]),
        "packages/primitives/src/ssz-types.ts": 'import { ByteListType } from "@chainsafe/ssz";',
        "packages/primitives/src/merkle.ts": 'import type { Tree } from "@chainsafe/ssz";',
      },
      /merkle\.ts:1: @chainsafe\/ssz may be imported in packages\/primitives\/src\/ssz-types\.ts only/,
    );
    breaks(
      dependencies,
      { ...pack("crypto", ["secp256k1"]), "packages/crypto/src/a.ts": 'import "secp256k1/bindings.js";' },
      /secp256k1 may be imported in packages\/crypto\/src\/node\/ only/,
    );
  });

  it("wants imports declared", () => {
    breaks(
      dependencies,
      {
        ...pack("ledger"),
        "packages/ledger/src/a.ts": 'import "@witan/crypto";\nimport "fs";\nimport "#clock";',
      },
      /a\.ts:1: @witan\/crypto is not among the dependencies of packages\/ledger\/package\.json; add it/,
      /a\.ts:2: fs is not among the dependencies/,
      /a\.ts:3: #clock is not among the "imports" of package\.json/,
    );
    breaks(
      dependencies,
      { "test/a.test.ts": 'import fc from "fast-check"; import "node:fs"; import "./b.ts";' },
      /fast-check is declared nowhere; add it to the root's devDependencies/,
    );
    holds(dependencies, {
      ...pack("ledger"),
      "packages/ledger/src/a.ts": 'new URL("worker.ts", import.meta.url);',
      "package.json": '{ "devDependencies": { "fast-check": "4.0.0" } }',
      "test/a.test.ts": 'import fc from "fast-check";',
    });
  });

  it("wants declarations imported", () => {
    breaks(
      dependencies,
      {
        ...pack("storage", ["level", "@witan/primitives"]),
        "packages/storage/src/a.ts": '// import "level"',
      },
      /level is declared, but nothing imports it; take it out/,
      /@witan\/primitives is declared, but nothing imports it/,
    );
    breaks(
      dependencies,
      pack("storage", [], { devDependencies: { "@types/level": "1.0.0" } }),
      /@types\/level is declared, but nothing imports level/,
    );
  });

  it("wants exact versions", () => {
    for (const version of ["^1.0.0", "~1.0.0", "1.x", "*", "latest", ">=1.0.0", "file:../a"]) {
      breaks(
        dependencies,
        { "package.json": JSON.stringify({ devDependencies: { mocha: version } }) },
        /mocha .* is a range; pin one version/,
      );
    }
    holds(dependencies, { "package.json": '{ "devDependencies": { "mocha": "1.0.0-rc.1" } }' });
  });
});
