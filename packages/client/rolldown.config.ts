// The client as it is handed to applications: one file for Node and one for everything else, with what it needs of this
// repository inside, and its types beside them. `npm pack` makes them; nothing in the repository runs them.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { defineConfig } from "rolldown";

const FOLDER = "bundle";
/** Whose types those of the client are made of. */
const PACKAGES = ["primitives", "crypto", "ledger", "consensus", "rpc", "client"];
/** Doors that only programs in this repository use. */
const OTHER_DOORS = /^(?:node|server)\//;

/** Copies what `tsc` wrote, with names of packages turned into paths. */
function copyTypes(): void {
  for (const name of PACKAGES) {
    const from = join("..", name, "dist");
    for (const file of globSync("**/*.d.ts", { cwd: from })) {
      if (OTHER_DOORS.test(file)) continue;
      const to = join(FOLDER, "types", name, file);
      const toFile = (path: string): string =>
        `"./${relative(dirname(to), join(FOLDER, "types", path)).replaceAll("\\", "/")}"`;
      const text = readFileSync(join(from, file), "utf8")
        .replaceAll(/"@witan\/([a-z]+)"/g, (_, other) => toFile(`${other}/index.js`))
        .replaceAll('"#platform"', toFile("primitives/platform/portable.js"));
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, text);
    }
  }
}

const platforms = [
  { file: "node.js", platform: "node", conditions: ["@witan/source", "node", "import"] },
  { file: "browser.js", platform: "browser", conditions: ["@witan/source", "browser", "import"] },
] as const;

rmSync(FOLDER, { recursive: true, force: true });
copyTypes();

export default defineConfig(
  platforms.map(({ file, platform, conditions }) => ({
    input: { [file]: "src/index.ts" },
    platform,
    resolve: { conditionNames: [...conditions] },
    // What the application installs beside it: all but what is of this repository.
    external: (id: string) => /^[a-z@]/.test(id) && !id.startsWith("@witan/"),
    output: { dir: FOLDER, format: "esm", entryFileNames: file, codeSplitting: false },
  })),
);
