// Dialogues of PBFT, for those who learn it and for those who review a change: what each validator is told and does, in
// words. WITAN_GOLDEN=write writes them anew; review the difference.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Membership } from "@witan/primitives";
import { Stage, type StageOptions } from "./stage.ts";
import { Words } from "./words.ts";

const SLOW = { viewTicks: 10, viewTicksMax: 40, resendTicks: 1_000 };

/** A dialogue that is being written down. */
class Dialogue {
  readonly stage: Stage;
  readonly #lines: string[];
  #tick = -1;

  constructor(title: string, about: readonly string[], options: StageOptions = {}) {
    this.#lines = [title, "", ...about];
    this.stage = new Stage({ timers: SLOW, ...options });
    const words = new Words();
    this.stage.saw = (process, input, effects) => {
      const dull =
        ["tick", "workChanged"].includes(input.kind) ||
        (input.kind === "message" && input.message.message.kind === "status");
      if (dull && effects.length === 0) return;
      if (this.stage.now !== this.#tick) this.#lines.push("", `tick ${this.stage.now}`);
      this.#tick = this.stage.now;
      const members = (from: number) => process.membershipAt(from) as Membership;
      const present = members(process.engine.status().membership);
      this.#lines.push(`${words.name(process)} ${words.input(input, members)}`);
      for (const effect of effects) this.#lines.push(`    ${words.effect(effect, present)}`);
    };
  }

  note(text: string): void {
    this.#lines.push("", `== ${text}`);
  }

  /** Runs until the correct processes that are up have decided so many blocks. */
  until(height: number): void {
    const { stage } = this;
    const isSo = () => stage.correct.every((one) => !one.up || one.height >= height);
    assert.ok(stage.playUntil(isSo, 300), `no decision at ${height}`);
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

const FOUR = "Four validators, v0 to v3; one of them may lie; a quorum is three. A view lasts ten ticks.";

function normalCase(): Dialogue {
  const about = [FOUR, "The primary v0 has work: it proposes, all prepare, all commit, all decide."];
  const dialogue = new Dialogue("The normal case", about);
  hasWorkForOne(dialogue.stage);
  dialogue.until(1);
  return dialogue;
}

/** The first primary has work, until it has proposed it. */
function hasWorkForOne(stage: Stage): void {
  stage.work(true, [stage.at(0)]);
  stage.work(false, [stage.at(0)]);
}

function crashedPrimary(): Dialogue {
  const about = [FOUR, "The primary v0 is down. The others wait for a proposal, and replace it."];
  const dialogue = new Dialogue("A crashed primary", about);
  dialogue.stage.at(0).crash();
  dialogue.stage.work(true);
  dialogue.until(1);
  return dialogue;
}

function equivocatingPrimary(): Dialogue {
  const about = [
    FOUR,
    "The primary v0 lies: it runs twice with one key, as v0 and v0', and proposes two blocks. v2 and v3 hear the",
    "proposal of v0' only, v1 both. v2 is prepared, v3 does not hear the PREPAREs. Then v0 and v0' are gone.",
  ];
  const dialogue = new Dialogue("An equivocating primary", about, { twin: 0 });
  const { stage } = dialogue;
  const lies = (place: number) => place % 4 === 0;
  stage.passes = (from, to, kind) => {
    if (lies(to)) return false;
    if (kind === "prePrepare") return from === 4 || to === 1;
    return kind !== "prepare" || to !== 3;
  };
  stage.work(true);
  stage.play(4);
  dialogue.note("v0 and v0' are gone");
  for (const one of stage.processes) if (lies(one.place)) one.crash();
  stage.passes = () => true;
  dialogue.until(1);
  return dialogue;
}

function laggingValidator(): Dialogue {
  const about = [
    FOUR,
    "v3 is cut off while two blocks are decided. STATUS, which all say every eight ticks, tells the others that it is",
    "behind: it is sent the blocks, with their certificates.",
  ];
  const dialogue = new Dialogue("A lagging validator", about, {
    timers: { ...SLOW, viewTicks: 8, resendTicks: 8 },
  });
  const { stage } = dialogue;
  stage.passes = (from, to) => from !== 3 && to !== 3;
  const saw = stage.saw;
  stage.saw = undefined;
  stage.work(true, [stage.at(0)]);
  stage.playUntil(() => stage.heights[1] >= 2, 100);
  stage.work(false, [stage.at(0)]);
  stage.loseLetters();
  stage.saw = saw;
  dialogue.note("two blocks are decided without v3, which can be heard again from now on");
  stage.passes = () => true;
  dialogue.until(3);
  return dialogue;
}

function restart(): Dialogue {
  const about = [
    FOUR,
    "v1 crashes when its vote is durable and not sent yet, and comes back: it votes as before, though v0 might have",
    "proposed another block meanwhile. Votes are said again every eight ticks. v3 is down, so v1 is needed.",
  ];
  const timers = { ...SLOW, viewTicks: 30, resendTicks: 8 };
  const dialogue = new Dialogue("A restart", about, { timers });
  const { stage } = dialogue;
  stage.at(3).crash();
  let effects = 0;
  stage.stops = (process) => {
    if (process.place !== 1 || effects++ !== 2) return false;
    dialogue.note("v1 crashes before its PREPARE leaves");
    process.crash();
    return true;
  };
  hasWorkForOne(stage);
  stage.play(6);
  dialogue.note("v1 is back");
  stage.stops = () => false;
  stage.at(1).restart();
  dialogue.until(1);
  return dialogue;
}

/** With this seed the first block makes v4 a member, and the second changes nobody. */
const ADDS_V4 = 2;

function membershipChange(): Dialogue {
  const about = [
    FOUR,
    "v4 follows as an observer. The block of height 1 makes it a member: from height 2 on there are five, a quorum is",
    "four, and views begin at 0 again.",
  ];
  const options = { spares: 1, seed: ADDS_V4, changesPermille: 300 };
  const dialogue = new Dialogue("A membership change", about, options);
  const { stage } = dialogue;
  stage.work(true, [stage.at(0)]);
  dialogue.until(2);
  return dialogue;
}

const CASES: Readonly<Record<string, () => Dialogue>> = {
  "normal-case": normalCase,
  "crashed-primary": crashedPrimary,
  "equivocating-primary": equivocatingPrimary,
  "lagging-validator": laggingValidator,
  restart,
  "membership-change": membershipChange,
};

describe("PBFT dialogues", () => {
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
