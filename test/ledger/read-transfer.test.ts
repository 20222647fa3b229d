// Reading transfers by hand: exactly what the codec reads, of exactly the bytes that it takes. Valid encodings, and what
// is nearly one: each byte and each length changed, offsets moved, bytes put in and taken out.
import assert from "node:assert/strict";
import {
  decodeTransaction,
  readTransfer,
  type Transaction,
  type Transfer,
  transactionCodec,
  type Witness,
} from "@witan/ledger";
import { bytesToHex } from "@witan/primitives";
import fc from "fast-check";
import * as arbitraries from "./arbitraries.ts";
import { TestLedger } from "./build.ts";

/** What both must answer: the codec's transfer, or nothing. */
function expected(bytes: Uint8Array): Transaction | undefined {
  const decoded = transactionCodec.decode(bytes);
  return decoded.ok && decoded.value.body.kind === "transfer" ? decoded.value : undefined;
}

function agree(bytes: Uint8Array): "a transfer" | "none" {
  const transfer = expected(bytes);
  assert.deepEqual(readTransfer(bytes), transfer, bytesToHex(bytes));
  return transfer ? "a transfer" : "none";
}

const transfers = arbitraries.transaction.filter(({ body }) => body.kind === "transfer");

/** Every list filled, and policies of every node: all offsets differ. */
const FULL_BODY: Transfer = {
  kind: "transfer",
  inputs: [
    { transaction: "1a".repeat(32) as never, index: 258 },
    { transaction: "2b".repeat(32) as never, index: 0 },
  ],
  outputs: [{ asset: 7 as never, amount: (2n ** 64n - 2n) as never, policyHash: "3c".repeat(32) as never }],
  fee: (2n ** 40n) as never,
  issued: [{ asset: 1 as never, amount: 5n as never }],
  destroyed: [{ asset: 2 as never, amount: 6n as never }],
  validUntil: (2 ** 53 - 2) as never,
  memo: "4d5e6f",
};
const THRESHOLD = { kind: "threshold", required: 2, children: 3 } as const;
const FULL: Transaction = {
  body: FULL_BODY,
  witness: {
    policies: [
      [],
      [
        THRESHOLD,
        { kind: "hidden", hash: "5e".repeat(32) as never },
        { kind: "key", publicKey: `02${"6f".repeat(32)}` as never },
        { kind: "after", time: (2 ** 53 - 3) as never },
      ],
      [{ kind: "hash", digest: "7a".repeat(32) as never }],
    ],
    signatures: [{ publicKey: `03${"8b".repeat(32)}` as never, signature: "9c".repeat(64) as never }],
    preimages: ["ad".repeat(32), "be".repeat(32)],
  },
};
const FULL_BYTES = transactionCodec.encode(FULL);

/** With some bytes in place of others. */
function spliced(bytes: Uint8Array, at: number, remove: number, insert: Iterable<number>): Uint8Array {
  return new Uint8Array([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)]);
}

const many = <T>(one: T | undefined, count: number): T[] => new Array<T>(count).fill(one as T);

/** Where the offsets of a transfer stand: of its witness, its lists, and the lists of the witness behind that. */
const WITNESS_AT = 4;
const BODY_OFFSETS = [9, 13, 25, 29, 41];

/** The bytes with one element more, so many in all: what the codec does not encode if they are too many. */
type Growth = (bytes: Uint8Array, count: number) => Uint8Array;

/** One element of zeros more at the end of a list of the body. */
function moreInBody(list: number, size: number): Growth {
  return (bytes) => {
    const view = new DataView(bytes.buffer);
    const next = BODY_OFFSETS[list + 1];
    const end = next === undefined ? view.getUint32(WITNESS_AT, true) : 9 + view.getUint32(next, true);
    const longer = spliced(bytes, end, 0, new Uint8Array(size));
    return moved(longer, [...BODY_OFFSETS.slice(list + 1), WITNESS_AT], size);
  };
}

