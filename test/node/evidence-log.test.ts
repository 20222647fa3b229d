// Evidence against members: the first pieces about each are kept, whatever others do.
import assert from "node:assert/strict";
import { asVerified, type Equivocation } from "@witan/consensus";
import {
  type BlockHash,
  type Height,
  type MemberIndex,
  type Membership,
  type Signature,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { openMemoryStore } from "@witan/storage";
import { EVIDENCE_OF_MEMBER_MAX, EvidenceLog } from "../../packages/node/src/consensus/evidence-log.ts";
import { pbftEvidence } from "../../packages/node/src/consensus/pbft/evidence.ts";
import { memberOf } from "../ledger/build.ts";

const first: Membership = {
  ...{ mode: "pbft", from: 1 as Height },
  members: ["a", "b", "c", "d"].map((name) => memberOf(name)),
};
/** Member `a` is gone: `d` is now at the place that was `c`'s. */
const second: Membership = { ...first, from: 1_000 as Height, members: first.members.slice(1) };
const memberships = (height: Height) => (height < second.from ? first : second);

function evidence(
  sender: number,
  height: number,
  kind: "prepare" | "commit" = "prepare",
  from = 1,
): Equivocation {
  const vote = (number: number) =>
    asVerified(
      sender as MemberIndex,
      {
        ...{ kind, membership: from as Height, view: 0 as View, height: height as Height },
        blockHash: sha256Hex(Uint8Array.of(number)) as BlockHash,
      },
      "00".repeat(64) as Signature,
    );
  return { first: vote(1), second: vote(2) };
}

describe("the evidence log", () => {
  it("keeps the first 16 pieces about each member: one who lies at every height pushes nobody out", async () => {
    const log = await EvidenceLog.open(await openMemoryStore(), pbftEvidence(memberships));
    for (let height = 1; height <= 2_000; height++)
      assert.equal(await log.add(evidence(3, height)), height <= EVIDENCE_OF_MEMBER_MAX);
    assert.ok(await log.add(evidence(2, 5)));
    assert.equal(log.all.length, EVIDENCE_OF_MEMBER_MAX + 1);
    assert.deepEqual(log.all.at(-1), evidence(2, 5));
  });

  it("keeps one piece for each kind of vote and height", async () => {
    const log = await EvidenceLog.open(await openMemoryStore(), pbftEvidence(memberships));
    const told = [evidence(1, 7), evidence(1, 7), evidence(1, 7, "commit"), evidence(1, 8), evidence(2, 7)];
    const news: boolean[] = [];
    for (const one of told) news.push(await log.add(one));
    assert.deepEqual(news, [true, false, true, true, true]);
  });

  it("knows a member by its key, across changes of the members and across restarts", async () => {
    const store = await openMemoryStore();
    const before = await EvidenceLog.open(store, pbftEvidence(memberships));
    for (let height = 1; height <= EVIDENCE_OF_MEMBER_MAX; height++) await before.add(evidence(3, height));
    const log = await EvidenceLog.open(store, pbftEvidence(memberships));
    assert.deepEqual(log.all, before.all);
    assert.equal(await log.add(evidence(2, 1_001, "prepare", 1_000)), false, "d, at another place");
    assert.equal(await log.add(evidence(1, 1_001, "prepare", 1_000)), true, "c");
    assert.equal(
      (await EvidenceLog.open(store, pbftEvidence(memberships))).all.length,
      EVIDENCE_OF_MEMBER_MAX + 1,
    );
  });
});
