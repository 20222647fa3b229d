// An application of somebody else: an empty project, the client installed into it from its tarball, and built by Vite.
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const runFile = promisify(execFile);

/** Packs the client by the very command that docs/sdk.md names. Gives the files that the tarball holds. */
export async function packClient(folder: string): Promise<readonly string[]> {
  const argv = ["pack", "-w", "@witan/client", "--json", "--pack-destination", folder];
  const { stdout } = await runFile("npm", argv, { cwd: ROOT });
  const told = JSON.parse(stdout) as unknown;
  // Versions of npm differ in whether they list the packages or name them.
  const [pack] = Object.values(
    told as Record<string, { readonly files: readonly { readonly path: string }[] }>,
  );
  return pack?.files.map(({ path }) => path) ?? [];
}

/** Makes a project that has nothing but the client, and builds its page. Gives the folder of the page. */
export async function buildApp(folder: string): Promise<{ readonly project: string; readonly page: string }> {
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const project = join(folder, "project");
  await mkdir(project);
  const dependencies = { "@witan/client": `file:../${tarball}` };
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