/** As `moreInBody`, of a list of the witness. */
function moreInWitness(list: number, size: number): Growth {
  return (bytes) => {
    const view = new DataView(bytes.buffer);
    const start = view.getUint32(WITNESS_AT, true);
    const offsets = [start, start + 4, start + 8];
    const next = offsets[list + 1];
    const end = next === undefined ? bytes.length : start + view.getUint32(next, true);
    return moved(spliced(bytes, end, 0, new Uint8Array(size)), offsets.slice(list + 1), size);
  };
}

function moved(bytes: Uint8Array, offsets: readonly number[], by: number): Uint8Array {
  const view = new DataView(bytes.buffer);
  for (const at of offsets) view.setUint32(at, view.getUint32(at, true) + by, true);
  return bytes;
}

/** Other policies, each of so many thresholds, in place of none. */
function withPolicies(sizesOf: (count: number) => readonly number[]): Growth {
  const table = (elements: readonly (readonly number[])[]): number[] => {
    const offsets = new DataView(new ArrayBuffer(4 * elements.length));
    let at = 4 * elements.length;
    elements.forEach((element, index) => {
      offsets.setUint32(4 * index, at, true);
      at += element.length;
    });
    return [...new Uint8Array(offsets.buffer), ...elements.flat()];
  };
  return (_, count) => {
    const policies = table(sizesOf(count).map((size) => table(many([4, 1, 1], size))));
    const bytes = transactionCodec.encode({ ...FULL, witness: { ...FULL.witness, policies: [] } });
    const start = new DataView(bytes.buffer).getUint32(WITNESS_AT, true);
    return moved(spliced(bytes, start + 12, 0, policies), [start + 4, start + 8], policies.length);
  };
}

/** Each list of a transfer: how long it may be, a transfer with one so long, and its bytes with one element more. */
const LISTS: readonly {
  readonly max: number;
  readonly make: (count: number) => Transaction;
  readonly more: Growth;
}[] = [
  { max: 256, make: (n) => inBody({ inputs: many(FULL_BODY.inputs[0], n) }), more: moreInBody(0, 34) },
  { max: 256, make: (n) => inBody({ outputs: many(FULL_BODY.outputs[0], n) }), more: moreInBody(1, 44) },
  { max: 64, make: (n) => inBody({ issued: many(FULL_BODY.issued[0], n) }), more: moreInBody(2, 12) },
  { max: 64, make: (n) => inBody({ destroyed: many(FULL_BODY.issued[0], n) }), more: moreInBody(3, 12) },
  { max: 256, make: (n) => inBody({ memo: "00".repeat(n) }), more: moreInBody(4, 1) },
  {
    max: 256,
    make: (n) => inWitness({ signatures: many(FULL.witness.signatures[0], n) }),
    more: moreInWitness(1, 97),
  },
  { max: 64, make: (n) => inWitness({ preimages: many("00".repeat(32), n) }), more: moreInWitness(2, 32) },
  { max: 320, make: (n) => inWitness({ policies: many([], n) }), more: withPolicies((n) => many(0, n)) },
  { max: 32, make: (n) => inWitness({ policies: [many(THRESHOLD, n)] }), more: withPolicies((n) => [n]) },
];

function inBody(lists: Partial<Transfer>): Transaction {
  return { ...FULL, body: { ...FULL_BODY, ...lists } };
}

function inWitness(lists: Partial<Witness>): Transaction {
  return { ...FULL, witness: { ...FULL.witness, ...lists } };
}

