// Every check of worlds of PBFT engines finds a small breach made by hand, and lets pass what is right beside it.
import assert from "node:assert/strict";
import { asVerified, type PbftMessage, type SignedMessage } from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  type Hash,
  type Height,
  type MemberIndex,
  type PbftCertificate,
  sha256Hex,
  type View,
} from "@witan/primitives";
import type { Flaw, ModelBlock } from "../../packages/simulator/src/engines/blocks.ts";
import type { Check } from "../../packages/simulator/src/pbft/check.ts";
import { CHECKS, checksOf } from "../../packages/simulator/src/pbft/checks/checks.ts";
import type { PbftPlan } from "../../packages/simulator/src/pbft/plan.ts";
import type { Process } from "../../packages/simulator/src/pbft/process.ts";
import { realEngine } from "../../packages/simulator/src/pbft/real-engine.ts";
import type { Begin, PbftWorld, WorldEngine } from "../../packages/simulator/src/pbft/world.ts";
import { Violation } from "../../packages/simulator/src/world/violation.ts";
import { calmPlan, worldOf } from "./calm-world.ts";

/** A check of a world that does not run, and hands to feed it by. */
class Hands {
  readonly world: PbftWorld;
  readonly check: Check;

  constructor(name: string, more: Partial<PbftPlan> = {}) {
    this.world = worldOf(calmPlan(more));
    const entry = CHECKS[name];
    assert.ok(entry);
    this.check = entry.make(this.world);
  }

  at(place: number): Process {
    return this.world.processes[place] as Process;
  }

  /** A block on what this process has. */
  build(at: Process, holds: readonly number[] = [], flaw?: Flaw): ModelBlock {
    return this.world.blocks.build(at.ground, holds, flaw);
  }

  sign(sender: number, message: PbftMessage): SignedMessage {
    const key = this.world.firstMembership.members[sender]?.votingKey;
    assert.ok(key);
    return this.world.cast.sign(key, sender, message);
  }

  certificate(
    { height, hash }: { height: number; hash: BlockHash },
    signers: readonly number[],
    view = 0,
  ): PbftCertificate {
    const statement = ballot(height, hash, view);
    const signatures = signers.map((member) => ({
      member: member as MemberIndex,
      signature: this.sign(member, { kind: "commit", ...statement }).signature,
    }));
    return { kind: "pbft", ...statement, signatures };
  }

  decides(place: number, block: ModelBlock, signers: readonly number[] = [0, 1, 2]): void {
    this.check.decided?.(this.at(place), this.certificate(block, signers), block);
  }

  says(place: number, message: PbftMessage): void {
    this.check.signed?.(this.at(place), this.sign(place, message));
  }
}

function ballot(height: number, blockHash: BlockHash, view = 0) {
  return { membership: 1 as Height, view: view as View, height: height as Height, blockHash };
}

function hashOf(name: string): BlockHash {
  return sha256Hex(asciiBytes(name)) as BlockHash;
}

function asks(view: number, decidedHeight = 0): PbftMessage {
  return {
    kind: "viewChange",
    membership: 1 as Height,
    view: view as View,
    decidedHeight: decidedHeight as Height,
    decided: [],
    prepared: [],
  };
}

function checkpoint(digest: string): PbftMessage {
  return { kind: "checkpoint", membership: 1 as Height, height: 4 as Height, digest: hashOf(digest) as Hash };
}

function finds(name: string, what: RegExp, act: () => void): void {
  assert.throws(act, (error: unknown) => {
    assert.ok(error instanceof Violation, String(error));
    assert.equal(error.check, name);
    assert.match(error.message, what);
    return true;
  });
}

