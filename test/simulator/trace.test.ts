// Traces: the same bytes on every run and every machine. WITAN_GOLDEN=write writes the known digests anew: they change with
// whatever changes worlds, and must not change otherwise.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runSeed, traceSeed, type WorldKind } from "@witan/simulator";

const FILE = fileURLToPath(new URL("./golden/digests.json", import.meta.url));

/** Few members, so that the file says which; the first is all by its seed. */
const KNOWN: Readonly<Record<string, { readonly kind: WorldKind; readonly seed: number }>> = {
  "seed 5": { kind: { protocol: "pbft", level: "engines", wishes: {} }, seed: 5 },
  "seed 4711, four members": {
    kind: { protocol: "pbft", level: "engines", wishes: { members: 4 } },
    seed: 4_711,
  },
  "seed 12, two of seven lie, wan": {
    kind: { protocol: "pbft", level: "engines", wishes: { members: 7, byzantine: 2, network: "wan" } },
    seed: 12,
  },
  "whole nodes, seed 6, four members": {
    kind: { protocol: "pbft", level: "nodes", wishes: { members: 4 } },
    seed: 6,
  },
  "whole nodes, seed 4, one of four lies and runs twice": {
    kind: { protocol: "pbft", level: "nodes", wishes: { members: 4, byzantine: 1, adversaries: ["twin"] } },
    seed: 4,
  },
  "a large seed": {
    kind: { protocol: "pbft", level: "engines", wishes: { members: 4, network: "lan" } },
    seed: 9_007_199_254_740_991,
  },
};

describe("a trace", () => {
  for (const [name, { kind, seed }] of Object.entries(KNOWN))
    it(`is what it always was: ${name}`, async () => {
      const once = await traceSeed(kind, seed);
      const again = await traceSeed(kind, seed);
      assert.equal(again.digest, once.digest);
      assert.deepEqual(again.lines, once.lines);
      const known = JSON.parse(readFileSync(FILE, "utf8")) as Record<string, string>;
      if (process.env["WITAN_GOLDEN"] === "write")
        writeFileSync(FILE, `${JSON.stringify({ ...known, [name]: once.digest }, undefined, 2)}\n`);
      else assert.equal(once.digest, known[name], "worlds have changed: see the top of this file");
    }).timeout(60_000);

  it("has a digest that anybody can compute, and tells of everything", async () => {
    const kind = { protocol: "pbft", level: "engines", wishes: { members: 4, byzantine: 1 } } as const;
    const { lines, digest, outcome } = await traceSeed(kind, 40);
    assert.equal(
      createHash("sha256")
        .update(lines.map((line) => `${line}\n`).join(""))
        .digest("hex"),
      digest,
    );
    assert.match(lines[0] ?? "", /^# pbft, seed 40$/);
    const body = lines.filter((line) => !line.startsWith("# "));
    for (const line of body) assert.match(line, /^\d+\.\d{6} \S/);
    const times = body.map((line) => Number.parseFloat(line));
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    const text = body.join("\n");
    for (const what of [
      /v\d says PREPARE/,
      /v\d decides \w{8} at 1$/m,
      /v\d writes view 0/,
      /v\d <- #2$/m,
      /v\d x {2}#/,
    ])
      assert.ok(what.test(text), String(what));
    assert.match(lines.at(-2) ?? "", new RegExp(`^# engines: ${outcome.events} events, `));
    assert.equal(lines.at(-1), "# no violation");
  }).timeout(60_000);

  it("changes nothing in the world: it comes to the same without", async () => {
    const kind = { protocol: "pbft", level: "engines", wishes: {} } as const;
    for (const seed of [1, 2, 3])
      assert.deepEqual((await traceSeed(kind, seed)).outcome, await runSeed(kind, seed));
  }).timeout(60_000);

  it("tells of timers and views where a view ends", async () => {
    const kind = { protocol: "pbft", level: "engines", wishes: { members: 4 } } as const;
    const text = (await traceSeed(kind, 44)).lines.join("\n");
    for (const what of [
      /v\d gives up view 0: its timer has run out/,
      /v\d is in view 1/,
      /^\d+\.\d{6} (?:cut|storm): /m,
      /from here on nothing is lost or late/,
    ])
      assert.ok(what.test(text), String(what));
    // Somebody's timer comes before anybody can follow.
    const follows = text.indexOf("follows to view 1");
    assert.ok(text.indexOf("gives up view 0") < (follows < 0 ? text.length : follows));
  }).timeout(60_000);
});
