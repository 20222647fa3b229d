// The program `witan` in a test build: the node whose home holds `lies.json` runs as it is but for its network, which lies
// (lying-network.ts); every other command and node is the program itself.
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";

const LYING_NETWORK = new URL("./lying-network.ts", import.meta.url).href;
const CLI = new URL("../../packages/cli/", import.meta.url);

const home = process.argv[process.argv.indexOf("--home") + 1] ?? "";
if (process.argv.includes("--home") && existsSync(join(home, "lies.json"))) {
  registerHooks({
    resolve: (specifier, context, next) => {
      if (specifier === "@witan/p2p" && context.parentURL !== LYING_NETWORK)
        return { url: LYING_NETWORK, shortCircuit: true };
      return next(specifier, { ...context, conditions: [...context.conditions, "@witan/source"] });
    },
  });
  const { run } = (await import(
    new URL("src/main.ts", CLI).href
  )) as typeof import("../../packages/cli/src/main.ts");
  run(process.argv.slice(2));
} else await import(new URL("bin/witan.js", CLI).href);
