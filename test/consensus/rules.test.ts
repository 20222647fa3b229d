// PBFT rule by rule (protocols/pbft.md): each test is named after what it shows, and speaks to one engine.
import assert from "node:assert/strict";
import {
  asVerified,
  Pbft,
  type PbftEffect,
  type PbftMessage,
  type PbftRecord,
  type ViewChange,
  viewStart,
} from "@witan/consensus";
import type { BlockHash, Height, MemberIndex, Membership, Signature, View } from "@witan/primitives";
import { ZERO_HASH } from "@witan/primitives";
import { memberOf } from "../ledger/build.ts";

const members = ["a", "b", "c", "d"].map((name) => memberOf(name));
const membership: Membership = { mode: "pbft", from: 1 as Height, members };
const A = "aa".repeat(32) as BlockHash;
const B = "bb".repeat(32) as BlockHash;
const CONFIG = { viewTicks: 10, viewTicksMax: 40, resendTicks: 1_000, bufferedMax: 4 };

/** The engine of a validator of four, and what it did. */
class Probe {
  readonly engine: Pbft;
  readonly records: PbftRecord[] = [];
  constructor(me: number, records: readonly PbftRecord[] = [], height = 0) {
    this.engine = new Pbft(
      { ...CONFIG, votingKey: members[me]?.votingKey },
      {
        membership,
        height: height as Height,
        hash: ZERO_HASH as BlockHash,
        certificate: undefined,
        records,
      },
    );
  }
  feed(input: Parameters<Pbft["step"]>[0]): readonly PbftEffect[] {
    const effects = this.engine.step(input);
    for (const effect of effects) if (effect.kind === "persist") this.records.push(effect.record);
    return effects;
  }
  hear(sender: number, message: PbftMessage): readonly PbftEffect[] {
    const signature = `by ${sender}` as Signature;
    return this.feed({ kind: "message", message: asVerified(sender as MemberIndex, message, signature) });
  }
  ticks(count: number): readonly PbftEffect[] {
    return Array.from({ length: count }, () => this.feed({ kind: "tick" })).flat();
  }
}

function ballot<Kind extends "prePrepare" | "prepare" | "commit">(
  kind: Kind,
  hash = A,
  view = 0,
  height = 1,
) {
  const where = { membership: 1 as Height, view: view as View, height: height as Height };
  return { kind, ...where, blockHash: hash };
}

function viewChange(view: number, more: Partial<ViewChange> = {}): ViewChange {
  const where = { membership: 1 as Height, view: view as View, decidedHeight: 0 as Height };
  return { kind: "viewChange", ...where, decided: [], prepared: [], ...more };
}

function said(effects: readonly PbftEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === "broadcast") return `broadcast ${effect.message.kind}`;
    return effect.kind === "persist" ? `persist ${effect.record.kind}` : effect.kind;
  });
}

const judged = (hash = A, valid = true) =>
  ({ kind: "proposalJudged", height: 1 as Height, view: 0, hash, valid }) as const;

/** A backup that has accepted A. */
function accepted(me = 1): Probe {
  const probe = new Probe(me);
  probe.hear(0, ballot("prePrepare"));
  probe.feed(judged());
  return probe;
}

