#!/usr/bin/env node
// The door of the command `witan`. Written so that an old Node can read it and say what is wrong.
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { suitable, WANTED } from "./node-version.js";
import { whichProgram } from "./which-program.js";

const found = process.versions.node;
if (!suitable(found)) {
  const message =
    `witan needs Node ${WANTED}, and runs on ${found}. ` +
    "In a checkout, `npm ci` brings a suitable one: start witan by `npx witan`, or install Node 24.";
  if (process.argv.includes("--json"))
    console.log(JSON.stringify({ error: { code: 3, reason: "node-version", message } }));
  else console.error(message);
  process.exit(3);
}

const { file, isCheckout } = whichProgram();
if (isCheckout) {
  // Stripping types and compiling take most of a start; what was compiled is kept.
  nodeModule.enableCompileCache?.(fileURLToPath(new URL("../.witan/cache", import.meta.url)));
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "@witan/source"] }),
  });
}
const { run } = await import(file);
// Not waited for: `run` sees to every end itself.
run(process.argv.slice(2));
