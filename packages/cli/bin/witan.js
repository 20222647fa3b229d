#!/usr/bin/env node
// The door of the command `witan`. Written so that an old Node can read it and say what is wrong. In a checkout it runs
// the sources as they are; an installed package has none, and runs what was built.
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";

const wanted = [22, 18];
const found = process.versions.node.split(".").map(Number);
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    "witan needs Node " +
      wanted.join(".") +
      " or later, and runs on " +
      process.versions.node +
      ". " +
      "In a checkout, `npm ci` brings a suitable one: start witan by `npx witan`, or install Node 24.",
  );
  process.exit(3);
}

const source = new URL("../src/main.ts", import.meta.url);
if (existsSync(source)) {
  nodeModule.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "@witan/source"] }),
  });
}
const { main } = await import(
  existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href
);
process.exitCode = await main(process.argv.slice(2));
