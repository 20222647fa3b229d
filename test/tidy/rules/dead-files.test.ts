import { breaks, holds, pack } from "../made-up.ts";
import { deadFiles } from "./dead-files.ts";

const LEDGER = pack("ledger");

describe("tidy: dead files", () => {
  it("finds what no door leads to, even if dead files lead to each other", () => {
    breaks(
      deadFiles,
      {
        ...LEDGER,
        "packages/ledger/src/index.ts": 'export * from "./a.ts";',
        "packages/ledger/src/a.ts": "",
        "packages/ledger/src/b.ts": 'import "./c.ts";',
        "packages/ledger/src/c.ts": 'import "./b.ts";',
        "test/ledger/b.test.ts": 'import "../../packages/ledger/src/b.ts";',
      },
      /b\.ts: no door of the package leads here .*; use it or delete it/,
      /c\.ts: no door/,
    );
  });

  it("counts imports of every kind, from every door", () => {
    holds(deadFiles, {
      ...pack("crypto"),
      "packages/crypto/src/index.ts": 'import type { A } from "./a.ts";',
      "packages/crypto/src/a.ts": 'const b = await import("./b.ts");',
      "packages/crypto/src/b.ts": "",
      "packages/crypto/src/node/index.ts": 'new Worker(new URL("./worker.js", import.meta.url));',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code of the made-up file
      "packages/crypto/src/node/worker.ts": "new Worker(new URL(`./lane.${ending}`, import.meta.url));",
      "packages/crypto/src/node/lane.ts": "",
    });
    holds(deadFiles, {
      ...pack("cli"),
      "packages/cli/bin/witan.js": 'import("../dist/main.js");',
      "packages/cli/src/main.ts": 'import "./send.ts";',
      "packages/cli/src/send.ts": "",
    });
  });

  it("knows `imports` of the manifest, and declarations of what is imported", () => {
    const files = {
      ...pack("primitives", [], {
        imports: { "#platform": { node: "./src/node.ts", default: "./dist/portable.js" } },
      }),
      "packages/primitives/src/index.ts": 'import { a } from "#platform";',
      "packages/primitives/src/portable.ts": "",
      "packages/primitives/src/node-types.d.ts": 'declare module "node:crypto" {}',
    };
    holds(deadFiles, { ...files, "packages/primitives/src/node.ts": 'import "node:crypto";' });
    breaks(deadFiles, { ...files, "packages/primitives/src/node.ts": "" }, /node-types\.d\.ts: no door/);
  });
});
