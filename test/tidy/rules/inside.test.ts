import { breaks, holds } from "../made-up.ts";
import { inside } from "./inside.ts";

describe("tidy: imports inside a package", () => {
  it("holds where imports go straight to the file", () => {
    holds(inside, {
      "packages/ledger/src/index.ts": 'export * from "./a.ts";',
      "packages/ledger/src/a.ts": 'import "./deep/b.ts"; import "@witan/primitives"; import "zod";',
      "packages/ledger/src/deep/b.ts": 'import "../a.ts"; import data from "../../package.json";',
      "test/ledger/a.test.ts": 'import "../../packages/ledger/src/index.ts"; import "@witan/ledger";',
    });
  });

  it("refuses the package's own index, by path and by name", () => {
    breaks(
      inside,
      {
        "packages/crypto/src/index.ts": 'export * from "./a.ts";',
        "packages/crypto/src/a.ts": 'import { b } from "./index.ts";\nimport type { C } from "./index.js";',
        "packages/crypto/src/node/b.ts":
          'import "../index.ts";\nimport "@witan/crypto";\nimport "@witan/crypto/node";',
      },
      /a\.ts:1: \.\/index\.ts is an index, made for others; import the file that declares the name/,
      /a\.ts:2: \.\/index\.js is an index/,
      /b\.ts:1: \.\.\/index\.ts is an index/,
      /b\.ts:2: @witan\/crypto is this package; import the file/,
      /b\.ts:3: @witan\/crypto\/node is this package/,
    );
  });

  it("refuses other packages by path, and tests in production", () => {
    breaks(
      inside,
      {
        "packages/ledger/src/a.ts":
          'import "../../crypto/src/key.ts";\nimport "../../../test/ledger/made-up.ts";',
      },
      /a\.ts:1: .* reaches over the fence; import @witan\/crypto/,
      /a\.ts:2: .* lies outside the packages; production code needs nothing from there/,
    );
  });
});
