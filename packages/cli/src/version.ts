// The version of this program.
import { readFileSync } from "node:fs";

/** The version in the package's manifest. */
export function programVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { version: string }).version;
}