describe("checks of worlds of PBFT engines", () => {
  it("are named as their table has them, and say what they find", () => {
    const plan = calmPlan();
    for (const [name, { make, says }] of Object.entries(CHECKS)) {
      assert.equal(make(worldOf(plan)).name, name);
      assert.ok(says.length > 20, name);
    }
    assert.equal(checksOf(plan).length, Object.keys(CHECKS).length);
    const liars = [2, 3].map((node) => ({ node, conducts: [], twin: false }));
    const left = checksOf({ ...plan, liars }).map((make) => make(worldOf(plan)).name);
    assert.deepEqual(
      Object.keys(CHECKS).filter((name) => !left.includes(name)),
      ["agreement", "certificates", "checkpoints"],
    );
  });

  it("agreement: another block at one height", () => {
    const hands = new Hands("agreement");
    hands.decides(0, hands.build(hands.at(0)));
    const other = hands.build(hands.at(1));
    finds("agreement", /two blocks decided at height 1/, () => hands.decides(1, other));
  });

  it("validity: a block with a flaw, and one that belongs elsewhere", () => {
    const hands = new Hands("validity");
    hands.decides(0, hands.build(hands.at(0)));
    finds("validity", /its root is wrong/, () => hands.decides(0, hands.build(hands.at(0), [], "root")));
    const ground = { ...hands.at(0).ground, head: hashOf("elsewhere") };
    const stray = hands.world.blocks.build(ground, []);
    finds("validity", /belongs on another block/, () => hands.decides(0, stray));
  });

  it("certificates: one of too few, one of made up signatures", () => {
    const hands = new Hands("certificates");
    const block = hands.build(hands.at(0));
    finds("certificates", /does not hold/, () => hands.decides(0, block, [0, 1]));
    const good = hands.certificate(block, [0, 1, 2]);
    const [first, ...rest] = good.signatures;
    assert.ok(first);
    const bad = {
      ...good,
      signatures: [{ ...first, signature: rest[0]?.signature ?? first.signature }, ...rest],
    };
    finds("certificates", /does not hold/, () => hands.check.decided?.(hands.at(0), bad, block));
    hands.decides(0, block);
  });

  it("certificates: one for a second block, inside a VIEW-CHANGE or from sync", () => {
    const hands = new Hands("certificates");
    hands.decides(0, hands.build(hands.at(0)));
    const other = hands.certificate(hands.build(hands.at(1)), [1, 2, 3], 2);
    const content = { ...asks(3, 1), decided: [other] } as PbftMessage;
    const { sender, signature } = hands.sign(3, content);
    const message = asVerified(sender, content, signature);
    finds("certificates", /have certificates/, () =>
      hands.check.stepped?.(hands.at(2), { kind: "message", message }, []),
    );
    finds("certificates", /have certificates/, () =>
      hands.check.stepped?.(hands.at(2), { kind: "synced", certificate: other }, []),
    );
  });

  it("certificates: one that liars could make from the COMMITs of others, whether anybody does or not", () => {
    const hands = new Hands("certificates", { liars: [{ node: 3, conducts: [], twin: false }] });
    for (const place of [0, 1]) hands.says(place, { kind: "commit", ...ballot(1, hashOf("a")) });
    hands.says(0, { kind: "commit", ...ballot(1, hashOf("b"), 2) });
    finds("certificates", /by COMMITs in view 2/, () =>
      hands.says(2, { kind: "commit", ...ballot(1, hashOf("b"), 2) }),
    );
  });

  it("double-votes: two votes in one view, by different kinds too", () => {
    const hands = new Hands("double-votes");
    hands.says(1, { kind: "prepare", ...ballot(1, hashOf("a")) });
    hands.says(1, { kind: "prepare", ...ballot(1, hashOf("a")) });
    hands.says(1, { kind: "commit", ...ballot(1, hashOf("a")) });
    hands.says(1, { kind: "prepare", ...ballot(1, hashOf("b"), 1) });
    finds("double-votes", /contradicts itself: COMMIT/, () =>
      hands.says(1, { kind: "commit", ...ballot(1, hashOf("b")) }),
    );
  });

  it("double-votes: VIEW-CHANGEs and CHECKPOINTs that differ, and votes below a view that was asked for", () => {
    const hands = new Hands("double-votes");
    hands.says(1, asks(2));
    hands.says(1, asks(2));
    finds("double-votes", /asked for view 2/, () =>
      hands.says(1, { kind: "prepare", ...ballot(1, hashOf("a"), 1) }),
    );
    finds("double-votes", /asked for view 2/, () => hands.says(1, asks(1)));
    const prepared = { ...ballot(1, hashOf("a")), primary: hands.sign(0, asks(1)).signature, prepares: [] };
    finds("double-votes", /contradicts itself/, () =>
      hands.says(1, { ...asks(2), prepared: [prepared] } as PbftMessage),
    );
    hands.says(1, checkpoint("a"));
    finds("double-votes", /contradicts itself/, () => hands.says(1, checkpoint("b")));
  });

  it("double-votes: what the signer guard refuses", () => {
    const hands = new Hands("double-votes");
    finds("double-votes", /the signer guard refused a prepare of p1: regresses/, () =>
      hands.check.refused?.(hands.at(1), { kind: "prepare", ...ballot(1, hashOf("a")) }, "regresses"),
    );
  });

  it("durable-votes: a vote, a COMMIT and a VIEW-CHANGE that the disk knows nothing of", () => {
    const hands = new Hands("durable-votes");
    const { disk } = hands.at(1);
    const a = hashOf("a");
    const signed = hands.sign(0, { kind: "prePrepare", ...ballot(1, a) });
    const prepare: PbftMessage = { kind: "prepare", ...ballot(1, a) };
    finds("durable-votes", /does not say that it is in this view/, () => hands.says(1, prepare));
    disk.put({
      ...{ kind: "progress", membership: 1 as Height, view: 0 as View, changing: false },
      accepted: asVerified(signed.sender, { kind: "prePrepare", ...ballot(1, a) }, signed.signature),
      ...{ prepared: undefined, announced: undefined },
    });
    finds("durable-votes", /the body is not there/, () => hands.says(1, prepare));
    disk.bodies.add(a);
    hands.says(1, prepare);
    finds("durable-votes", /does not hold what this rests on/, () =>
      hands.says(1, { kind: "commit", ...ballot(1, a) }),
    );
    finds("durable-votes", /does not say/, () => hands.says(1, asks(1)));
  });

  it("double-spends: a transaction that is in the chain, and one that is in a block twice", () => {
    const hands = new Hands("double-spends");
    hands.at(0).disk.held.add(7);
    hands.decides(0, hands.build(hands.at(0), [5, 6]));
    finds("double-spends", /transaction 7/, () => hands.decides(0, hands.build(hands.at(0), [5, 7])));
    finds("double-spends", /transaction 5/, () => hands.decides(0, hands.build(hands.at(0), [5, 5])));
  });

  it("finality: a height that is left out, and a block that is gone", () => {
    const hands = new Hands("finality");
    const at = hands.at(0);
    const block = hands.build(at);
    at.disk.chain.push({ hash: block.hash, certificate: hands.certificate(block, [0, 1, 2]) });
    hands.check.applied?.(at, block);
    hands.check.sampled?.();
    const next = hands.build(at);
    finds("finality", /where 2 comes next/, () => hands.check.applied?.(at, { ...next, height: 3 }));
    finds("finality", /where 2 comes next/, () =>
      hands.check.applied?.(at, { ...next, parent: hashOf("other") }),
    );
    at.disk.chain.pop();
    finds("finality", /has it no more/, () => hands.check.sampled?.());
    finds("finality", /has it no more/, () => hands.check.ended?.());
  });

  it("memberships: other members at one height, and an engine that does not hear of them", () => {
    const hands = new Hands("memberships", { spares: 1 });
    const { world, check } = hands;
    const block = hands.build(hands.at(0));
    for (const place of [0, 1])
      hands.at(place).disk.chain.push({ hash: block.hash, certificate: hands.certificate(block, [0, 1, 2]) });
    check.applied?.(hands.at(0), block);
    const members = [...world.firstMembership.members, world.cast.member("v4", 0)];
    hands.at(1).disk.memberships.push({ mode: "pbft", from: 2 as Height, members });
    finds("memberships", /height 2 is decided by/, () => check.applied?.(hands.at(1), block));
    const membership = hands.at(1).ground.membership;
    finds("memberships", /the engine of p1 is at height 1/, () =>
      check.stepped?.(
        hands.at(1),
        { kind: "applied", height: 1 as Height, hash: block.hash, membership },
        [],
      ),
    );
  });

  it("checkpoints: two states after one height", () => {
    const hands = new Hands("checkpoints");
    hands.says(0, checkpoint("a"));
    hands.says(1, checkpoint("a"));
    finds("checkpoints", /after height 4 the state of p2/, () => hands.says(2, checkpoint("b")));
    finds("checkpoints", /after height 4 the state of p3/, () =>
      hands.check.checkpointed?.(hands.at(3), 4 as Height, hashOf("b") as Hash),
    );
  });

  it("checkpoints: none becomes stable, though all members have the state", () => {
    const transactions = Array.from({ length: 30 }, (_, at) => ({ atUs: at * 500_000, client: 1 }));
    const plan = calmPlan({ transactions });
    assert.equal(worldOf(plan).run().violation, undefined);
    const deaf: Begin = (world, process, start) =>
      changed(realEngine(world, process, start), (engine, input) => {
        const isCheckpoint = input.kind === "message" && input.message.message.kind === "checkpoint";
        return isCheckpoint ? [] : engine.step(input);
      });
    const { violation } = worldOf(plan, deaf).run();
    assert.equal(violation?.check, "checkpoints", violation?.message);
    assert.match(violation?.message ?? "", /knows of no quorum/);
  });

  it("evidence: against a correct member, without a contradiction, without signatures", () => {
    const hands = new Hands("evidence", { liars: [{ node: 3, conducts: [], twin: false }] });
    const members = hands.world.firstMembership;
    const prepare = (sender: number, name: string, view = 0) => {
      const message = { kind: "prepare" as const, ...ballot(1, hashOf(name), view) };
      return asVerified(sender as MemberIndex, message, hands.sign(sender, message).signature);
    };
    const accuse = (first: ReturnType<typeof prepare>, second: ReturnType<typeof prepare>) => () =>
      hands.check.accused?.(hands.at(0), { first, second }, members);
    accuse(prepare(3, "a"), prepare(3, "b"))();
    finds("evidence", /it is correct/, accuse(prepare(2, "a"), prepare(2, "b")));
    finds("evidence", /do not contradict/, accuse(prepare(3, "a"), prepare(3, "a")));
    finds("evidence", /do not contradict/, accuse(prepare(3, "a"), prepare(3, "b", 1)));
    finds("evidence", /not of one member/, accuse(prepare(3, "a"), prepare(2, "b")));
    const made = { ...prepare(3, "b"), signature: prepare(3, "c").signature };
    finds("evidence", /has not signed/, accuse(prepare(3, "a"), made));
  });

  it("faults: a message of a correct process that another holds for wrong", () => {
    const hands = new Hands("faults", { liars: [{ node: 3, conducts: [], twin: false }] });
    const signed = hands.sign(3, asks(1));
    hands.check.faulted?.(hands.at(0), signed, 3);
    finds("faults", /p0 holds for wrong what p1 sent: VIEW-CHANGE/, () =>
      hands.check.faulted?.(hands.at(0), signed, 1),
    );
  });

  it("memory: an engine, or a host, that keeps too much", () => {
    const hands = new Hands("memory");
    hands.check.sampled?.();
    const at = hands.at(2);
    const kept = { ...(at.engine.kept?.() ?? assert.fail()), commits: 17 * 4 };
    at.engine = { ...changed(at.engine, (engine, input) => engine.step(input)), kept: () => kept };
    hands.check.sampled?.();
    at.engine = { ...at.engine, kept: () => ({ ...kept, commits: 17 * 4 + 1 }) };
    finds("memory", /p2 keeps 69 of commits, the bound is 68/, () => hands.check.sampled?.());
    at.engine = realEngine(hands.world, at, {
      ...at.ground,
      hash: at.head,
      certificate: undefined,
      records: [],
      height: 0 as Height,
    });
    at.pause();
    for (let count = 0; count <= 10_000; count++) at.feed({ kind: "tick" });
    finds("memory", /p2 keeps 10001 of inputs/, () => hands.check.sampled?.());
  });

  it("liveness: engines that do nothing", () => {
    const idle: Begin = (world, process, start) => changed(realEngine(world, process, start), () => []);
    const { violation } = worldOf(calmPlan(), idle).run();
    assert.equal(violation?.check, "liveness", violation?.message);
  });
});

/** An engine that steps otherwise. */
function changed(
  engine: WorldEngine,
  step: (engine: WorldEngine, input: Parameters<WorldEngine["step"]>[0]) => ReturnType<WorldEngine["step"]>,
): WorldEngine {
  return {
    step: (input) => step(engine, input),
    status: () => engine.status(),
    kept: () => engine.kept?.() ?? assert.fail(),
  };
}
