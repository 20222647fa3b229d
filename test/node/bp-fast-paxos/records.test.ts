// What BP Fast Paxos keeps in the store is read back as it was: records, signatures under decisions, evidence of each kind.
import assert from "node:assert/strict";
import type { BpfpEvidence, BpfpRecord, Learn, SealedPromise } from "@witan/consensus";
import { UnreadableRecordError } from "@witan/node";
import {
  type BlockHash,
  type Hash,
  type Height,
  type MemberIndex,
  type Membership,
  type Signature,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { keyOf, openMemoryStore } from "@witan/storage";
import { bpfpEvidence, evidenceView } from "../../../packages/node/src/consensus/bp-fast-paxos/evidence.ts";
import {
  dropSignature,
  putEvidence,
  putRecord,
  putSignature,
  readEvidence,
  readRecords,
  readSignature,
} from "../../../packages/node/src/consensus/bp-fast-paxos/records.ts";
import { EvidenceLog } from "../../../packages/node/src/consensus/evidence-log.ts";
import { membersOf } from "../../ledger/build.ts";

const hash = (number: number) => sha256Hex(Uint8Array.of(number)) as BlockHash;
const SIGNATURE = "12".repeat(64) as Signature;
const ballot = (number: number) => ({
  ...{ membership: 1 as Height, round: 3 as View, height: 7 as Height, blockHash: hash(number) },
});
const learn = (number: number, signature: readonly Signature[] = []): Learn => ({
  ...{ kind: "learn", ...ballot(number), signature },
});
const promise: SealedPromise = {
  ...{ membership: 1 as Height, acceptor: 4 as MemberIndex, round: 5 as View, decidedHeight: 6 as Height },
  ...{ decidedHash: hash(6), vote: [{ round: 2 as View, blockHash: hash(2) }] },
  seal: { kind: "mac", mac: sha256Hex(new Uint8Array(9)) as string as Hash },
};
const proposer = 0 as MemberIndex;
const acceptor = 4 as MemberIndex;

const EVIDENCE: readonly BpfpEvidence[] = [
  {
    kind: "twoBlocks",
    proposer,
    first: learn(1, [SIGNATURE]),
    second: learn(2, [SIGNATURE]),
  },
  { kind: "badAccept", proposer, ballot: ballot(1), fault: "accept-support" },
  { kind: "invalidBlock", proposer, ballot: ballot(1) },
  { kind: "falseLearn", acceptor, learn: learn(1) },
  { kind: "twoLearns", acceptor, first: learn(1), second: learn(2) },
  { kind: "falsePromise", acceptor, learn: learn(1), promise },
  {
    kind: "otherDecision",
    acceptor,
    message: {
      ...{ kind: "decided", membership: 1 as Height, height: 7 as Height, blockHash: hash(1) },
      signature: SIGNATURE,
    },
  },
];
const members: Membership = {
  ...{ mode: "bp-fast-paxos", from: 1 as Height, members: membersOf("bp-fast-paxos") },
};

describe("the store of a node of BP Fast Paxos", () => {
  it("gives back the last record of each kind", async () => {
    const store = await openMemoryStore();
    assert.deepEqual(readRecords(store), []);
    const vote = { height: 7 as Height, round: 3 as View, blockHash: hash(1), signature: [] };
    const records: readonly BpfpRecord[] = [
      { kind: "progress", membership: 1 as Height, round: 3 as View, vote },
      { kind: "proof", membership: 1 as Height, round: 5 as View, promises: [promise] },
      { kind: "proposed", ...ballot(1) },
    ];
    const old: BpfpRecord = { kind: "progress", membership: 1 as Height, round: 2 as View, vote: undefined };
    await store.write([old, ...records].map(putRecord), { sync: true });
    assert.deepEqual(readRecords(store), records);
  });

  it("keeps this node's signature under a decision until it is dropped", async () => {
    const store = await openMemoryStore();
    await store.write([putSignature(7 as Height, SIGNATURE)], { sync: false });
    assert.equal(readSignature(store, 7 as Height), SIGNATURE);
    assert.equal(readSignature(store, 8 as Height), undefined);
    await store.write([dropSignature(7 as Height)], { sync: false });
    assert.equal(readSignature(store, 7 as Height), undefined);
  });

  it("gives back evidence of each kind, which says who did what", async () => {
    const store = await openMemoryStore();
    const log = await EvidenceLog.open(
      store,
      bpfpEvidence(() => members),
    );
    for (const one of EVIDENCE) {
      assert.equal(await log.add(one), true, one.kind);
      assert.equal(await log.add(one), false, one.kind);
    }
    const read = await readEvidence(store);
    for (const [index, one] of EVIDENCE.entries()) {
      assert.equal(read[index]?.kind, one.kind);
      const view = evidenceView(one, () => members);
      assert.deepEqual(
        evidenceView(read[index] as BpfpEvidence, () => members),
        view,
        one.kind,
      );
      assert.ok(view && "kind" in view.told);
      assert.match(view.told.says, new RegExp(`^${"proposer" in one ? "p" : "c"} .*(height 7)`));
    }
    assert.deepEqual(
      (
        await EvidenceLog.open(
          store,
          bpfpEvidence(() => members),
        )
      ).all,
      read,
    );
  });

  it("says of what it can't read which record it is", async () => {
    const store = await openMemoryStore();
    const value = new Uint8Array(3);
    for (const name of ["bpfp-progress", "bpfp-proof", "bpfp-proposed"]) {
      const change = { kind: "put", key: keyOf("engine", name, 0), value } as const;
      await store.write([change], { sync: true });
      assert.throws(() => readRecords(store), UnreadableRecordError);
      await store.write([{ kind: "delete", key: change.key }], { sync: true });
    }
    const [change] = EVIDENCE.map((one) => putEvidence(0, one));
    await store.write([{ kind: "put", key: change?.key ?? value, value }], { sync: true });
    await assert.rejects(readEvidence(store), UnreadableRecordError);
  });
});
