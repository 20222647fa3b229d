// What a key says over an authenticated channel alone is guarded as its signatures are, and never taken for one.
import assert from "node:assert/strict";
import { AssertionError } from "@witan/primitives";
import { CrashDisk } from "./crash-disk.ts";
import { codeOf, digestOf, open, signer, slot } from "./guard-cases.ts";

describe("crypto: notes of the signer guard", () => {
  it("are refused where they contradict or regress, also after a restart, and repeat themselves freely", async () => {
    const disk = new CrashDisk();
    let guard = await open(disk, true);
    assert.equal(await codeOf(guard.note(slot(2), digestOf(1))), "ok");
    for (let life = 0; life < 2; life++) {
      assert.equal(await codeOf(guard.note(slot(2), digestOf(1))), "ok");
      assert.equal(await codeOf(guard.note(slot(2), digestOf(2))), "contradicts");
      assert.equal(await codeOf(guard.note(slot(1), digestOf(1))), "regresses");
      assert.deepEqual(guard.signedLast("vote"), { height: 2, slots: [{ view: 0, step: 0 }] });
      await guard.close();
      guard = await open(disk, false);
    }
  });

  it("stand in one order with signatures", async () => {
    const guard = await open(new CrashDisk(), true);
    assert.equal(await codeOf(guard.sign(slot(1, 1), digestOf(1), signer)), "ok");
    assert.equal(await codeOf(guard.note(slot(1, 0), digestOf(1))), "regresses");
    assert.equal(await codeOf(guard.note(slot(1, 2), digestOf(1))), "ok");
    assert.equal(await codeOf(guard.sign(slot(1, 1, 1), digestOf(1), signer)), "regresses");
  });

  it("are never handed out as signatures", async () => {
    const guard = await open(new CrashDisk(), true);
    assert.equal(await codeOf(guard.note(slot(1), digestOf(1))), "ok");
    await assert.rejects(guard.sign(slot(1), digestOf(1), signer), AssertionError);
    assert.equal(await codeOf(guard.note(slot(1), digestOf(1))), "ok");
  });
});
