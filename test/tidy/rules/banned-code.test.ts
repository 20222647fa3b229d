import { breaks, holds } from "../made-up.ts";
import { bannedCode } from "./banned-code.ts";

const LEDGER = "packages/ledger/src/a.ts";
const CRYPTO_NODE = "packages/crypto/src/node/a.ts";
const TEST = "test/ledger/a.test.ts";

/** Where it is banned, the code, what is said, and something like it that is not banned there. */
const BANNED: readonly (readonly [string, string, RegExp, string])[] = [
  [LEDGER, "enum A { B }", /an enum; write a union of string literals/, 'type Enum = "a" | "b";'],
  [LEDGER, "const enum A { B }", /an enum/, "const a = { b: 1 } as const;"],
  [LEDGER, 'throw new Error("no");', /a bare Error; a bug of ours is an assert/, "class A extends Error {}"],
  [LEDGER, 'throw Error("no");', /a bare Error/, 'throw new AssertionError("no");'],
  [LEDGER, "f(a as any);", /a cast to any; name the type/, "f(a as unknown);"],
  [TEST, "f(a as any);", /a cast to any/, "f(a satisfies A);"],
  [LEDGER, "export default 1;", /a default export; export it by its name/, "export const a = 1;"],
  [LEDGER, "export default function a() {}", /a default export/, "export function a() {}"],
  [LEDGER, "const a = 1; export { a as default };", /a default export/, "switch (a) { default: b(); }"],
  [LEDGER, 'const a = require("a");', /require; write an import/, "function f(o: { require: number }) {}"],
  [
    LEDGER,
    'Buffer.from("a");',
    /Buffer where browsers run the code too; use Uint8Array/,
    "a.Buffer; new ArrayBuffer(1);",
  ],
  [LEDGER, "function f(a: Buffer) {}", /Buffer/, "function f(a: Uint8Array) {}"],
  [
    CRYPTO_NODE,
    "console.warn(1);",
    /console outside cli and lab; return what there is to say/,
    'Buffer.from("a");',
  ],
  [TEST, 'it.skip("a", f);', /a test that is left out, or alone; mend it/, 'it("a", f);'],
  [TEST, 'describe.only("a", f);', /a test that is left out, or alone/, "array.only(1);"],
  [TEST, 'xit("a", f);', /a test that is left out, or alone/, "exit(1);"],
  [TEST, "function f() { this.skip(); }", /a test that is left out, or alone/, "reader.skip(4);"],
  [TEST, "await sleep(100);", /a test that sleeps; wait for the thing itself/, "await settled;"],
  [
    TEST,
    'import { setTimeout } from "node:timers/promises";',
    /a test that sleeps/,
    'import { once } from "node:events";',
  ],
  [
    TEST,
    "await new Promise((resolve) => setTimeout(resolve, 100));",
    /a test that sleeps/,
    'await new Promise((resolve) => { socket.once("open", resolve); setTimeout(resolve, 100); });',
  ],
  [
    TEST,
    "await new Promise<void>(function (done) { setTimeout(() => { done(); }, 5); });",
    /a test that sleeps/,
    "setTimeout(() => controller.abort(), 5); await new Promise((resolve) => { child.on(e, resolve); });",
  ],
];

describe("tidy: bans on code", () => {
  for (const [path, code, message, instead] of BANNED) {
    it(`refuses ${code}`, () => {
      breaks(bannedCode, { [path]: `\n${code}` }, new RegExp(`^${path}:2: ${message.source}`));
      holds(bannedCode, { [path]: instead });
    });
  }

  it("bans each thing where it does harm, and there only", () => {
    holds(bannedCode, {
      "packages/cli/src/a.ts": "console.log(Buffer.alloc(1));",
      "packages/lab/src/a.ts": "console.log(Buffer.alloc(1)); await new Promise((r) => setTimeout(r, 100));",
      "packages/storage/src/a.ts": "Buffer.alloc(1);",
      "packages/primitives/src/platform/node.ts": 'import { Buffer } from "node:buffer";',
      [TEST]: 'throw new Error("in a test"); console.log(Buffer.alloc(1));',
    });
  });

  it("does not read strings and comments", () => {
    holds(bannedCode, {
      [LEDGER]: '// console.log(Buffer)\nconst a = "enum A {} throw new Error()"; /require("a")/;',
    });
  });
});
