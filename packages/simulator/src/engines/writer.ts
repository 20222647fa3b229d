// Writes to the disk of one process: each takes its time, several may be under way, and they become durable in the order in
// which they began. A disk that refuses stops its process.
import type { Random } from "../random.ts";
import type { Plan } from "../world/plan.ts";
import type { Mark } from "../world/recorder.ts";

/** Whose disk it is. */
interface Owner {
  readonly place: number;
  later(afterUs: number, then: () => void): void;
  crash(): void;
}

/** The world that it is in. */
interface Surroundings {
  readonly plan: Pick<Plan, "writeUs">;
  readonly diskChance: Random;
  tell(process: Owner, mark: Mark, what: string): void;
}

/** What writes to the disk of a process. */
export class Writer {
  /** Which writes fail. */
  fails: "none" | "next" | "all" = "none";
  /** Beside what a write takes anyway. */
  perWriteUs = 0;
  readonly #world: Surroundings;
  readonly #self: Owner;
  /** What each write that is under way makes durable, oldest first. */
  readonly #underWay = new Set<() => void>();

  constructor(world: Surroundings, self: Owner) {
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
