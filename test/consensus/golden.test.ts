// Dialogues of PBFT, for those who learn it and for those who review a change: what each validator is told and does, in
// words. WITAN_GOLDEN=write writes them anew; review the difference.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Membership } from "@witan/primitives";
import { FAIR } from "./dice.ts";
import { Words } from "./words.ts";
import { World, type WorldOptions } from "./world.ts";

const SLOW = { viewTicks: 10, viewTicksMax: 40, resendTicks: 1_000, bufferedMax: 16 };

/** A dialogue that is being written down. */
class Dialogue {
  readonly world: World;
  readonly #lines: string[];
  #tick = -1;

  constructor(title: string, about: readonly string[], options: WorldOptions) {
    this.#lines = [title, "", ...about];
    this.world = new World({ config: SLOW, ...options });
    this.world.shuffled = false;
    const words = new Words(this.world);
    this.world.saw = (validator, input, effects) => {
      const dull =
        ["tick", "workChanged"].includes(input.kind) ||
        (input.kind === "message" && input.message.message.kind === "status");
      if (dull && effects.length === 0) return;
      if (this.world.now !== this.#tick) this.#lines.push("", `tick ${this.world.now}`);
      this.#tick = this.world.now;
      const members = (from: number) => validator.membershipAt(from) as Membership;
      const present = members(validator.engine.status().membership);
      this.#lines.push(`${words.name(validator)} ${words.input(input, members)}`);
      for (const effect of effects) this.#lines.push(`    ${words.effect(effect, present)}`);
    };
  }

  note(text: string): void {
    this.#lines.push("", `== ${text}`);
  }

  /** There is work for one block: for all, from now until it is proposed. */
  work(): void {
    for (const validator of this.world.validators) validator.work(true);
  }

  /** Runs until the correct validators that are up have decided so many blocks; then nobody has work. */
  until(height: number): void {
    for (let tick = 0; tick < 300; tick++) {
      if (this.world.correct.every((one) => !one.up || one.height >= height)) return;
      this.world.run(1);
    }
    assert.fail(`no decision at ${height}`);
  }

  get text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

const FOUR = "Four validators, v0 to v3; one of them may lie; a quorum is three. A view lasts ten ticks.";

function normalCase(): Dialogue {
  const about = [FOUR, "The primary v0 has work: it proposes, all prepare, all commit, all decide."];
  const dialogue = new Dialogue("The normal case", about, { members: 4 });
  dialogue.world.validators[0]?.work(true);
  dialogue.world.validators[0]?.work(false);
  dialogue.until(1);
  return dialogue;
}

function crashedPrimary(): Dialogue {
  const about = [FOUR, "The primary v0 is down. The others wait for a proposal, and replace it."];
  const dialogue = new Dialogue("A crashed primary", about, { members: 4 });
  dialogue.world.validators[0]?.crash();
  dialogue.work();
  dialogue.until(1);
  return dialogue;
}

function equivocatingPrimary(): Dialogue {
  const about = [
    FOUR,
    "The primary v0 lies: it runs twice with one key, as v0 and v0', and proposes two blocks. v2 and v3 hear the",
    "proposal of v0' only, v1 both. v2 is prepared, v3 does not hear the PREPAREs. Then v0 and v0' are gone.",
  ];
  const dialogue = new Dialogue("An equivocating primary", about, { members: 4, twins: 1 });
  const { world } = dialogue;
  const lies = (place: number) => place % 4 === 0;
  world.passes = (from, to, kind) => {
    if (lies(to)) return false;
    if (kind === "prePrepare") return from === 4 || to === 1;
    return kind !== "prepare" || to !== 3;
  };
  dialogue.work();
  world.run(4);
  dialogue.note("v0 and v0' are gone");
  for (const one of world.validators) if (lies(one.place)) one.crash();
  world.passes = () => true;
  dialogue.until(1);
  return dialogue;
}

function laggingValidator(): Dialogue {
  const about = [
    FOUR,
    "v3 is cut off while two blocks are decided. STATUS, which all say every eight ticks, tells the others that it is",
    "behind: it is sent the blocks, with their certificates.",
  ];
  const options = { members: 4, config: { ...SLOW, resendTicks: 8 } };
  const dialogue = new Dialogue("A lagging validator", about, options);
  const { world } = dialogue;
  world.passes = (from, to) => from !== 3 && to !== 3;
  const saw = world.saw;
  world.saw = undefined;
  world.validators[0]?.work(true);
  while (world.heights[1] < 2) world.run(1);
  world.validators[0]?.work(false);
  world.loseLetters();
  world.saw = saw;
  dialogue.note("two blocks are decided without v3, which can be heard again from now on");
  world.passes = () => true;
  dialogue.until(2);
  return dialogue;
}

function restart(): Dialogue {
  const about = [
    FOUR,
    "v1 crashes when its vote is durable and not sent yet, and comes back: it votes as before, though v0 might have",
    "proposed another block meanwhile. Votes are said again every eight ticks. v3 is down, so v1 is needed.",
  ];
  const options = { members: 4, config: { ...SLOW, viewTicks: 30, resendTicks: 8 } };
  const dialogue = new Dialogue("A restart", about, options);
  const { world } = dialogue;
  world.validators[3]?.crash();
  let effects = 0;
  world.stops = (validator) => {
    if (validator.place !== 1 || effects++ !== 2) return false;
    dialogue.note("v1 crashes before its PREPARE leaves");
    validator.crash();
    return true;
  };
  world.validators[0]?.work(true);
  world.validators[0]?.work(false);
  world.run(6);
  dialogue.note("v1 is back");
  world.stops = () => false;
  world.validators[1]?.restart();
  dialogue.until(1);
  return dialogue;
}

function membershipChange(): Dialogue {
  const about = [
    FOUR,
    "v4 follows as an observer. The block of height 1 makes it a member: from height 2 on there are five, a quorum is",
    "four, and views begin at 0 again.",
  ];
  const dialogue = new Dialogue("A membership change", about, { members: 4, spare: 1 });
  const { world } = dialogue;
  world.addMember(4);
  world.weather = { ...FAIR, changes: 1 };
  world.validators[0]?.work(true);
  world.run(1);
  world.weather = FAIR;
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
