// What the host keeps and sends: records, signed messages, and the slots that messages are signed for.
import assert from "node:assert/strict";
import {
  asVerified,
  type PbftMessage,
  type PbftRecord,
  pbftRecordCodec,
  peekSignedMessage,
  type SignedMessage,
  signedMessageCodec,
  slotOf,
  type ViewChange,
} from "@witan/consensus";
import type {
  BlockHash,
  Hash,
  Height,
  MemberIndex,
  PbftCertificate,
  Signature,
  View,
} from "@witan/primitives";
import fc from "fast-check";

/** Objects as the codecs make them: with the prototype of all. */
const plain = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(fields, { noNullPrototype: true });
const hex = <T extends string>(bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((all) => Buffer.from(all).toString("hex") as T);
const number = <T extends number>() => fc.maxSafeNat().map((value) => value as T);
const hash = hex<BlockHash>(32);
const signature = hex<Signature>(64);
const sender = fc.nat(0xffff).map((value) => value as MemberIndex);
const ballotOf = {
  membership: number<Height>(),
  view: number<View>(),
  height: number<Height>(),
  blockHash: hash,
};
const signatures = fc.array(plain({ member: sender, signature }), { maxLength: 4 });
const prepared = plain({ ...ballotOf, primary: signature, prepares: signatures });
const decided = plain({ kind: fc.constant("pbft" as const), ...ballotOf, signatures });
const content = plain({
  membership: number<Height>(),
  view: number<View>(),
  decidedHeight: number<Height>(),
  decided: fc.array(decided as fc.Arbitrary<PbftCertificate>, { maxLength: 1 }),
  prepared: fc.array(prepared, { maxLength: 1 }),
});
const newView = plain({
  kind: fc.constant("newView" as const),
  membership: number<Height>(),
  view: number<View>(),
  viewChanges: fc.array(plain({ sender, signature, content }), { maxLength: 3 }),
});
const ballots = (["prePrepare", "prepare", "commit", "status"] as const).map((kind) =>
  plain({ kind: fc.constant(kind), ...ballotOf }),
);
const message: fc.Arbitrary<PbftMessage> = fc.oneof(
  ...ballots,
  content.map((one): ViewChange => ({ kind: "viewChange", ...one })),
  newView,
  plain({
    kind: fc.constant("checkpoint" as const),
    membership: number<Height>(),
    height: number<Height>(),
    digest: hex<Hash>(32),
  }),
);
const signed: fc.Arbitrary<SignedMessage> = plain({ sender, signature, message });
const prePrepare = plain({ kind: fc.constant("prePrepare" as const), ...ballotOf });
const accepted = fc.oneof(
  fc.constant(undefined),
  prePrepare.map((own) => ({ message: own })),
  fc.tuple(sender, prePrepare, signature).map(([by, vote, proof]) => asVerified(by, vote, proof)),
);
const record: fc.Arbitrary<PbftRecord> = fc.oneof(
  plain({
    kind: fc.constant("progress" as const),
    membership: number<Height>(),
    view: number<View>(),
    changing: fc.boolean(),
    accepted,
    prepared: fc.option(prepared, { nil: undefined }),
    announced: fc.option(newView, { nil: undefined }),
  }),
  fc.tuple(sender, newView, signature).map(
    ([by, one, proof]): PbftRecord => ({
      kind: "newView",
      message: asVerified(by, one, proof),
    }),
  ),
);

describe("PBFT records", () => {
  it("are after a restart what they were, byte for byte", () => {
    fc.assert(
      fc.property(record, (one) => {
        const bytes = pbftRecordCodec.encode(one);
        const decoded = pbftRecordCodec.decode(bytes);
        assert.ok(decoded.ok);
        assert.deepEqual(decoded.value, one);
        assert.deepEqual(pbftRecordCodec.encode(decoded.value), bytes);
      }),
      { numRuns: 300 },
    );
  });

  it("that are damaged are refused, or are others with bytes of their own; nothing is thrown", () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, flip) => {
        const bytes = pbftRecordCodec.encode(one);
        const place = at % bytes.length;
        bytes[place] = (bytes[place] as number) ^ flip;
        for (const damaged of [bytes, bytes.subarray(0, place)]) {
          const decoded = pbftRecordCodec.decode(damaged);
          if (decoded.ok) assert.deepEqual(pbftRecordCodec.encode(decoded.value), new Uint8Array(damaged));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("PBFT messages on the wire", () => {
  it("come out as they went in, and the first bytes say who sends what", () => {
    fc.assert(
      fc.property(signed, (one) => {
        const bytes = signedMessageCodec.encode(one);
        const decoded = signedMessageCodec.decode(bytes);
        assert.ok(decoded.ok);
        assert.deepEqual(decoded.value, one);
        const { kind, membership } = one.message;
        assert.deepEqual(peekSignedMessage(bytes), {
          ok: true,
          value: { sender: one.sender, kind, membership },
        });
      }),
      { numRuns: 300 },
    );
  });

  it("that are garbage are refused, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        peekSignedMessage(bytes);
        for (const codec of [signedMessageCodec, pbftRecordCodec]) {
          const decoded = codec.decode(bytes);
          if (decoded.ok) assert.deepEqual(codec.encode(decoded.value as never), bytes);
        }
      }),
      { numRuns: 2_000 },
    );
    assert.equal(peekSignedMessage(new Uint8Array(78)).ok, false);
    assert.equal(peekSignedMessage(new Uint8Array(79).fill(0xff)).ok, false);
  });

  it("hold no more members than there may be", () => {
    const where = {
      membership: 1 as Height,
      view: 0 as View,
      height: 1 as Height,
      blockHash: "00".repeat(32) as BlockHash,
    };
    const many = (count: number): PbftMessage => ({
      ...{
        kind: "viewChange",
        membership: 1 as Height,
        view: 1 as View,
        decidedHeight: 1 as Height,
        prepared: [],
      },
      decided: [
        {
          ...{ kind: "pbft", ...where },
          signatures: Array.from({ length: count }, (_, member) => ({
            member: member as MemberIndex,
            signature: "00".repeat(64) as Signature,
          })),
        },
      ],
    });
    const of = (count: number) => ({
      sender: 0 as MemberIndex,
      signature: "00".repeat(64) as Signature,
      message: many(count),
    });
    assert.ok(signedMessageCodec.tryEncode(of(256)).ok);
    assert.ok(!signedMessageCodec.tryEncode(of(257)).ok);
  });
});

describe("the slot of a message", () => {
  it("is ordered as a correct validator speaks", () => {
    const where = {
      membership: 1 as Height,
      view: 3 as View,
      height: 8 as Height,
      blockHash: "" as BlockHash,
    };
    const change: ViewChange = {
      ...{ kind: "viewChange", membership: 1 as Height, view: 3 as View },
      ...{ decidedHeight: 7 as Height, decided: [], prepared: [] },
    };
    const own = { kind: "newView", membership: 1 as Height, view: 3 as View, viewChanges: [] } as const;
    const slots = [
      change,
      own,
      { kind: "prePrepare", ...where } as const,
      { kind: "commit", ...where } as const,
    ];
    assert.deepEqual(
      slots.map((one) => slotOf(one, 7 as Height)),
      [0, 1, 2, 3].map((step) => ({ lane: "vote", height: 8, view: 3, step })),
    );
    assert.deepEqual(
      slotOf({ kind: "prepare", ...where }, 7 as Height),
      slotOf({ kind: "prePrepare", ...where }, 7 as Height),
    );
    assert.equal(slotOf({ kind: "status", ...where }, 7 as Height), undefined);
    const checkpoint = {
      kind: "checkpoint",
      membership: 1 as Height,
      height: 20 as Height,
      digest: "" as Hash,
    } as const;
    assert.deepEqual(slotOf(checkpoint, 7 as Height), { lane: "checkpoint", height: 20, view: 0, step: 0 });
  });
});
