// What replicas and clients of a world of registers have in common: they live, crash, stand still, and have a disk.
import { Writer } from "../engines/writer.ts";
import type { RegistersWorld } from "./world.ts";

/** One process. */
export abstract class RegistersProcess {
  readonly place: number;
  readonly writer: Writer;
  /** Nothing here reads a clock. */
  readonly clock = { jumpMs: 0 };
  up = true;
  perInputUs = 0;
  protected readonly world: RegistersWorld;
  #paused = false;
  #life = 0;
  #held: (() => void)[] = [];

  constructor(world: RegistersWorld, place: number) {
    this.world = world;
    this.place = place;
    this.writer = new Writer(world, this);
  }

  /** It has started: for the first time, or again. */
  abstract begin(): void;
  /** What was in memory is lost. */
  protected abstract forget(): void;

  /** Something comes in from outside, and takes its time. */
  hear(then: () => void): void {
    this.later(this.perInputUs, () => {
      this.world.stepped();
      then();
    });
  }

  /** Lets something happen, unless it has crashed by then; while it stands still it waits. */
  later(afterUs: number, then: () => void): void {
    const life = this.#life;
    const run = (): void => {
      if (this.#life !== life || !this.up) return;
      if (this.#paused) this.#held.push(run);
      else then();
    };
    if (afterUs === 0 && !this.#paused) run();
    else this.world.queue.at(this.world.queue.nowUs + afterUs, run);
  }

  crash(): void {
    this.up = false;
    this.#life++;
    this.#paused = false;
    this.#held = [];
    this.writer.crash();
    this.forget();
    this.world.tell(this, "crash", "crashes");
  }

  restart(): void {
    if (this.up) return;
    this.up = true;
    this.world.tell(this, "restart", "starts again");
    this.begin();
  }

  pause(): void {
    this.#paused = true;
    this.world.tell(this, "pause", "stands still");
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.world.tell(this, "restart", "goes on");
    const held = this.#held;
    this.#held = [];
    for (const run of held) run();
  }
}
