// An engine that is silent with a key whose records are older than its guard, effect by effect.
import assert from "node:assert/strict";
import {
  asVerified,
  type PbftEffect,
  type PbftInput,
  type PbftMessage,
  type PbftRecord,
  VOTE_STEPS,
} from "@witan/consensus";
import type {
  BlockHash,
  Height,
  MemberIndex,
  Membership,
  PublicKey,
  Signature,
  View,
} from "@witan/primitives";
import { ZERO_HASH } from "@witan/primitives";
import { VotingEngine } from "../../../packages/node/src/consensus/pbft/voting-engine.ts";
import type { LastVotes } from "../../../packages/node/src/ports.ts";
import {
  A,
  accepted,
  ballot,
  certificate,
  members,
  membership,
  newView,
  said,
  viewChange,
} from "../../consensus/probe.ts";
import { memberOf } from "../../ledger/build.ts";

const KEYS = members.map(({ votingKey }) => votingKey);
const LATER: Membership = { ...membership, from: 2 as Height };

function votes(height: number, ...slots: readonly (readonly [view: number, step: number])[]): LastVotes {
  return { height: height as Height, slots: slots.map(([view, step]) => ({ view: view as View, step })) };
}

interface Start {
  readonly guards: ReadonlyMap<PublicKey | undefined, LastVotes>;
  readonly height?: number;
  readonly records?: readonly PbftRecord[];
}

/** An engine with these guards, and what it is told. */
class Told {
  readonly engine: VotingEngine;

  constructor({ guards, height = 0, records = [] }: Start) {
    this.engine = new VotingEngine({
      config: {
        votingKeys: [...guards.keys()] as PublicKey[],
        ...{ viewTicks: 10, viewTicksMax: 40, resendTicks: 5, bufferedMax: 4 },
      },
      start: {
        ...{ membership, records, height: height as Height, hash: ZERO_HASH as BlockHash },
        certificate: height === 0 ? undefined : certificate(A, height),
      },
      lastVotes: (key) => guards.get(key),
      membershipAt: () => membership,
    });
  }

  feed(input: PbftInput): readonly PbftEffect[] {
    return this.engine.step(input);
  }

  hear(sender: number, message: PbftMessage): readonly PbftEffect[] {
    const signature = `by ${sender}` as Signature;
    return this.feed({ kind: "message", message: asVerified(sender as MemberIndex, message, signature) });
  }

  ticks(count: number): readonly PbftEffect[] {
    return Array.from({ length: count }, () => this.feed({ kind: "tick" })).flat();
  }

  /** A block comes with its certificate, and is applied. */
  decide(height: number, next = membership): readonly PbftEffect[] {
    assert.deepEqual(said(this.feed({ kind: "synced", certificate: certificate(A, height) })), ["finalize"]);
    return this.feed({ kind: "applied", height: height as Height, hash: A, membership: next });
  }
}

const { viewChange: asks, prepare, commit } = VOTE_STEPS;
const of = (me: number, last: LastVotes) => ({ guards: new Map([[KEYS[me], last]]) });

/** The records among effects. */
function kept(effects: readonly PbftEffect[]): readonly PbftRecord[] {
  return effects.flatMap((effect) => (effect.kind === "persist" ? [effect.record] : []));
}

