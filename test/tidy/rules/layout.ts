// The layout: what may lie at the top, and at the top of a package.
import type { Finding, Rule } from "../house.ts";

const FILES = [
  ...["package.json", "package-lock.json", "tsconfig.json", "biome.json"],
  ...["README.md", "LICENSE", "CHANGELOG.md"],
];
const FOLDERS = ["packages", "genesis", "test", "docs", ".ci"];
const DOT_FILES =
  /^\.(?:gitignore|gitattributes|editorconfig|npmrc|node-version|mocharc(?:\.[a-z]+)?\.json)$/;

const PACKAGE_FILES = ["package.json", "tsconfig.json", "README.md", "LICENSE"];
const PACKAGE_FOLDERS: Readonly<Record<string, readonly string[]>> = { cli: ["bin"], explorer: ["public"] };
const PACKAGE_EXTRAS: Readonly<Record<string, readonly string[]>> = {
  explorer: ["index.html", "vite.config.ts"],
  cli: ["rolldown.config.ts"],
  client: ["rolldown.config.ts"],
};
const SHARED = "packages/tsconfig.base.json";

function isAllowedAtTop([first = "", ...rest]: readonly string[]): boolean {
  return rest.length === 0 ? FILES.includes(first) || DOT_FILES.test(first) : FOLDERS.includes(first);
}

function isAllowedInPackage([, name = "", first = "", ...rest]: readonly string[]): boolean {
  if (rest.length > 0) return first === "src" || (PACKAGE_FOLDERS[name] ?? []).includes(first);
  return PACKAGE_FILES.includes(first) || (PACKAGE_EXTRAS[name] ?? []).includes(first);
}

/** Everything has its place. */
export const layout: Rule = {
  name: "the layout",
  check(house) {
    const found = new Map<string, Finding>();
    for (const path of house.files.keys()) {
      const parts = path.split("/");
      const [top = ""] = parts;
      if (!isAllowedAtTop(parts)) {
        const message = `may not lie at the top, where only ${[...FILES, ...FOLDERS].join(", ")} do; move it into one`;
        found.set(top, { file: top, message });
      } else if (top === "packages" && path !== SHARED && !isAllowedInPackage(parts)) {
        const file = parts.slice(0, 3).join("/");
        const message = `a package holds ${PACKAGE_FILES.join(", ")} and src/; move it into src/, test/ or docs/`;
        found.set(file, { file, message });
      }
    }
    return [...found.values()];
  },
};
