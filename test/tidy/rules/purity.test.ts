import { breaks, type Files, holds, pack } from "../made-up.ts";
import { purity } from "./purity.ts";

const BASE = '{ "compilerOptions": { "types": [], "lib": ["ES2023"] } }';
const PACKAGE: Files = {
  ...pack("ledger"),
  "packages/tsconfig.base.json": BASE,
  "packages/ledger/tsconfig.json": '{ "extends": "../tsconfig.base.json" }',
};

/** A line of code, and what is said about it. */
const IMPURE: readonly (readonly [string, RegExp])[] = [
  ["Date.now();", /a clock in a pure package; take the time as an argument/],
  ["new Date(0);", /a clock/],
  ["performance.now();", /a clock/],
  ["setTimeout(f, 1);", /a timer in a pure package; count ticks/],
  ["const t = setInterval;", /a timer/],
  ["setImmediate(f);", /a timer/],
  ["queueMicrotask(f);", /a timer/],
  ["console.log(1);", /the outer world in a pure package; take a port/],
  ["process.exit();", /the outer world/],
  ["await fetch(u);", /the outer world/],
  ["globalThis.x = 1;", /the outer world/],
  ["new WeakRef(o);", /the garbage collector/],
  ["crypto.getRandomValues(b);", /randomness in a pure package; take the random bytes/],
  ['import { randomBytes } from "@noble/hashes/utils.js";', /randomness/],
  ["a.localeCompare(b);", /a locale in a pure package; compare with </],
  ["n.toLocaleString();", /a locale/],
  ["new Intl.Collator();", /a locale/],
  ["Math.random();", /differs between machines, or is random; compute with integers/],
  ["Math.exp(1);", /differs between machines/],
  ["Math.pow(2, 3);", /differs between machines/],
  ['Math["log"](1);', /differs between machines/],
  ["const { sin } = Math;", /differs between machines/],
  ["const n = 10 ** m;", /differs between machines/],
  ['import fs from "node:fs";', /node:fs in a pure package; take what it gives as an argument/],
  ['import type { X } from "node:stream";', /node:stream in a pure package/],
  ['/// <reference types="node" />', /a \/\/\/ reference to node/],
  ['/// <reference lib="dom" />', /a \/\/\/ reference to dom/],
  ['declare module "node:fs" {}', /declarations of Node in a pure package/],
];

describe("tidy: pure packages", () => {
  for (const [code, message] of IMPURE) {
    it(`refuses ${code}`, () => {
      breaks(purity, { ...PACKAGE, "packages/ledger/src/a.ts": code }, message);
      holds(purity, { "packages/node/src/a.ts": code, "test/ledger/a.test.ts": code });
    });
  }

  it("lets members, strings and comments be called so, and exact mathematics in", () => {
    holds(purity, {
      ...PACKAGE,
      "packages/ledger/src/a.ts": `
        // Date.now and Math.random are for others
        const then = Date.parse("2026-01-01T00:00:00Z");
        interface A { process(): void; readonly Date: string }
        const text = "setTimeout(console)";
        a.process(); a.fetch; ({ console: 1 });
        Math.max(1, Math.floor(2), Math.PI) + 2 ** n + Number(2n ** 64n);`,
    });
  });

  it("lets platform/node.ts have two modules of Node, by exact path", () => {
    const platform = "packages/primitives/src/platform";
    const two = 'import { hash } from "node:crypto"; import { Buffer } from "node:buffer";';
    const declared = 'declare module "node:crypto" {} declare module "node:buffer" {}';
    holds(purity, { [`${platform}/node.ts`]: two, [`${platform}/node-types.d.ts`]: declared });
    breaks(purity, { [`${platform}/node.ts`]: 'import "node:fs";' }, /node:fs in a pure package/);
    breaks(
      purity,
      { [`${platform}/node-types.d.ts`]: 'declare module "node:fs" {}' },
      /declarations of Node/,
    );
    breaks(purity, { "packages/ledger/src/platform/node.ts": 'import "node:crypto";' }, /node:crypto/);
    breaks(
      purity,
      { "packages/ledger/src/node-types.d.ts": 'declare module "node:crypto" {}' },
      /declarations/,
    );
  });

  it("wants the compiler to see no globals but ECMAScript's", () => {
    const tsconfig = "packages/ledger/tsconfig.json";
    holds(purity, PACKAGE);
    breaks(
      purity,
      {
        ...PACKAGE,
        [tsconfig]: '{ "extends": "../tsconfig.base.json", "compilerOptions": { "types": ["node"] } }',
      },
      /ledger\/tsconfig\.json: must compile with "types": \[\]/,
    );
    breaks(
      purity,
      {
        ...PACKAGE,
        "packages/tsconfig.base.json": '{ "compilerOptions": { "types": [], "lib": ["ES2023", "DOM"] } }',
      },
      /must compile with "lib": \["ES2023"\]/,
    );
    breaks(purity, { ...PACKAGE, [tsconfig]: "{}" }, /"types"/, /"lib"/);
  });
});