describe("an engine whose records are older than its guard", () => {
  it("gives no vote, keeps nothing, and follows", () => {
    const told = new Told(of(1, votes(2, [0, prepare])));
    const { engine } = told;
    assert.deepEqual(
      engine.silences.map(({ until }) => until),
      [2],
    );
    assert.deepEqual(
      [1, 2, 3].map((height) => engine.isSilent(KEYS[1] as PublicKey, height as Height)),
      [true, true, false],
    );
    told.feed({ kind: "workChanged", pending: true, overdue: true });
    const effects = [
      ...told.hear(0, ballot("prePrepare")),
      ...told.ticks(100),
      ...[0, 2, 3].flatMap((sender) => told.hear(sender, viewChange(1))),
      ...told.hear(1, newView(1)),
      ...told.feed({ kind: "connected", member: 2 as MemberIndex }),
      ...told.feed({ kind: "checkpointHashed", height: 1 as Height, digest: A }),
    ];
    assert.deepEqual(said(effects), []);
    assert.equal(engine.status().me, undefined);
    assert.equal(engine.status().silentUntil, 2);
    assert.deepEqual(said(told.decide(1)), []);
    assert.equal(engine.status().silentUntil, 2);
  });

  it("votes behind the last height of its guard, in the view that began meanwhile, durable first", () => {
    const told = new Told(of(2, votes(1, [0, prepare], [0, commit])));
    told.hear(1, newView(1));
    told.feed({ kind: "workChanged", pending: true, overdue: false });
    const effects = told.decide(1);
    assert.deepEqual(said(effects), ["persist newView", "persist progress"]);
    const { me, view, phase, silentUntil } = told.engine.status();
    assert.deepEqual(
      { me, view, phase, silentUntil },
      { me: 2, view: 1, phase: "idle", silentUntil: undefined },
    );
    assert.deepEqual(said(told.hear(1, ballot("prePrepare", A, 1, 2))), ["judgeProposal"]);
  });

  it("knows of the work that there is, when it votes again", () => {
    const told = new Told(of(0, votes(1, [0, prepare])));
    told.feed({ kind: "workChanged", pending: true, overdue: false });
    assert.deepEqual(said(told.decide(1)), ["buildProposal"]);
  });

  it("keeps no vote of a height behind it: nobody has its body any more", () => {
    const records = [...accepted(1).records.values()];
    const told = new Told({ ...of(1, votes(1, [0, prepare], [0, commit])), records });
    assert.equal(told.engine.silences.length, 1);
    const [progress] = kept(told.decide(1));
    assert.ok(progress?.kind === "progress");
    assert.deepEqual([progress.accepted, progress.prepared], [undefined, undefined]);
  });

  it("is silent with that key only: with another, which counts from a later block on, it votes at once", () => {
    const key = memberOf("b later").votingKey;
    const guards = new Map([
      [KEYS[1], votes(9, [0, prepare])],
      [key, undefined as unknown as LastVotes],
    ]);
    const told = new Told({ guards });
    const next = {
      ...LATER,
      members: members.map((one, at) => (at === 1 ? { ...one, votingKey: key } : one)),
    };
    told.decide(1, next);
    const { me, silentUntil } = told.engine.status();
    assert.deepEqual([me, silentUntil], [1, undefined]);
    told.hear(0, { ...ballot("prePrepare", A, 0, 2), membership: 2 as Height });
    const judged = { height: 2 as Height, view: 0 as View, hash: A, valid: true };
    const effects = told.feed({ kind: "proposalJudged", ...judged });
    assert.deepEqual(said(effects), ["persist progress", "broadcast prepare"]);
  });
});

describe("an engine whose records know less of views than its guard", () => {
  it("begins in the view in which its key has voted last, durable before it says anything", () => {
    const told = new Told({ ...of(3, votes(1, [2, asks])), height: 1 });
    assert.deepEqual(told.engine.silences, []);
    const effects = told.ticks(5);
    assert.deepEqual(said(effects), ["persist progress", "broadcast viewChange", "broadcast status"]);
    const [progress] = kept(effects);
    assert.ok(progress?.kind === "progress");
    assert.deepEqual([progress.view, progress.changing, progress.membership], [2, true, 1]);
    assert.deepEqual(said(told.hear(0, ballot("prePrepare", A, 0, 2))), []);
    assert.deepEqual(said(told.ticks(5)), ["broadcast viewChange", "broadcast status"]);
  });

  it("does so behind a silence too", () => {
    const told = new Told(of(3, votes(2, [2, asks], [2, prepare])));
    told.hear(1, newView(1));
    told.decide(1);
    const records = kept(told.decide(2));
    assert.deepEqual(
      records.map((record) => (record.kind === "progress" ? record.view : record.message.message.view)),
      [1, 2],
    );
    assert.equal(told.engine.status().phase, "changingView");
  });

  it("and begins at view 0 where a block has changed the members", () => {
    const told = new Told(of(3, votes(1, [2, asks])));
    assert.deepEqual(said(told.decide(1, LATER)), []);
    const { me, view, phase } = told.engine.status();
    assert.deepEqual({ me, view, phase }, { me: 3, view: 0, phase: "idle" });
  });
});
