import assert from "node:assert/strict";
import { SIGNING_LANES, type SignerGuard, SignerGuardError, type SigningSlot } from "@witan/crypto/node";
import type { Hash } from "@witan/primitives";
import fc from "fast-check";
import { Crash, CrashDisk, type Fate } from "./crash-disk.ts";
import { codeOf, digestOf, open, requests, signer, slot } from "./guard-cases.ts";

/** What a crash leaves: nothing of the unsynced write, all, or any first part, with or without garbage behind it. */
function fatesOf(length: number): readonly (readonly [Fate, boolean])[] {
  const fates: (readonly [Fate, boolean])[] = [
    ["lost", false],
    ["kept", false],
  ];
  for (let kept = 0; kept <= length; kept++) fates.push([kept, false], [kept, true]);
  return fates;
}

/** What the world saw: every signature that any life of the guard gave out. */
class World {
  readonly given = new Map<string, Hash>();

  see(wanted: SigningSlot, digest: Hash): void {
    const key = `${wanted.lane}/${wanted.height}/${wanted.view}/${wanted.step}`;
    assert.equal(this.given.get(key) ?? digest, digest, `two digests were signed for ${key}`);
    this.given.set(key, digest);
  }
}

async function runUntilCrash(
  guard: SignerGuard,
  script: readonly (readonly [SigningSlot, Hash])[],
  world: World,
): Promise<void> {
  for (const [wanted, digest] of script) {
    try {
      const answer = await guard.sign(wanted, digest, signer);
      if (answer.ok) world.see(wanted, digest);
    } catch (error) {
      assert.ok(error instanceof Crash || error instanceof SignerGuardError, String(error));
      return;
    }
  }
}

const SCRIPT: readonly (readonly [SigningSlot, Hash])[] = [
  [slot(1, 0, 0), digestOf("a")],
  [slot(1, 0, 1), digestOf("b")],
  [slot(1, 2, 0), digestOf("c")],
  [slot(2, 0, 0), digestOf("d")],
  // Off the critical path: below the votes, in lanes of their own, and one at the very slot of a vote.
  [slot(1, 0, 0, "certificate"), digestOf("e")],
  [slot(1, 2, 0, "checkpoint"), digestOf("f")],
  [slot(2, 0, 0, "certificate"), digestOf("g")],
];
const RIVALS = SCRIPT.map(([wanted]) => [wanted, digestOf("rival")] as const);

describe("crypto: the signer guard through crashes", () => {
  it("never contradicts and never forgets: a crash after every operation, torn at every byte", async () => {
    let crashes = 0;
    for (let crashAfter = 0; crashAfter < 22; crashAfter++) {
      const probe = new CrashDisk();
      await crashed(probe, crashAfter, new World());
      for (const [fate, garbage] of fatesOf(probe.writes.at(-1) ?? 0)) {
        const disk = new CrashDisk();
        const world = new World();
        await crashed(disk, crashAfter, world);
        disk.restart(fate, garbage);
        if (disk.bytes().length === 0) continue;
        crashes++;
        const guard = await open(disk, false);
        await runUntilCrash(guard, RIVALS, world);
        await runUntilCrash(guard, SCRIPT, world);
        for (const last of ["vote/2/0/0", "certificate/2/0/0", "checkpoint/1/2/0"])
          assert.ok(world.given.has(last), "a guard that came back signs on");
      }
    }
    assert.ok(crashes > 1000);
  }).timeout(60_000);

  /** Lives once, from creation to the crash. */
  async function crashed(disk: CrashDisk, crashAfter: number, world: World): Promise<void> {
    disk.crashAfter = crashAfter;
    try {
      await runUntilCrash(await open(disk, true), SCRIPT, world);
    } catch (error) {
      assert.ok(error instanceof Crash, String(error));
    }
  }

  it("makes durable what it read before it relies on it: a killed process, then a power loss", async () => {
    for (const [crashAfter, fate] of [
      [undefined, "lost"],
      [3, 10],
      [4, 10],
    ] as const) {
      const disk = new CrashDisk();
      const world = new World();
      const guard = await open(disk, true);
      await runUntilCrash(guard, SCRIPT.slice(0, 2), world);
      disk.crashAfter = 1;
      await runUntilCrash(guard, SCRIPT.slice(2, 3), world);
      disk.killProcess();
      // The third record can be read now, and is not on the disk.
      disk.crashAfter = crashAfter;
      try {
        await runUntilCrash(await open(disk, false), SCRIPT.slice(2, 3), world);
        assert.equal(world.given.size, 3);
      } catch (error) {
        assert.ok(error instanceof Crash, String(error));
      }
      disk.restart(fate, true);
      const again = await open(disk, false);
      for (const rival of RIVALS.slice(0, 3)) await runUntilCrash(again, [rival], world);
    }
  });

  it("remembers what it gave out, exactly, whatever crashes", async () => {
    const life = fc.record({
      steps: fc.array(requests, { maxLength: 8 }),
      crashAfter: fc.option(fc.nat(20), { nil: undefined }),
      fate: fc.oneof(fc.constantFrom<Fate>("lost", "kept"), fc.nat(1000)),
      garbage: fc.boolean(),
      processOnly: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { maxLength: 8 }), async (lives) => {
        const disk = new CrashDisk();
        await (await open(disk, true)).close();
        const world = new World();
        for (const { steps, crashAfter, fate, garbage, processOnly } of lives) {
          disk.crashAfter = crashAfter;
          try {
            const guard = await open(disk, false);
            await runUntilCrash(guard, steps, world);
          } catch (error) {
            assert.ok(error instanceof Crash, String(error));
          }
          if (processOnly) disk.killProcess();
          else disk.restart(fate, garbage);
        }
        const guard = await open(disk, false);
        for (const lane of SIGNING_LANES) {
          const given = [...world.given.keys()].filter((key) => key.startsWith(`${lane}/`));
          const last = given.sort().at(-1);
          if (last === undefined) continue;
          const [height, view, step] = last.split("/").slice(1).map(Number) as [number, number, number];
          const rival = guard.sign(slot(height, view, step, lane), digestOf("rival"), signer);
          assert.notEqual(await codeOf(rival), "ok");
        }
      }),
      { numRuns: 500 },
    );
  });
});
