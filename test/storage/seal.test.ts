// Seals: what is sealed one after the other in the same memory is as if each were sealed by itself.
import assert from "node:assert/strict";
import type { StoreChange } from "@witan/primitives";
import { SEAL_BYTES, seal, unseal } from "@witan/storage";
import fc from "fast-check";
import { sealedChanges } from "../../packages/storage/src/seal.ts";
import { copiesOf } from "./faults.ts";

const size = fc.oneof({ weight: 9, arbitrary: fc.nat(9) }, fc.integer({ min: 4_070, max: 4_110 }));
const bytes = size.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
const change: fc.Arbitrary<StoreChange> = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), key: bytes, value: bytes }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("delete" as const), key: bytes }, { noNullPrototype: true }),
);

describe("storage: seals", () => {
  it("are the same for changes of any sizes, in any order", () =>
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const alone = changes.map((one) =>
          one.kind === "put" ? { ...one, value: seal(one.key, one.value) } : one,
        );
        assert.deepEqual(copiesOf(sealedChanges(changes)), alone);
        for (const one of alone) {
          if (one.kind === "delete") continue;
          const opened = unseal(one.key, one.value);
          assert.deepEqual(opened, one.value.subarray(0, one.value.length - SEAL_BYTES));
        }
      }),
    ));

  it("of two batches that are gone through in turn do not touch each other", () => {
    const first = sealedChanges([{ kind: "put", key: new Uint8Array([1]), value: new Uint8Array([2]) }]);
    const second = sealedChanges([{ kind: "put", key: new Uint8Array([3]), value: new Uint8Array([4]) }]);
    const given = first.next().value;
    second.next();
    assert.ok(given?.kind === "put");
    assert.deepEqual(given.key, new Uint8Array([1]));
    assert.deepEqual(unseal(given.key, given.value), new Uint8Array([2]));
  });
});
