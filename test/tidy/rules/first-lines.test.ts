import { breaks, holds } from "../made-up.ts";
import { firstLines } from "./first-lines.ts";

describe("tidy: first lines", () => {
  it("wants a comment that says something on the first line", () => {
    for (const text of [
      "",
      "export const a = 1;",
      "\n// Coins.",
      "/** Coins. */",
      "//",
      "// ----------",
      "// Coins",
    ]) {
      breaks(
        firstLines,
        { "packages/ledger/src/a.ts": text },
        /a\.ts:1: begins without a \/\/ comment; say there/,
      );
    }
    holds(firstLines, {
      "packages/ledger/src/a.ts": "// Coins that are not yet spent.\nexport const a = 1;",
    });
  });

  it("leaves indexes, manifests and tests alone", () => {
    holds(firstLines, {
      "packages/crypto/src/index.ts": 'export * from "./a.ts";',
      "packages/crypto/src/node/index.ts": 'export * from "./a.ts";',
      "packages/cli/bin/witan.js": "#!/usr/bin/env node",
      "test/crypto/a.test.ts": "",
    });
  });
});
