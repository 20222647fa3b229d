import { breaks, holds } from "../made-up.ts";
import { seeded } from "./seeded.ts";

const WORLD = "packages/simulator/src/world/a.ts";

/** A line of code, and what is said about it. */
const OF_THE_MACHINE: readonly (readonly [string, RegExp])[] = [
  ["Date.now();", /a clock in the simulator; time is that of the world/],
  ["new Date(0);", /a clock/],
  ["performance.now();", /a clock/],
  ["Math.random();", /differs between machines, or is random; compute with integers/],
  ["crypto.randomUUID();", /randomness in the simulator; draw from Random/],
  ['import { randomBytes } from "node:crypto";', /randomness/],
  ["Math.exp(1);", /differs between machines/],
  ["Math.log(2);", /differs between machines/],
  ["Math.pow(2, 3);", /differs between machines/],
  ["Math.sin(1);", /differs between machines/],
  ["Math.cos(1);", /differs between machines/],
  ["Math.tan(1);", /differs between machines/],
  ["Math.hypot(3, 4);", /differs between machines/],
  ['Math["log2"](8);', /differs between machines/],
  ["const { cbrt } = Math;", /differs between machines/],
  ["const n = 1.5 ** 3;", /differs between machines/],
  ["a.localeCompare(b);", /a locale in the simulator; compare with </],
];

describe("tidy: seeded worlds", () => {
  for (const [code, message] of OF_THE_MACHINE)
    it(`refuses ${code}`, () => {
      breaks(seeded, { [WORLD]: code }, message);
      holds(seeded, { "packages/node/src/a.ts": code, "test/simulator/a.test.ts": code });
    });

  it("lets in what is exact, and words that only sound so", () => {
    holds(seeded, {
      [WORLD]: `
        // Math.random and Date.now are for others
        const then = Date.parse("2026-01-01T00:00:00Z");
        const text = "performance";
        interface A { readonly Date: number }
        Math.max(Math.floor(1.5), Math.sqrt(2), Math.imul(3, 4)) * 2 ** 20;`,
    });
  });

  it("lets measure how long worlds take where that is told, and nowhere else", () => {
    const code = "const startedAt = performance.now();";
    holds(seeded, { "packages/simulator/src/run/run-worlds.ts": code });
    holds(seeded, { "packages/simulator/src/run/timed.ts": code });
    breaks(seeded, { "packages/simulator/src/run/pbft.ts": code }, /a clock/);
    breaks(seeded, { "packages/simulator/src/run/timed.ts": "Math.random();" }, /is random/);
  });
});
