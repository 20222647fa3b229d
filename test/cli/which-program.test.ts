// What a start runs: in a checkout the few files made of the sources, unless anything that they are made of is newer.
import assert from "node:assert/strict";
import { cp, mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inFolder } from "./run.ts";

const SCRIPT = fileURLToPath(new URL("../../packages/cli/bin/which-program.js", import.meta.url));
const OLD = new Date(1_000_000);
const MADE = new Date(2_000_000);
const NEW = new Date(3_000_000);

/** A checkout of two packages, older than the few files made of it. */
async function checkout(folder: string): Promise<void> {
  const files = [
    ...["package-lock.json", "packages/cli/package.json", "packages/cli/src/main.ts"],
    ...["packages/node/package.json", "packages/node/src/deep/a.ts", "packages/cli/dist/main.js"],
  ];
  for (const file of [...files, "packages/cli/program/main.js"]) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), file.endsWith(".json") ? `{"type":"module"}` : "");
  }
  const folders = ["packages/cli/src", "packages/node/src", "packages/node/src/deep"];
  for (const path of [...files, ...folders]) await utimes(join(folder, path), OLD, OLD);
  await utimes(join(folder, "packages/cli/program/main.js"), MADE, MADE);
  await mkdir(join(folder, "packages/cli/bin"));
  await cp(SCRIPT, join(folder, "packages/cli/bin/which-program.js"));
}

/** Where a start in this checkout finds its program. */
async function programIn(folder: string): Promise<string> {
  const url = pathToFileURL(join(folder, "packages/cli/bin/which-program.js"));
  const { whichProgram } = (await import(url.href)) as {
    whichProgram(): { readonly file: string; readonly isCheckout: boolean };
  };
  const { file, isCheckout } = whichProgram();
  const at = fileURLToPath(file).slice(join(folder, "packages/cli/").length);
  assert.equal(isCheckout, !at.startsWith("dist"));
  return at;
}

describe("the program that a start runs", () => {
  it("is the few files that npm ci made, if nothing is newer", () =>
    inFolder(async (folder) => {
      await checkout(folder);
      assert.equal(await programIn(folder), "program/main.js");
    }));

  for (const edited of [
    ...["package-lock.json", "packages/cli/src/main.ts", "packages/node/src/deep/a.ts"],
    "packages/node/package.json",
  ])
    it(`is the sources once ${edited} was edited`, () =>
      inFolder(async (folder) => {
        await checkout(folder);
        await utimes(join(folder, edited), NEW, NEW);
        assert.equal(await programIn(folder), "src/main.ts");
      }));

  it("is the sources once one was deleted, and where nothing was made of them", () =>
    inFolder(async (folder) => {
      await checkout(folder);
      await rm(join(folder, "packages/node/src/deep/a.ts"));
      assert.equal(await programIn(folder), "src/main.ts");
      await rm(join(folder, "packages/cli/program"), { recursive: true });
      assert.equal(await programIn(folder), "src/main.ts");
    }));

  it("is what was built where there are no sources", () =>
    inFolder(async (folder) => {
      await checkout(folder);
      await rm(join(folder, "packages/cli/src"), { recursive: true });
      assert.equal(await programIn(folder), "dist/main.js");
    }));
});
