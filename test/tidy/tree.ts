// Reads the repository as it stands: what git tracks, and what it would track.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { TreeFile } from "./parse.ts";

const TOP = path.resolve(import.meta.dirname, "../..");

/** Every file of the repository. Text of what is not text is empty. */
export function readTree(): readonly TreeFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: TOP,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = [...new Set(listed.split("\0"))].filter(
    (each) => each !== "" && existsSync(path.join(TOP, each)),
  );
  return paths.sort().map((each) => ({ path: each, text: textOf(path.join(TOP, each)) }));
}

function textOf(file: string): string {
  const bytes = readFileSync(file);
  return bytes.includes(0) ? "" : bytes.toString("utf8");
}
