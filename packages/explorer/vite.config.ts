// How the page is built: plain files with hashed names, all of them from here, so that a node can serve them with a strict
// policy. The types' output lies beside it in dist/, and is not part of it.
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  resolve: { conditions: ["@witan/source", "browser", "module", "import", "default"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    outDir: "dist/page",
    emptyOutDir: true,
    // Data in addresses would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
