// The engine of a node whose guard knows more than its records: it is silent, and begins where its key has been.
import assert from "node:assert/strict";
import type { BpfpEffect, BpfpRecord } from "@witan/consensus";
import {
  type BlockHash,
  type Height,
  type Membership,
  present,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { GuardedEngine } from "../../../packages/node/src/consensus/bp-fast-paxos/guarded-engine.ts";
import type { LastVotes } from "../../../packages/node/src/ports.ts";
import { membersOf } from "../../ledger/build.ts";

const first: Membership = {
  ...{ mode: "bp-fast-paxos", from: 1 as Height, members: membersOf("bp-fast-paxos") },
};
const later: Membership = { ...first, from: 8 as Height };
const [KEY, OTHER] = ["a", "p"].map(
  (name) =>
    present(
      first.members.find((one) => one.name === name),
      name,
    ).votingKey,
);
const hash = (number: number) => sha256Hex(Uint8Array.of(number)) as BlockHash;

function noted(height: number, ...slots: readonly (readonly [number, number])[]): LastVotes {
  return { height: height as Height, slots: slots.map(([view, step]) => ({ view: view as View, step })) };
}

function progress(round: number, voted = false): BpfpRecord {
  const vote = { height: 7 as Height, round: round as View, blockHash: hash(7), signature: [] };
  return { kind: "progress", membership: 1 as Height, round: round as View, vote: voted ? vote : undefined };
}

/** Of acceptor `a` or proposer `p`, with six blocks; the seventh is to be decided. */
function engineOf(
  lastVotes: LastVotes | undefined,
  records: readonly BpfpRecord[] = [],
  key = present(KEY, "a key"),
  members: (height: Height) => Membership = () => first,
): GuardedEngine {
  return new GuardedEngine({
    config: {
      ...{ votingKeys: [key], roundTicks: 20, roundTicksMax: 80, resendTicks: 5, bufferedMax: 32 },
      ...{ minimumSharePermille: 0, detectByzantineAcceptors: false },
    },
    start: { membership: members(7 as Height), height: 6 as Height, hash: hash(6), uncertified: [], records },
    lastVotes: () => lastVotes,
    membershipAt: members,
    uncertified: () => [],
  });
}

function apply(engine: GuardedEngine, height: number): readonly BpfpEffect[] {
  engine.step({ kind: "synced", height: height as Height, hash: hash(height), certificate: undefined });
  const applied = { height: height as Height, hash: hash(height), membership: first };
  return engine.step({ kind: "applied", ...applied });
}

function ticks(engine: GuardedEngine, count = 5): readonly BpfpEffect[] {
  return Array.from({ length: count }, () => engine.step({ kind: "tick" })).flat();
}

/** What binds who says it. */
function words(effects: readonly BpfpEffect[]): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.kind === "broadcast" || effect.kind === "send")
      return effect.message.kind === "learn" ? "learn" : [];
    if (effect.kind === "sendPromise") return `promise ${effect.content.round}`;
    return effect.kind === "persist" || effect.kind === "sendAccept" ? effect.kind : [];
  });
}

