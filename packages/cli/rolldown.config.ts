// The program as a few files: a node starts from them in less than half the time that a thousand modules take
// (docs/decisions/016). `npm ci` makes them; bin/witan.js runs them unless a source is newer.
import { defineConfig } from "rolldown";

export default defineConfig({
  input: {
    main: "src/main.ts",
    // Threads and processes of their own, started by their file's name.
    "verifier-worker": "../crypto/src/node/verifier-worker.ts",
    "miner-worker": "../crypto/src/node/miner-worker.ts",
    "load-process": "../lab/src/load/load-process.ts",
    "simulated-worker": "../lab/src/compare/simulated-worker.ts",
    "thread-worker": "../simulator/src/run/thread-worker.ts",
  },
  platform: "node",
  resolve: { conditionNames: ["@witan/source", "node", "import"] },
  // What is loaded from where it lies: native code, and the page's folder.
  external: [/^node:/, "classic-level", "secp256k1", /^secp256k1\//, "@witan/explorer"],
  output: { dir: "program", format: "esm", entryFileNames: "[name].js", cleanDir: true },
});
