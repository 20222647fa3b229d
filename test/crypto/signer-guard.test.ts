import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import {
  FileError,
  SIGNING_LANES,
  SignerGuard,
  SignerGuardError,
  type SigningLane,
  type SigningSlot,
} from "@witan/crypto/node";
import { AssertionError, type Hash, type Signature } from "@witan/primitives";
import fc from "fast-check";
import { CrashDisk } from "./crash-disk.ts";
import {
  CHAIN,
  codeOf,
  digestOf,
  open,
  PUBLIC_KEY,
  requests,
  signatureOf,
  signer,
  slot,
} from "./guard-cases.ts";
import { temporaryFiles } from "./temporary-directory.ts";

function compare(a: SigningSlot, b: SigningSlot): number {
  return a.height - b.height || a.view - b.view || a.step - b.step;
}

/** The dumb model: everything that was ever signed, in a list; asked about a lane, it looks at that lane only. */
class Model {
  signed: { slot: SigningSlot; digest: Hash }[] = [];

  answer(wanted: SigningSlot, digest: Hash): string {
    const signed = this.signed.filter((each) => each.slot.lane === wanted.lane);
    const greatest = Math.max(-1, ...signed.map((each) => each.slot.height));
    const remembered = signed.filter((each) => each.slot.height === greatest).slice(-64);
    const old = remembered.find((each) => compare(each.slot, wanted) === 0);
    if (old !== undefined) return old.digest === digest ? "ok" : "contradicts";
    if (signed.some((each) => compare(each.slot, wanted) > 0)) return "regresses";
    this.signed.push({ slot: wanted, digest });
    return "ok";
  }

  last(lane: SigningLane): unknown {
    const slots = this.signed.map((each) => each.slot).filter((each) => each.lane === lane);
    const height = Math.max(-1, ...slots.map((each) => each.height));
    const newest = slots.filter((each) => each.height === height).slice(-64);
    return slots.length === 0
      ? undefined
      : { height, slots: newest.map(({ view, step }) => ({ view, step })) };
  }
}

