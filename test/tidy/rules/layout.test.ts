import { breaks, holds } from "../made-up.ts";
import { layout } from "./layout.ts";

describe("tidy: the layout", () => {
  it("knows what may lie at the top", () => {
    const files = [
      "package.json",
      "biome.json",
      "README.md",
      "LICENSE",
      ".gitignore",
      ".mocharc.long.json",
      ".ci/run",
    ];
    for (const path of [...files, "docs/a.md", "genesis/pbft.json", "test/a.test.ts"]) {
      holds(layout, { [path]: "{}" });
    }
    for (const path of [
      "notes.md",
      "scripts/a.ts",
      "src/a.ts",
      ".vscode/settings.json",
      "a.tgz",
      "Dockerfile",
      ".env",
    ]) {
      breaks(layout, { [path]: "{}" }, /^[^/]+: may not lie at the top, where only/);
    }
  });

  it("says it once for a folder", () => {
    breaks(layout, { "tools/a.ts": "", "tools/b.ts": "" }, /^tools: may not lie at the top/);
  });

  it("knows what a package holds", () => {
    for (const path of [
      "ledger/package.json",
      "ledger/src/deep/a.ts",
      "cli/bin/witan.js",
      "explorer/index.html",
    ]) {
      holds(layout, { [`packages/${path}`]: "{}" });
    }
    holds(layout, { "packages/tsconfig.base.json": "" });
    for (const path of ["ledger/a.ts", "ledger/test/a.test.ts", "ledger/bin/a.js", "ledger/lib/a.ts"]) {
      breaks(
        layout,
        { [`packages/${path}`]: "" },
        /^packages\/ledger\/\S+: a package holds .* move it into src\//,
      );
    }
    breaks(layout, { "packages/notes.md": "" }, /^packages\/notes\.md: a package holds/);
  });
});