describe("PBFT, normal case", () => {
  it("1: the primary proposes when there is work, once per view and height", () => {
    const probe = new Probe(0);
    assert.deepEqual(said(probe.feed({ kind: "workChanged", pending: true })), ["buildProposal"]);
    assert.deepEqual(said(probe.feed({ kind: "workChanged", pending: true })), []);
    const built = { kind: "proposalBuilt", height: 1 as Height, view: 0, hash: A } as const;
    assert.deepEqual(said(probe.feed(built)), ["persist progress", "broadcast prePrepare"]);
    assert.deepEqual(said(probe.feed({ ...built, hash: B })), []);
  });

  it("2: a backup takes the primary's first proposal only, and names who sent two", () => {
    const probe = new Probe(1);
    assert.deepEqual(said(probe.hear(2, ballot("prePrepare"))), []);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare"))), ["judgeProposal"]);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare", B))), ["evidence"]);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare", B))), []);
    assert.deepEqual(said(probe.feed(judged(B))), []);
  });

  it("3: vote and body are durable before PREPARE leaves; an invalid block gets no vote", () => {
    const probe = new Probe(1);
    probe.hear(0, ballot("prePrepare"));
    assert.deepEqual(said(probe.feed(judged())), ["persist progress", "broadcast prepare"]);
    const other = new Probe(1);
    other.hear(0, ballot("prePrepare"));
    assert.deepEqual(said(other.feed(judged(A, false))), []);
  });

  it("4: COMMIT needs q - 1 PREPAREs of distinct others, and its certificate durable", () => {
    const probe = accepted();
    probe.hear(1, ballot("prepare"));
    probe.hear(1, ballot("prepare"));
    assert.deepEqual(said(probe.hear(2, ballot("prepare", B))), []);
    assert.deepEqual(said(probe.hear(3, ballot("prepare"))), ["persist progress", "broadcast commit"]);
  });

  it("5: a quorum of COMMITs decides at one who has not prepared, in whatever view", () => {
    const probe = new Probe(3);
    probe.hear(0, ballot("commit", A, 2));
    probe.hear(0, ballot("commit", A, 2));
    probe.hear(1, ballot("commit", A, 2));
    const [effect] = probe.hear(2, ballot("commit", A, 2));
    assert.ok(effect?.kind === "finalize");
    assert.deepEqual(
      effect.certificate.signatures.map(({ member }) => member),
      [0, 1, 2],
    );
  });

  it("keeps a bounded number of messages for the next height, and uses them there", () => {
    const probe = new Probe(1);
    for (let copy = 0; copy < 100; copy++) probe.hear(0, ballot("prePrepare", A, 0, 2));
    for (const sender of [0, 2, 3]) probe.hear(sender, ballot("commit"));
    const applied = { kind: "applied", height: 1 as Height, hash: A, membership } as const;
    assert.deepEqual(said(probe.feed(applied)), ["judgeProposal"]);
  });
});