describe("crypto: the signer guard", () => {
  const file = temporaryFiles();
  const options = (changed: object = {}) => ({
    file: file("guard"),
    publicKey: PUBLIC_KEY,
    chainId: CHAIN,
    create: false,
    ...changed,
  });

  it("works on a real file: made once, bound to key and chain, remembered over restarts", async () => {
    assert.equal(await codeOf(SignerGuard.open(options())), "missing");
    const opened = await SignerGuard.open(options({ create: true }));
    assert.ok(opened.ok);
    assert.equal(statSync(file("guard")).mode & 0o777, 0o600);
    assert.equal(await codeOf(SignerGuard.open(options({ create: true }))), "exists");
    const guard = opened.value;
    for (let height = 1; height < 10; height++)
      assert.equal(await codeOf(guard.sign(slot(height), digestOf(height), signer)), "ok");
    assert.equal(statSync(file("guard")).size, 40_960);
    await guard.close();
    await assert.rejects(
      guard.sign(slot(99), digestOf(1), signer),
      (e) => e instanceof SignerGuardError && e.code === "closed",
    );
    await guard.close();

    assert.equal(await codeOf(SignerGuard.open(options({ publicKey: `03${"11".repeat(32)}` }))), "other-key");
    assert.equal(await codeOf(SignerGuard.open(options({ chainId: "23".repeat(32) }))), "other-chain");
    const again = await SignerGuard.open(options());
    assert.ok(again.ok);
    assert.deepEqual(await again.value.sign(slot(9), digestOf(9), signer), {
      ok: true,
      value: signatureOf(digestOf(9)),
    });
    assert.equal(await codeOf(again.value.sign(slot(9), digestOf(8), signer)), "contradicts");
    assert.equal(await codeOf(again.value.sign(slot(8), digestOf(8), signer)), "regresses");
    await again.value.close();
  });

  it("refuses a file without a whole record, of any size, and says what to do", async () => {
    const made = await SignerGuard.open(options({ create: true }));
    assert.ok(made.ok);
    await made.value.close();
    const good = readFileSync(file("guard"));
    const both = Buffer.from(good);
    both[20] = (both[20] ?? 0) ^ 1;
    both[20_480 + 20] = (both[20_480 + 20] ?? 0) ^ 1;
    for (const bytes of [
      both,
      Buffer.alloc(0),
      good.subarray(0, 20_480),
      Buffer.concat([good, good]),
      Buffer.alloc(40_960, 255),
    ]) {
      writeFileSync(file("guard"), bytes);
      const opened = await SignerGuard.open(options());
      assert.ok(!opened.ok && opened.code === "damaged" && opened.detail?.includes("replace it"));
    }
  });

  it("throws a typed error where the file system fails", async () => {
    writeFileSync(file("plain"), "x");
    const failing = SignerGuard.open(options({ file: `${file("plain")}/guard` }));
    await assert.rejects(failing, (error) => error instanceof FileError && error.code === "ENOTDIR");
  });

  it("does as the dumb model does, over restarts", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 9, arbitrary: requests }, fc.constant("restart" as const))),
        async (steps) => {
          const disk = new CrashDisk();
          const model = new Model();
          let guard = await open(disk, true);
          for (const step of steps) {
            if (step === "restart") {
              await guard.close();
              guard = await open(disk, false);
              continue;
            }
            const [wanted, digest] = step;
            const answer = await guard.sign(wanted, digest, signer);
            assert.equal(answer.ok ? "ok" : answer.code, model.answer(wanted, digest));
            for (const lane of SIGNING_LANES) assert.deepEqual(guard.signedLast(lane), model.last(lane));
            if (answer.ok) assert.equal(answer.value, signatureOf(digest));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it("keeps lanes apart: an order and digests of their own, through restarts", async () => {
    const disk = new CrashDisk();
    let guard = await open(disk, true);
    const reopen = async () => {
      await guard.close();
      guard = await open(disk, false);
    };
    const ask = (wanted: SigningSlot, name: string) => codeOf(guard.sign(wanted, digestOf(name), signer));
    // A vote for height 9 does not stop the certificate of 8, nor the checkpoint of 4.
    assert.equal(await ask(slot(9, 1, 1, "vote"), "v9"), "ok");
    assert.equal(await ask(slot(8, 0, 0, "certificate"), "c8"), "ok");
    assert.equal(await ask(slot(4, 0, 0, "checkpoint"), "p4"), "ok");
    for (const lane of SIGNING_LANES) assert.equal(await ask(slot(9, 2, 0, lane), `9 ${lane}`), "ok");
    await reopen();
    for (const lane of SIGNING_LANES) {
      assert.equal(await ask(slot(9, 2, 0, lane), `9 ${lane}`), "ok");
      assert.equal(await ask(slot(9, 2, 0, lane), "rival"), "contradicts");
      assert.equal(await ask(slot(9, 0, 0, lane), "late"), "regresses");
      assert.equal(
        await ask(slot(8, 0, 0, lane), "c8"),
        "regresses",
        "a lane forgets what is below its height",
      );
    }
    assert.equal(await ask(slot(10, 0, 0, "vote"), "v10"), "ok");
    await reopen();
    assert.equal(await ask(slot(9, 3, 0, "vote"), "x"), "regresses");
    assert.equal(await ask(slot(9, 3, 0, "certificate"), "x"), "ok");
    assert.equal(await ask(slot(9, 3, 0, "checkpoint"), "y"), "ok");
  });

  it("has room for all lanes full, at the greatest numbers, and reads each back as it was", async () => {
    const disk = new CrashDisk();
    let guard = await open(disk, true);
    const top = Number.MAX_SAFE_INTEGER;
    const each = SIGNING_LANES.flatMap((lane) =>
      Array.from({ length: 64 }, (_, index) => slot(top, top - 63 + index, 255, lane)),
    );
    const nameOf = ({ lane, view }: SigningSlot) => `${lane} ${view}`;
    for (const wanted of each) await guard.sign(wanted, digestOf(nameOf(wanted)), signer);
    assert.equal(Math.max(...disk.writes), 20_300);
    await guard.close();
    guard = await open(disk, false);
    for (const wanted of each) {
      const answer = await guard.sign(wanted, digestOf(nameOf(wanted)), signer);
      assert.deepEqual(answer, { ok: true, value: signatureOf(digestOf(nameOf(wanted))) });
      assert.equal(await codeOf(guard.sign(wanted, digestOf("rival"), signer)), "contradicts");
    }
  });

  it("remembers the 64 newest slots of a height, all of them over a restart", async () => {
    const disk = new CrashDisk();
    let guard = await open(disk, true);
    for (let view = 0; view < 70; view++) await guard.sign(slot(5, view, 3), digestOf(view), signer);
    await guard.close();
    guard = await open(disk, false);
    for (let view = 0; view < 70; view++) {
      const expected = view < 6 ? "regresses" : "ok";
      assert.equal(await codeOf(guard.sign(slot(5, view, 3), digestOf(view), signer)), expected, `${view}`);
      assert.equal(
        await codeOf(guard.sign(slot(5, view, 3), digestOf("x"), signer)),
        view < 6 ? "regresses" : "contradicts",
      );
    }
    assert.ok(Math.max(...disk.writes) <= 20_480);
    const edge = slot(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 255);
    assert.equal(await codeOf(guard.sign(edge, digestOf("edge"), signer)), "ok");
    await guard.close();
    guard = await open(disk, false);
    assert.equal(await codeOf(guard.sign(edge, digestOf("other"), signer)), "contradicts");
  });

  it("asks the key only for what is new, one after the other, and writes once for each", async () => {
    const disk = new CrashDisk();
    const guard = await open(disk, true);
    const before = disk.operations;
    let running = 0;
    let asked = 0;
    const slow = async (digest: Hash) => {
      asked++;
      assert.equal(++running, 1);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return signatureOf(digest);
    };
    const calls = [1, 2, 2, 1].map((view) => guard.sign(slot(1, view), digestOf(view), slow));
    const rival = guard.sign(slot(1, 2), digestOf("rival"), slow);
    const codes = await Promise.all([...calls, rival].map(codeOf));
    assert.deepEqual(codes, ["ok", "ok", "ok", "ok", "contradicts"]);
    assert.equal(asked, 2);
    assert.equal(disk.operations - before, 4, "a write and a sync for each signature");
  });

  it("records nothing when the key fails, and asserts its arguments", async () => {
    const guard = await open(new CrashDisk(), true);
    await assert.rejects(
      guard.sign(slot(1), digestOf(1), () => Promise.reject(new Error("no key"))),
      /no key/,
    );
    await assert.rejects(
      guard.sign(slot(1), digestOf(1), () => "00" as Signature),
      AssertionError,
    );
    for (const bad of [
      slot(-1),
      slot(1.5),
      slot(2 ** 53),
      slot(1, -1),
      slot(1, Number.NaN),
      slot(1, 0, 256),
      slot(1, 0, -1),
      slot(1, 0, 0, "proposal" as SigningLane),
      slot(1, 0, 0, "toString" as SigningLane),
    ]) {
      await assert.rejects(guard.sign(bad, digestOf(1), signer), AssertionError);
    }
    await assert.rejects(guard.sign(slot(1), "00" as Hash, signer), AssertionError);
    assert.equal(await codeOf(guard.sign(slot(1), digestOf(2), signer)), "ok");
  });

  it("is poisoned by a failed write or sync: nothing is given out any more, not even what was", async () => {
    for (const failure of ["write", "dataSync"] as const) {
      const disk = new CrashDisk();
      const guard = await open(disk, true);
      assert.equal(await codeOf(guard.sign(slot(1), digestOf(1), signer)), "ok");
      disk.failNext = failure;
      const calls = [
        guard.sign(slot(2), digestOf(2), signer),
        guard.sign(slot(3), digestOf(3), signer),
        guard.sign(slot(1), digestOf(1), signer),
      ];
      const [first, ...later] = await Promise.allSettled(calls);
      assert.ok(first?.status === "rejected" && !(first.reason instanceof SignerGuardError));
      for (const each of later) {
        assert.ok(
          each.status === "rejected" &&
            each.reason instanceof SignerGuardError &&
            each.reason.code === "poisoned",
        );
      }
    }
  });

  it("survives one damaged record: any flipped bit of the older leaves the newer", async () => {
    const disk = new CrashDisk();
    const guard = await open(disk, true);
    await guard.sign(slot(1), digestOf(1), signer);
    await guard.sign(slot(2), digestOf(2), signer);
    await guard.close();
    const bytes = disk.bytes();
    const newer = disk.writes.length % 2 === 1 ? 0 : 20_480;
    const room = 108 + 105 + 32;
    for (let at = 0; at < room; at++) {
      const damaged = bytes.slice();
      const older = 20_480 - newer;
      damaged[older + at] = (damaged[older + at] ?? 0) ^ (1 << (at % 8));
      const copy = new CrashDisk();
      copy.overwrite(damaged);
      const again = await open(copy, false);
      assert.equal(await codeOf(again.sign(slot(2), digestOf("other"), signer)), "contradicts", `byte ${at}`);
    }
  });
});
