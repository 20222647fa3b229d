// Bodies that are kept until their height is decided: by hash, a few of each sender.
import assert from "node:assert/strict";
import { type BlockHash, type Height, sha256Hex } from "@witan/primitives";
import { Bodies, type Body } from "../../packages/node/src/consensus/bodies.ts";
import { peerIdOfName } from "./seat.ts";

function body(number: number, from: string, height = 1): Body {
  const bytes = Uint8Array.of(number);
  return { from: peerIdOfName(from), hash: sha256Hex(bytes) as BlockHash, height: height as Height, bytes };
}

describe("bodies", () => {
  it("are kept two of each sender, the newest", () => {
    const bodies = new Bodies();
    const [first, second, third, other] = [body(1, "a"), body(2, "a"), body(3, "a"), body(4, "b")];
    for (const one of [first, other, second, third]) bodies.keep(one);
    assert.deepEqual(
      [first, second, third, other].map(({ hash }) => bodies.get(hash)),
      [undefined, second, third, other],
    );
  });

  it("are forgotten when their height is decided", () => {
    const bodies = new Bodies();
    const [early, late] = [body(1, "a", 1), body(2, "a", 2)];
    for (const one of [early, late]) bodies.keep(one);
    bodies.forget(1 as Height);
    assert.deepEqual([bodies.get(early.hash), bodies.get(late.hash)], [undefined, late]);
  });

  it("are waited for, until they come or are not wanted any more", async () => {
    const bodies = new Bodies();
    const one = body(1, "a");
    const enough = new AbortController();
    const [given, up] = [
      bodies.wait(one.hash, new AbortController().signal),
      bodies.wait(one.hash, enough.signal),
    ];
    enough.abort();
    assert.equal(await up, undefined);
    bodies.keep(one);
    assert.equal(await given, one);
    assert.equal(await bodies.wait(one.hash, new AbortController().signal), one);
  });
});