describe("PBFT, view change", () => {
  it("1, 2: a timer runs only while something is waited for; then the view is left durably", () => {
    const probe = new Probe(1);
    assert.deepEqual(said(probe.ticks(100)), []);
    probe.feed({ kind: "workChanged", pending: true });
    assert.deepEqual(said(probe.ticks(9)), []);
    assert.deepEqual(said(probe.ticks(1)), ["persist progress", "broadcast viewChange"]);
    assert.equal(probe.engine.status().phase, "changingView");
  });

  it("2: one alone does not run ahead: the next timer waits for q VIEW-CHANGEs", () => {
    const probe = new Probe(1);
    probe.feed({ kind: "workChanged", pending: true });
    probe.ticks(10);
    assert.deepEqual(said(probe.ticks(500)), []);
    for (const sender of [1, 2, 3]) probe.hear(sender, viewChange(1));
    assert.equal(probe.engine.status().timeoutTicks, 20);
  });

  it("3: f + 1 views above are joined, the smallest of them; f are not", () => {
    const probe = new Probe(3);
    assert.deepEqual(said(probe.hear(0, viewChange(7))), []);
    assert.deepEqual(said(probe.hear(2, viewChange(4))), ["persist progress", "broadcast viewChange"]);
    assert.equal(probe.engine.status().view, 4);
  });

  it("4: the new primary begins with q VIEW-CHANGEs, once, whoever comes later", () => {
    const probe = new Probe(1);
    probe.hear(2, viewChange(1));
    probe.hear(3, viewChange(1));
    assert.deepEqual(said(probe.hear(1, viewChange(1))), ["persist progress", "broadcast newView"]);
    assert.deepEqual(said(probe.hear(0, viewChange(1))), []);
  });

  it("4: the prepared certificate of the highest view forces the block above the highest decided height", () => {
    const prepared = (hash: BlockHash, view: number, height: number) => [
      { ...ballot("prepare", hash, view, height), primary: "" as Signature, prepares: [] },
    ];
    const start = viewStart([
      viewChange(5, { prepared: prepared(A, 3, 1) }),
      viewChange(5, { prepared: prepared(B, 1, 1) }),
      viewChange(5),
    ]);
    assert.deepEqual(start, { base: 0, forced: A });
    const later = viewStart([
      viewChange(5, { prepared: prepared(A, 3, 1) }),
      viewChange(5, { decidedHeight: 1 as Height, prepared: prepared(B, 1, 2) }),
    ]);
    assert.deepEqual(later, { base: 1, forced: B });
  });

  it("5: a laggard votes for nothing at or below the base of its view", () => {
    const content = ({ kind: _, ...rest }: ViewChange) => rest;
    const changes = [0, 2, 3].map((sender) => ({
      sender: sender as MemberIndex,
      signature: "" as Signature,
      content: content(viewChange(1, sender === 0 ? { decidedHeight: 1 as Height } : {})),
    }));
    const probe = new Probe(3);
    const begun = {
      kind: "newView",
      membership: 1 as Height,
      view: 1 as View,
      viewChanges: changes,
    } as const;
    assert.deepEqual(said(probe.hear(1, begun)), ["persist newView", "persist progress", "requestSync"]);
    assert.deepEqual(said(probe.hear(1, ballot("prePrepare", A, 1))), []);
  });

  it("1: the timer doubles with each view given up, never beyond its cap", () => {
    const probe = new Probe(1);
    probe.feed({ kind: "workChanged", pending: true });
    const lasted: (number | undefined)[] = [];
    for (const view of [1, 2, 3, 4, 5]) {
      probe.ticks(probe.engine.status().timeoutTicks ?? 0);
      for (const sender of [1, 2, 3]) probe.hear(sender, viewChange(view));
      lasted.push(probe.engine.status().timeoutTicks);
    }
    assert.deepEqual(lasted, [20, 40, 40, 40, 40]);
  });

  it("6: a block that changes the members ends the view, and older members are told what was decided", () => {
    const probe = new Probe(3);
    probe.hear(0, viewChange(4));
    probe.hear(2, viewChange(4));
    assert.equal(probe.engine.status().view, 4);
    const changed = { ...membership, from: 2 as Height };
    probe.feed({ kind: "applied", height: 1 as Height, hash: A, membership: changed });
    const { view, phase, membership: from } = probe.engine.status();
    assert.deepEqual([view, phase, from], [0, "idle", 2]);
    const old = { ...viewChange(9), membership: 0 as Height };
    assert.deepEqual(said(probe.hear(0, old)), ["sendDecided"]);
    assert.equal(probe.engine.status().view, 0);
  });

  it("calls a checkpoint stable once a quorum of distinct senders has the same digest", () => {
    const probe = new Probe(0);
    const say = (sender: number, digest: string, height = 10) => {
      const where = { membership: 1 as Height, height: height as Height };
      return said(probe.hear(sender, { kind: "checkpoint", ...where, digest: digest as never }));
    };
    say(1, A);
    assert.deepEqual(say(1, A), []);
    assert.deepEqual(say(2, B), []);
    assert.deepEqual(say(0, A), []);
    assert.deepEqual(say(3, A), ["stableCheckpoint"]);
    assert.deepEqual(say(2, A, 11), []);
  });

  it("restarted, it votes as before, or not at all", () => {
    const { records } = accepted();
    const probe = new Probe(1, [records.at(-1) as PbftRecord]);
    assert.deepEqual(said(probe.hear(0, ballot("prePrepare", B))), []);
    assert.deepEqual(said(probe.feed(judged(B))), []);
    probe.hear(0, ballot("prePrepare"));
    probe.hear(1, ballot("prepare"));
    assert.equal(probe.engine.status().phase, "proposed");
  });
});
