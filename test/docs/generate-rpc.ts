// Writes docs/rpc.md; with `--check` fails instead if it is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import { rpcPage } from "./rpc-page.ts";

const file = new URL("../../docs/rpc.md", import.meta.url);
const page = rpcPage();
if (!process.argv.includes("--check")) writeFileSync(file, page);
else if (readFileSync(file, "utf8") !== page) {
  console.error("docs/rpc.md is not current: npm run docs:rpc");
  process.exitCode = 1;
}
