// What is checked of a PBFT message before the engine sees it, with real signatures.
import assert from "node:assert/strict";
import {
  type ChecksAnswer,
  digestOf,
  type NewView,
  type PbftMessage,
  type PreparedCertificate,
  pbftChecks,
  pbftMessageCodec,
  type SignedViewChange,
  type ViewChange,
} from "@witan/consensus";
import { createNobleScheme, sign } from "@witan/crypto";
import {
  type BlockHash,
  type ChainId,
  type Height,
  type MemberIndex,
  type Membership,
  type Signature,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { keyOfName, memberOf } from "../ledger/build.ts";

const names = ["a", "b", "c", "d"];
const membership: Membership = {
  mode: "pbft",
  from: 1 as Height,
  members: names.map((name) => memberOf(name)),
};
const chainId = sha256Hex(new Uint8Array([7])) as ChainId;
const hash = "aa".repeat(32) as BlockHash;
const scheme = createNobleScheme();
const known = (height: Height) => (height <= 5 ? membership : undefined);

function signed(sender: number, message: PbftMessage, chain = chainId): Signature {
  return sign(digestOf(chain, message), keyOfName(`${names[sender]} voting`).secretKey);
}

function verdict(sender: number, message: PbftMessage, signature = signed(sender, message)): string {
  const answer: ChecksAnswer = pbftChecks(chainId, sender as MemberIndex, message, signature, known);
  if (answer.kind === "fault") return answer.code;
  if (answer.kind === "notYet") return "not yet";
  return answer.checks.every((check) => scheme.verify(check)) ? "holds" : "does not hold";
}

const where = { membership: 1 as Height, view: 0 as View, height: 1 as Height, blockHash: hash };
const prepared: PreparedCertificate = {
  ...where,
  primary: signed(0, { kind: "prePrepare", ...where }),
  prepares: [1, 2].map((member) => ({
    member: member as MemberIndex,
    signature: signed(member, { kind: "prepare", ...where }),
  })),
};
const change: ViewChange = {
  ...{ kind: "viewChange", membership: 1 as Height, view: 1 as View, decidedHeight: 0 as Height },
  ...{ decided: [], prepared: [prepared] },
};
const { kind: _, ...content } = change;
const changes: readonly SignedViewChange[] = [0, 1, 3].map((sender) => ({
  sender: sender as MemberIndex,
  signature: signed(sender, change),
  content,
}));
const newView: NewView = { kind: "newView", membership: 1 as Height, view: 1 as View, viewChanges: changes };

describe("PBFT messages, checked", () => {
  it("hold when each signature is by whom it should be", () => {
    for (const kind of ["prePrepare", "prepare", "commit", "status"] as const)
      assert.equal(verdict(2, { kind, ...where }), "holds");
    assert.equal(verdict(2, change), "holds");
    assert.equal(verdict(1, newView), "holds");
  });

  it("do not hold for another sender, type, chain, view, height or block", () => {
    const commit = { kind: "commit", ...where } as const;
    const others: readonly (readonly [PbftMessage, Signature])[] = [
      [commit, signed(1, commit)],
      [commit, signed(2, { ...commit, kind: "prepare" })],
      [commit, signed(2, commit, sha256Hex(new Uint8Array([8])) as ChainId)],
      [commit, signed(2, { ...commit, view: 1 as View })],
      [commit, signed(2, { ...commit, height: 2 as Height })],
      [commit, signed(2, { ...commit, blockHash: "bb".repeat(32) as BlockHash })],
    ];
    for (const [message, signature] of others) assert.equal(verdict(2, message, signature), "does not hold");
  });

  it("are refused when what they carry has not the right form", () => {
    const twice = [changes[0], changes[0], changes[2]] as SignedViewChange[];
    assert.equal(verdict(1, { ...newView, viewChanges: twice }), "new-view-senders");
    assert.equal(verdict(1, { ...newView, viewChanges: changes.slice(1) }), "new-view-quorum");
    assert.equal(verdict(2, newView), "new-view-primary");
    assert.equal(verdict(1, { ...newView, view: 5 as View }), "new-view-content");
    const few = { ...prepared, prepares: prepared.prepares.slice(1) };
    assert.equal(verdict(2, { ...change, prepared: [few] }), "prepared-quorum");
    assert.equal(verdict(2, { ...change, prepared: [{ ...prepared, view: 1 as View }] }), "prepared-view");
    assert.equal(verdict(2, { ...change, decidedHeight: 2 as Height }), "decided-certificate");
    assert.equal(verdict(9, change, signed(1, change)), "unknown-member");
  });

  it("do not hold with a forged vote inside", () => {
    const forged = { ...prepared, primary: prepared.prepares[0]?.signature as Signature };
    assert.equal(verdict(2, { ...change, prepared: [forged] }), "does not hold");
    const [first, ...rest] = changes as [SignedViewChange, ...SignedViewChange[]];
    const other = { ...first, content: { ...first.content, prepared: [] } };
    assert.equal(verdict(1, { ...newView, viewChanges: [other, ...rest] }), "does not hold");
  });

  it("wait when they rest on members that are not known here", () => {
    const later = { ...where, membership: 9 as Height };
    assert.equal(verdict(2, { kind: "commit", ...later }), "not yet");
  });

  it("survive the wire", () => {
    for (const message of [change, newView, { kind: "prepare", ...where } as const]) {
      const decoded = pbftMessageCodec.decode(pbftMessageCodec.encode(message));
      assert.ok(decoded.ok);
      assert.deepEqual(decoded.value, message);
    }
  });
});
