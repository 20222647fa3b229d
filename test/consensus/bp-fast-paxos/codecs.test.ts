// What the host keeps and sends: messages and records go through their bytes unchanged, and only canonical, bounded bytes
// are read.
import assert from "node:assert/strict";
import {
  type BpfpMessage,
  type BpfpRecord,
  bpfpFrameCodec,
  bpfpMessageCodec,
  bpfpRecordCodec,
  keyCheckDigest,
  peekBpfpMessage,
  type SealedPromise,
} from "@witan/consensus";
import {
  type BlockHash,
  type ChainId,
  type Hash,
  type Height,
  LIMITS,
  type MemberIndex,
  type Signature,
  type View,
} from "@witan/primitives";
import fc from "fast-check";
import { accept, promise } from "./probe.ts";

/** Objects as the codecs make them: with the prototype of all. */
const plain = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(fields, { noNullPrototype: true });
const hex = <T extends string>(bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((all) => Buffer.from(all).toString("hex") as T);
const number = <T extends number>() => fc.maxSafeNat().map((value) => value as T);
const hash = hex<BlockHash>(32);
const signature = hex<Signature>(64);
const signatures = fc.array(signature, { maxLength: 1 });
const membership = number<Height>();
const round = number<View>();
const ballotOf = { membership, round, height: number<Height>(), blockHash: hash };
const promiseOf = {
  ...{ membership, acceptor: fc.nat(0xffff).map((value) => value as MemberIndex), round },
  ...{ decidedHeight: number<Height>(), decidedHash: hash },
  vote: fc.array(plain({ round, blockHash: hash }), { maxLength: 1 }),
  seal: fc.oneof(
    plain({ kind: fc.constant("mac" as const), mac: hex<Hash>(32) }),
    plain({ kind: fc.constant("signature" as const), signature }),
  ),
};
const proof: fc.Arbitrary<readonly SealedPromise[]> = fc.array(plain(promiseOf), { maxLength: 4 });
const kind = <K extends string>(name: K) => fc.constant(name);
const message = fc.oneof(
  plain({ kind: kind("accept"), ...ballotOf, proof, signature: signatures }),
  plain({ kind: kind("learn"), ...ballotOf, signature: signatures }),
  plain({ kind: kind("promise"), ...promiseOf }),
  plain({ kind: kind("trustChange"), membership, round, reason: fc.constantFrom("evidence", "suspicion") }),
  plain({
    kind: kind("status"),
    ...ballotOf,
    proven: fc.constantFrom("no", "yes"),
    vote: fc.array(hash, { maxLength: 1 }),
  }),
  plain({ kind: kind("decided"), membership, height: number<Height>(), blockHash: hash, signature }),
  plain({ kind: kind("checkpoint"), membership, height: number<Height>(), digest: hex<Hash>(32) }),
) as fc.Arbitrary<BpfpMessage>;
const vote = plain({ height: number<Height>(), round, blockHash: hash, signature: signatures });
const record = fc.oneof(
  plain({ kind: kind("progress"), membership, round, vote: fc.option(vote, { nil: undefined }) }),
  plain({ kind: kind("proof"), membership, round, promises: proof }),
  plain({ kind: kind("proposed"), ...ballotOf }),
) as fc.Arbitrary<BpfpRecord>;

describe("BP Fast Paxos, bytes", () => {
  it("messages come back as they were, and their first bytes say what they are", () => {
    fc.assert(
      fc.property(message, (one) => {
        const bytes = bpfpMessageCodec.encode(one);
        assert.deepEqual(bpfpMessageCodec.decode(bytes), { ok: true, value: one });
        assert.deepEqual(peekBpfpMessage(bytes), {
          ok: true,
          value: { kind: one.kind, membership: one.membership },
        });
      }),
    );
  });

  it("what hosts send each other besides has bytes of its own, and messages have theirs there, too", () => {
    const keyCheck = plain({ kind: kind("keyCheck"), membership, mac: hex<Hash>(32) });
    fc.assert(
      fc.property(keyCheck, (one) => {
        const bytes = bpfpFrameCodec.encode(one);
        assert.deepEqual(bpfpFrameCodec.decode(bytes), { ok: true, value: one });
        assert.equal(bpfpMessageCodec.decode(bytes).ok, false);
      }),
    );
    fc.assert(
      fc.property(message, (one) => {
        assert.deepEqual(bpfpFrameCodec.encode(one), bpfpMessageCodec.encode(one));
      }),
    );
  });

  it("an acceptor's key is shown for one chain, membership and acceptor", () => {
    const chains = ["01", "02"].map((byte) => byte.repeat(32) as ChainId);
    const digests = chains.flatMap((chainId) =>
      [1, 2].flatMap((from) =>
        [2, 3].map((at) =>
          keyCheckDigest(chainId, { membership: from as Height, acceptor: at as MemberIndex }),
        ),
      ),
    );
    assert.equal(new Set(digests).size, 8);
  });

  it("records come back as they were", () => {
    fc.assert(
      fc.property(record, (one) => {
        assert.deepEqual(bpfpRecordCodec.decode(bpfpRecordCodec.encode(one)), { ok: true, value: one });
      }),
    );
  });

  it("bytes that were changed, cut or added to are refused, or another message; never the same", () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, at, by) => {
        const bytes = bpfpMessageCodec.encode(one);
        const changed = bytes.slice();
        const place = at % bytes.length;
        changed[place] = ((changed[place] ?? 0) + by) % 256;
        const read = bpfpMessageCodec.decode(changed);
        if (read.ok) assert.deepEqual(bpfpMessageCodec.encode(read.value), changed);
        assert.ok(!bpfpMessageCodec.decode(bytes.subarray(0, bytes.length - 1)).ok);
        if (one.kind !== "accept" && one.kind !== "learn" && one.kind !== "promise")
          assert.ok(!bpfpMessageCodec.decode(new Uint8Array([...bytes, 0])).ok);
      }),
    );
  });

  it("lists are bounded", () => {
    const [first] = [promise(2, 1)].map(({ kind: _, ...one }) => one) as [SealedPromise];
    const many = (count: number) => accept(undefined, 1, 1, Array(count).fill(first));
    assert.ok(bpfpMessageCodec.tryEncode(many(LIMITS.members)).ok);
    assert.ok(!bpfpMessageCodec.tryEncode(many(LIMITS.members + 1)).ok);
    const both = { ...accept(), signature: Array(2).fill("ab".repeat(64) as Signature) };
    assert.ok(!bpfpMessageCodec.tryEncode(both).ok);
  });

  it("first bytes that no message has are refused", () => {
    assert.ok(!peekBpfpMessage(new Uint8Array(8)).ok);
    assert.ok(!peekBpfpMessage(new Uint8Array([7, 0, 0, 0, 0, 0, 0, 0, 0])).ok);
    assert.ok(!peekBpfpMessage(new Uint8Array(9).fill(255, 1)).ok);
  });
});