describe("the engine of an acceptor", () => {
  it("that never said anything, or whose records account for it, speaks at once", () => {
    for (const engine of [engineOf(undefined), engineOf(noted(7, [0, 1]), [progress(0, true)])]) {
      assert.deepEqual(engine.silences, []);
      const { me, silentUntil } = engine.status();
      assert.deepEqual([me, silentUntil], [2, undefined]);
    }
  });

  it("begins in the round that its key has promised at a decided height, and keeps that before it says anything", () => {
    const engine = engineOf(noted(6, [0, 1], [3, 0]));
    assert.deepEqual(engine.silences, []);
    assert.deepEqual([engine.status().round, engine.status().phase], [3, "changingTrust"]);
    assert.deepEqual(words(ticks(engine)), ["persist", "promise 3"]);
  });

  it("does not, where that was among other members", () => {
    const members = (height: Height) => (height < later.from ? first : later);
    const engine = new GuardedEngine({
      config: {
        ...{
          votingKeys: [present(KEY, "a key")],
          roundTicks: 20,
          roundTicksMax: 80,
          resendTicks: 5,
          bufferedMax: 32,
        },
        ...{ minimumSharePermille: 0, detectByzantineAcceptors: false },
      },
      start: { membership: later, height: 7 as Height, hash: hash(7), uncertified: [], records: [] },
      lastVotes: () => noted(7, [3, 0]),
      membershipAt: members,
      uncertified: () => [],
    });
    assert.equal(engine.status().round, 0);
  });

  it("whose records lack what it said is silent up to that height, keeps nothing, and then begins in that round", () => {
    const engine = engineOf(noted(8, [2, 1]), [progress(0)]);
    assert.deepEqual(
      engine.silences.map((silence) => engine.lastWithout(silence)),
      [8],
    );
    assert.deepEqual([engine.status().me, engine.status().silentUntil], [undefined, 8]);
    assert.deepEqual(words(ticks(engine, 50)), []);
    assert.deepEqual(words(apply(engine, 7)), []);
    assert.equal(engine.status().silentUntil, 8);
    assert.deepEqual(words(apply(engine, 8)), ["persist"]);
    const { me, silentUntil, round } = engine.status();
    assert.deepEqual([me, silentUntil, round], [2, undefined, 2]);
    assert.deepEqual(words(ticks(engine)), ["promise 2"]);
  });

  it("forgets on waking what it voted for at a height that is decided", () => {
    const engine = engineOf(noted(7, [0, 1], [1, 1]), [progress(0, true)]);
    assert.equal(engine.status().silentUntil, 7);
    const kept = apply(engine, 7).flatMap((effect) => (effect.kind === "persist" ? effect.record : []));
    assert.deepEqual(kept, [{ ...progress(1), vote: undefined }]);
  });
});

/** Whether a proposer goes about proposing. */
function proposes(effects: readonly BpfpEffect[]): boolean {
  return effects.some(({ kind }) => kind === "buildProposal" || kind === "sendAccept");
}

describe("the engine of a proposer", () => {
  it("whose chain is older than what it proposed follows up to that height, proposes nothing in that round, and is free behind it", () => {
    const engine = engineOf(noted(8, [0, 1]), [], present(OTHER, "a key"));
    engine.step({ kind: "workChanged", pending: true, overdue: false });
    assert.deepEqual([engine.status().me, engine.status().silentUntil], [undefined, 7]);
    assert.ok(!proposes(apply(engine, 7)));
    assert.deepEqual([engine.status().me, engine.status().silentUntil], [0, undefined]);
    assert.ok(!proposes(ticks(engine)));
    assert.ok(proposes(apply(engine, 8)));
  });

  it("whose record lacks what it proposed proposes nothing else in that round, and goes on at the next height", () => {
    const proposed = {
      kind: "proposed",
      membership: 1,
      round: 0,
      height: 6,
      blockHash: hash(6),
    } as BpfpRecord;
    for (const records of [[], [proposed]]) {
      const engine = engineOf(noted(7, [0, 1]), records, present(OTHER, "a key"));
      assert.deepEqual([engine.status().me, engine.status().silentUntil], [0, undefined]);
      assert.ok(!proposes(engine.step({ kind: "workChanged", pending: true, overdue: false })));
      assert.ok(!proposes(ticks(engine)));
      assert.ok(proposes(apply(engine, 7)));
    }
  });

  it("whose guard speaks of what is decided, or that has its record, is free", () => {
    const record = { kind: "proposed", membership: 1, round: 0, height: 7, blockHash: hash(7) } as BpfpRecord;
    const free = engineOf(noted(6, [0, 1]), [], present(OTHER, "a key"));
    assert.ok(proposes(free.step({ kind: "workChanged", pending: true, overdue: false })));
    const known = engineOf(noted(7, [0, 1]), [record], present(OTHER, "a key"));
    assert.ok(proposes(ticks(known)));
  });
});
