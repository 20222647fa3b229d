import { breaks, holds, pack } from "../made-up.ts";
import { docstrings } from "./docstrings.ts";

const INDEX = "packages/ledger/src/index.ts";
const FILE = "packages/ledger/src/a.ts";
const LEDGER = { ...pack("ledger"), [INDEX]: 'export * from "./a.ts";' };

describe("tidy: docstrings", () => {
  it("refuses every kind of public declaration without one", () => {
    for (const code of ["const a = 1;", "function a() {}", "class a {}", "interface a {}", "type a = 1;"]) {
      breaks(
        docstrings,
        { ...LEDGER, [FILE]: `\nexport ${code}` },
        /a\.ts:2: a is public but has no docstring; say/,
      );
      holds(docstrings, { ...LEDGER, [FILE]: `/** The first. */\nexport ${code}` });
    }
  });

  it("wants it directly above, filled, and with two stars", () => {
    const bad = ["// A.", "/* A. */", "/** */", "/***/", "/** A. */\n", "/** A. */\nf();\n"];
    for (const comment of bad) {
      breaks(docstrings, { ...LEDGER, [FILE]: `${comment}\nexport const a = 1;` }, /a is public/);
    }
    for (const comment of [
      "/**\n * A.\n */",
      "/** A. */ ",
      "/** A. */\n// biome-ignore lint/x: why",
      "// B.\n\n/** A. */",
    ]) {
      holds(docstrings, { ...LEDGER, [FILE]: `${comment}\nexport const a = 1;` });
    }
  });

  it("follows names through files, under other names, and by way of imports", () => {
    const passing = [
      'export { a } from "./a.ts";',
      'export { a as b } from "./a.ts";',
      'export type { a } from "./a.ts";',
      'export * as all from "./a.ts";',
      'import { a } from "./a.ts";\nexport { a };',
      'import { a as b } from "./a.ts";\nexport { b as c };',
    ];
    for (const middle of passing) {
      const files = {
        ...LEDGER,
        [INDEX]: 'export * from "./middle.ts";',
        "packages/ledger/src/middle.ts": middle,
      };
      breaks(docstrings, { ...files, [FILE]: "export const a = 1;" }, /a\.ts:1: \w+ is public but/);
      holds(docstrings, { ...files, [FILE]: "/** A. */\nexport const a = 1;" });
    }
  });

  it("looks behind second doors too, and at what `imports` of the manifest names", () => {
    breaks(
      docstrings,
      {
        ...pack("crypto", [], { imports: { "#platform": { node: "./src/a.ts", default: "./src/b.ts" } } }),
        "packages/crypto/src/a.ts": "export const c = 1;",
        "packages/crypto/src/b.ts": "export const c = 2;",
        "packages/crypto/src/node/index.ts": 'export { c } from "#platform"; export const d = 1;',
      },
      /crypto\/src\/a\.ts:1: c is public/,
      /crypto\/src\/b\.ts:1: c is public/,
      /crypto\/src\/node\/index\.ts:1: d is public/,
    );
  });

  it("asks for none where nobody sees it", () => {
    holds(docstrings, {
      ...LEDGER,
      [FILE]: "const a = 1; function b() {}\n/** I. */\nexport interface I { member: number }",
      "packages/ledger/src/b.ts": "export const inner = 1;",
      [INDEX]: 'export * from "./a.ts"; export { sha256 } from "@witan/primitives";',
    });
  });

  it("takes the docstring of a first overload for all", () => {
    const overloads =
      "export function f(a: string): void;\nexport function f(a: number): void;\nexport function f() {}";
    holds(docstrings, { ...LEDGER, [FILE]: `/** F. */\n${overloads}` });
    breaks(docstrings, { ...LEDGER, [FILE]: overloads }, /f is public/);
  });
});
