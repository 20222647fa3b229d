// An application of somebody else: an empty project, the packages installed into it from their tarballs, and built by Vite.
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const runFile = promisify(execFile);

/** The client, and what it needs of the workspace. */
export const PACKED = ["primitives", "crypto", "ledger", "rpc", "client"] as const;

/** Packs the packages as they would be published. Gives the files that each holds. */
export async function packAll(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  await runFile("npx", ["tsc", "-b", ...PACKED.map((name) => `packages/${name}`)], { cwd: ROOT });
  const files = new Map<string, readonly string[]>();
  for (const name of PACKED) {
    const argv = ["pack", "--json", "--pack-destination", folder];
    const { stdout } = await runFile("npm", argv, { cwd: join(ROOT, "packages", name) });
    const told = JSON.parse(stdout) as unknown;
    // Versions of npm differ in whether they list the packages or name them.
    const [pack] = Object.values(
      told as Record<string, { readonly files: readonly { readonly path: string }[] }>,
    );
    files.set(name, pack?.files.map(({ path }) => path) ?? []);
  }
  return files;
}

/** Makes a project that has nothing but the packages, and builds its page. Gives the folder of the page. */
export async function buildApp(folder: string): Promise<{ readonly project: string; readonly page: string }> {
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const project = join(folder, "project");
  await mkdir(project);
  const dependencies = Object.fromEntries(
    PACKED.map((name) => {
      const file = tarballs.find((one) => one.startsWith(`witan-${name}-`)) ?? "";
      return [`@witan/${name}`, `file:../${file}`];
    }),
  );
  const manifest = { name: "somebody-else", private: true, type: "module", dependencies };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest));
  const argv = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await runFile("npm", argv, { cwd: project });
  await cp(new URL("app/", import.meta.url), project, { recursive: true });
  await writeFile(
    join(project, "index.html"),
    '<title>app</title><script type="module" src="./run.ts"></script>',
  );
  await build({ root: project, configFile: false, logLevel: "error", build: { outDir: "page" } });
  return { project, page: join(project, "page") };
}

/** The text of all scripts of a page. */
export async function scriptsOf(page: string): Promise<string> {
  const files = await readdir(page, { recursive: true });
  const texts = files
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFile(join(page, name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

/** Checks the types of the application, as an editor would: strictly, by what the packages declare. */
export async function checkTypes(project: string): Promise<void> {
  const argv = ["--noEmit", "--strict", "--module", "esnext", "--moduleResolution", "bundler"];
  const targets = ["--target", "es2023", "--lib", "es2023,dom", "--types", "", "--skipLibCheck", "run.ts"];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  await runFile(process.execPath, [tsc, ...argv, ...targets], { cwd: project });
}
