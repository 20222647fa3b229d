// Dialogues of BP Fast Paxos, for those who learn it and for those who review a change: what each process is told and does,
// in words. WITAN_GOLDEN=write writes them anew; review the difference.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bpfpMessageCodec, castOf } from "@witan/consensus";
import type { BlockHash, Height, Membership, PublicKey, View } from "@witan/primitives";
import { GENESIS } from "./fakes.ts";
import { Words } from "./words.ts";
import { type Actor, World, type WorldOptions } from "./world.ts";

const SLOW = { roundTicks: 10, roundTicksMax: 40, resendTicks: 1_000 };

/** A dialogue that is being written down. */
class Dialogue {
  readonly world: World;
  readonly #lines: string[];
  #tick = -1;
  isHeard = true;

  constructor(title: string, about: readonly string[], options: WorldOptions = {}) {
    this.#lines = [title, "", ...about];
    this.world = new World({ config: SLOW, ...options });
    const words = new Words();
    this.world.saw = (process, input, effects) => {
      const dull =
        ["tick", "workChanged"].includes(input.kind) ||
        (input.kind === "message" && ["status", "decided"].includes(input.message.message.kind));
      if (!this.isHeard || (dull && effects.length === 0)) return;
      if (this.world.now !== this.#tick) this.#lines.push("", `tick ${this.world.now}`);
      this.#tick = this.world.now;
      const members = (from: number) => process.membershipAt(from) as Membership;
      const present = members(process.engine.status().membership);
      this.#lines.push(`${process.name} ${words.input(input, members)}`);
      for (const effect of effects) this.#lines.push(`    ${words.effect(effect, present)}`);
    };
  }

  note(text: string): void {
    this.#lines.push("", `== ${text}`);
  }

  /** Runs until those that are up have decided so many blocks, and their certificates are there. */
  until(height: number): void {
    const isSo = () =>
      this.world.processes.every(
        (one) => !one.up || (one.height >= height && one.chain[height - 1]?.certificate),
      );
    assert.ok(this.world.playUntil(isSo, 300), `no decision at ${height}\n${this.world.standing}`);
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

const SIX = [
  "Two proposers, p0 and p1, who may lie; four acceptors, a0 to a3, one of whom may crash; a quorum is three acceptors.",
  "A proposer is trusted for ten ticks without a decision.",
];

/** The first proposer has work, until it has proposed it. */
function hasWorkForOne(world: World): void {
  const first = world.at("p0");
  world.work(true, [first]);
  world.work(false, [first]);
}

function normalCase(): Dialogue {
  const about = [
    ...SIX,
    "p0 has work: it proposes, the acceptors vote and tell each other, and decide: two delays.",
  ];
  const dialogue = new Dialogue("The normal case", about);
  hasWorkForOne(dialogue.world);
  dialogue.until(1);
  return dialogue;
}

function crashedProposer(): Dialogue {
  const about = [...SIX, "p0 is down. The acceptors have work, suspect p0, and trust p1."];
  const dialogue = new Dialogue("A crashed proposer", about);
  const { world } = dialogue;
  world.at("p0").crash();
  world.work(
    true,
    world.processes.filter(({ name }) => name.startsWith("a")),
  );
  hasWork(world, "p1");
  dialogue.until(1);
  return dialogue;
}

/** One has work, for one block. */
function hasWork(world: World, name: string): void {
  const { saw } = world;
  world.work(true, [world.at(name)]);
  world.saw = (process, input, effects) => {
    saw?.(process, input, effects);
    if (process.name === name && input.kind === "proposalBuilt")
      process.feed({ kind: "workChanged", pending: false, overdue: false });
  };
}

/** Says what it is told to, and hears nothing. */
class Puppet implements Actor {
  readonly world: World;
  readonly place: number;
  readonly name: string;
  readonly key: PublicKey;
  constructor(world: World, place: number, name: string, key: PublicKey) {
    this.world = world;
    this.place = place;
    this.name = name;
    this.key = key;
  }
  accept(blockHash: BlockHash, to: readonly number[]): void {
    const { genesis } = this.world;
    const ballot = { membership: 1 as Height, round: 0 as View, height: 1 as Height, blockHash };
    const bytes = bpfpMessageCodec.encode({ kind: "accept", ...ballot, proof: [], signature: [] });
    for (const [at, acceptor] of castOf(genesis).acceptors.entries())
      if (to.includes(at)) this.world.send(this, genesis, acceptor, bytes, blockHash);
  }
  receive(): void {}
  askedBody(): void {}
  takeBody(): void {}
  askedBlocks(): void {}
  takeBlocks(): void {}
  askedCertificates(): void {}
  takeCertificate(): void {}
  tick(): void {}
}

function equivocatingProposer(): Dialogue {
  const about = [
    ...SIX,
    "p0 lies: it proposes one block to a0, a1 and a2, and another one to a3. a2 votes, and crashes before it can say so. The",
    "others see two blocks in one round, and trust p1. It gets two promises with a vote for the first block, which are",
    "n_a - 2 t_a: that block may have been chosen (it was), so p1 must propose it.",
  ];
  let first: Puppet | undefined;
  const liar: WorldOptions["liar"] = (world, place, name, key) => {
    if (place !== 0) return undefined;
    first = new Puppet(world, place, name, key);
    return first;
  };
  const dialogue = new Dialogue("An equivocating proposer", about, { liar });
  const { world } = dialogue;
  world.stops = ({ name }, effect) => {
    if (name !== "a2" || effect.kind !== "broadcast") return false;
    dialogue.note("a2 crashes before its LEARN leaves");
    return true;
  };
  const [a, b] = ["one", "another"].map((by) =>
    world.blocks.make({ height: 1 as Height, parent: GENESIS, valid: true }, by),
  );
  assert.ok(a && b && first);
  first.accept(a.hash, [0, 1, 2]);
  first.accept(b.hash, [3]);
  dialogue.until(1);
  return dialogue;
}

function laggingAcceptor(): Dialogue {
  const about = [
    ...SIX,
    "a3 is cut off while two blocks are decided. STATUS, which all say every eight ticks, tells the others that it is",
    "behind: it is sent the blocks, with their certificates.",
  ];
  const dialogue = new Dialogue("A lagging acceptor", about, { config: { ...SLOW, resendTicks: 8 } });
  const { world } = dialogue;
  world.passes = (from, to) => from !== 5 && to !== 5;
  dialogue.isHeard = false;
  world.work(true, [world.at("p0")]);
  world.playUntil(() => world.at("a0").height >= 2, 100);
  world.work(false, [world.at("p0")]);
  world.play(4);
  world.loseLetters();
  dialogue.isHeard = true;
  const { height } = world.at("p0");
  dialogue.note(`${height} blocks are decided without a3, which can be heard again from now on`);
  world.passes = () => true;
  dialogue.until(height);
  return dialogue;
}

function restart(): Dialogue {
  const about = [
    ...SIX,
    "a1 crashes when its vote is durable and not told yet, and comes back: its vote is as before, and is told on the timer,",
    "every eight ticks. a3 is down, so a1 is needed.",
  ];
  const dialogue = new Dialogue("A restart", about, { config: { ...SLOW, roundTicks: 30, resendTicks: 8 } });
  const { world } = dialogue;
  world.at("a3").crash();
  let isDone = false;
  world.stops = ({ name }, effect) => {
    if (isDone || name !== "a1" || effect.kind !== "broadcast" || effect.message.kind !== "learn")
      return false;
    isDone = true;
    dialogue.note("a1 crashes before its LEARN leaves");
    return true;
  };
  hasWorkForOne(world);
  world.play(5);
  dialogue.note("a1 is back");
  world.start(world.at("a1"));
  dialogue.until(1);
  return dialogue;
}

function membershipChange(): Dialogue {
  const about = [
    ...SIX,
    "s0 follows as an observer. In round 1, p1's round, the block of height 1 makes it an acceptor: from height 2 on there",
    "are five, a quorum is four, and rounds begin at 0 again, with p0.",
  ];
  const dialogue = new Dialogue("A membership change", about, { spares: ["acceptor"] });
  const { world } = dialogue;
  dialogue.isHeard = false;
  world.at("p0").crash();
  world.work(
    true,
    world.processes.filter(({ name }) => name.startsWith("a")),
  );
  world.playUntil(() => world.at("a0").engine.status().round === 1, 30);
  world.play(2);
  dialogue.isHeard = true;
  world.start(world.at("p0"));
  dialogue.note("the acceptors have trusted p1, and p0 is back");
  world.special = (height) => (height === 1 ? { members: world.everybody } : {});
  hasWork(world, "p1");
  dialogue.until(1);
  dialogue.note("p0 has work");
  hasWork(world, "p0");
  dialogue.until(2);
  return dialogue;
}

const CASES: Readonly<Record<string, () => Dialogue>> = {
  "normal-case": normalCase,
  "crashed-proposer": crashedProposer,
  "equivocating-proposer": equivocatingProposer,
  "lagging-acceptor": laggingAcceptor,
  restart,
  "membership-change": membershipChange,
};

describe("BP Fast Paxos dialogues", () => {
  for (const [name, run] of Object.entries(CASES))
    it(`${name}: as in golden/${name}.txt`, () => {
      const { text } = run();
      const file = fileURLToPath(new URL(`./golden/${name}.txt`, import.meta.url));
      if (process.env["WITAN_GOLDEN"] === "write") writeFileSync(file, text);
      assert.equal(
        text,
        readFileSync(file, "utf8"),
        "WITAN_GOLDEN=write writes it anew: review the difference",
      );
    });
});
