// Writes to the disk of one process: each takes its time, several may be under way, and they become durable in the order in
// which they began. A disk that refuses stops its process.
import type { EngineProcess } from "./process.ts";
import type { EngineWorld } from "./world.ts";

/** What writes to the disk of a process. */
export class Writer {
  /** Which writes fail. */
  fails: "none" | "next" | "all" = "none";
  /** Beside what a write takes anyway. */
  perWriteUs = 0;
  readonly #world: EngineWorld;
  readonly #self: EngineProcess;
  /** What each write that is under way makes durable, oldest first. */
  readonly #underWay = new Set<() => void>();

  constructor(world: EngineWorld, self: EngineProcess) {
    this.#world = world;
    this.#self = self;
  }

  /** Begins a write. @param done called once it is durable; never where the disk refuses */
  write(done: () => void): void {
    const { plan, diskChance } = this.#world;
    if (this.fails !== "none") {
      if (this.fails === "next") this.fails = "none";
      this.#world.tell(this.#self, "crash", "a write fails");
      this.#self.crash();
      return;
    }
    this.#underWay.add(done);
    const [least, most] = plan.writeUs;
    this.#self.later(diskChance.between(least, most) + this.perWriteUs, () => {
      this.#underWay.delete(done);
      done();
    });
  }

  /** A crash: of what was under way some became durable, never a later one where an earlier one did not. */
  crash(): void {
    for (const done of this.#underWay) {
      if (!this.#world.diskChance.chance(500)) break;
      done();
    }
    this.#underWay.clear();
  }
}