describe("readTransfer", () => {
  it("reads what the codec writes, wherever it lies in memory", () =>
    fc.assert(
      fc.property(transfers, fc.nat({ max: 9 }), (transfer, offset) => {
        const bytes = transactionCodec.encode(transfer);
        const around = new Uint8Array(offset + bytes.length + 8).fill(0xee);
        around.set(bytes, offset);
        assert.equal(agree(around.subarray(offset, offset + bytes.length)), "a transfer");
      }),
    ));

  it("leaves other transactions to the codec", () =>
    fc.assert(
      fc.property(arbitraries.transaction, (transaction) => {
        const bytes = transactionCodec.encode(transaction);
        assert.equal(agree(bytes), transaction.body.kind === "transfer" ? "a transfer" : "none");
      }),
    ));

  it("agrees wherever one byte is another", () => {
    const found = { "a transfer": 0, none: 0 };
    for (let at = 0; at < FULL_BYTES.length; at++)
      for (const value of [0, 1, 0x7f, 0x80, 0xff, FULL_BYTES[at] as number]) {
        for (const change of [0, 1, -1]) {
          const bytes = FULL_BYTES.slice();
          bytes[at] = value + change;
          found[agree(bytes)]++;
        }
      }
    assert.ok(found["a transfer"] > 1_000 && found.none > 500, JSON.stringify(found));
  });

  it("agrees wherever bytes are missing or too many", () => {
    for (let at = 0; at <= FULL_BYTES.length; at++) {
      agree(FULL_BYTES.subarray(0, at));
      for (const count of [1, 2, 4, 12, 32, 33, 34, 44, 97]) {
        agree(spliced(FULL_BYTES, at, count, []));
        agree(spliced(FULL_BYTES, at, 0, new Uint8Array(count)));
      }
    }
  });

  it("agrees whatever an offset says", () => {
    const view = new DataView(FULL_BYTES.buffer);
    for (let at = 0; at + 4 <= FULL_BYTES.length; at++) {
      const here = view.getUint32(at, true);
      if (here > FULL_BYTES.length) continue;
      for (const step of [-97, -44, -34, -32, -12, -4, -1, 1, 4, 12, 32, 34, 44, 97, 2 ** 31, 2 ** 32 - 1]) {
        const bytes = FULL_BYTES.slice();
        new DataView(bytes.buffer).setUint32(at, (here + step) >>> 0, true);
        agree(bytes);
      }
    }
  });

  it("reads no gaps that all offsets agree on", () => {
    const start = new DataView(FULL_BYTES.buffer).getUint32(WITNESS_AT, true);
    const lists = [start, start + 4, start + 8];
    for (const count of [1, 2, 4, 12, 34, 97]) {
      const gap = new Uint8Array(count);
      const inFrame = moved(spliced(FULL_BYTES, 8, 0, gap), [0, WITNESS_AT], count);
      const beforeInputs = moved(spliced(FULL_BYTES, 45, 0, gap), [...BODY_OFFSETS, WITNESS_AT], count);
      const beforePolicies = moved(spliced(FULL_BYTES, start + 12, 0, gap), lists, count);
      for (const bytes of [inFrame, beforeInputs, beforePolicies]) assert.equal(agree(bytes), "none");
      const bare = transactionCodec.encode({
        ...FULL,
        witness: { policies: [], signatures: [], preimages: [] },
      });
      assert.equal(agree(moved(spliced(bare, start + 12, 0, gap), lists, count)), "none");
    }
  });

  it("agrees on bytes with several faults", () =>
    fc.assert(
      fc.property(
        transfers,
        fc.array(
          fc.record({
            at: fc.nat(),
            remove: fc.nat({ max: 3 }),
            insert: fc.uint8Array({ maxLength: 3 }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        (transfer, faults) => {
          let bytes = transactionCodec.encode(transfer);
          for (const { at, remove, insert } of faults)
            bytes = spliced(bytes, at % (bytes.length + 1), remove, insert);
          agree(bytes);
        },
      ),
      { numRuns: 500 },
    ));

  it("keeps the limits of every list", () => {
    for (const { max, make, more } of LISTS) {
      const bytes = transactionCodec.encode(make(max));
      assert.equal(agree(bytes), "a transfer");
      assert.equal(transactionCodec.tryEncode(make(max + 1)).ok, false);
      assert.equal(agree(more(bytes, max + 1)), "none");
      assert.equal(agree(more(transactionCodec.encode(make(max - 1)), max)), "a transfer");
    }
  });

  it("is what transactions are decoded by", () => {
    const hasher = new TestLedger().chain.transactions;
    const decoded = decodeTransaction(hasher, FULL_BYTES);
    assert.ok(decoded.ok);
    assert.deepEqual({ body: decoded.value.body, witness: decoded.value.witness }, FULL);
    const cut = decodeTransaction(hasher, FULL_BYTES.subarray(1));
    assert.deepEqual(cut.ok ? "ok" : cut.code, "encoding");
  });
});
