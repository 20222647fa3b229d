// The life of one process: every port asks it whether it still works, and everything that happens to the process goes
// through it, so that it can be ended at any call of a port, stand still, or be slow. What a dead process had asked for
// is never answered.
import type { EventQueue } from "../world/event-queue.ts";

/** How the machine is on which a process runs: it outlives the process. */
export interface MachineState {
  /** Takes so long for each thing that happens to it. */
  perInputUs: number;
}

/** Told of each call of a port, before it takes effect: may end the life. */
export type OnPoint = (point: string) => void;

/** One process from its start to its end. */
export class Life {
  readonly #queue: EventQueue;
  readonly #machine: MachineState;
  readonly #onPoint: OnPoint;
  #alive = true;
  #paused = false;
  #busy = false;
  /** What happened to it while it could not listen. */
  #inbox: (() => void)[] = [];
  /** Timers that wait. */
  timers = 0;

  constructor(queue: EventQueue, machine: MachineState, onPoint: OnPoint) {
    this.#queue = queue;
    this.#machine = machine;
    this.#onPoint = onPoint;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** A port is called. @returns whether it works */
  reach(point: string): boolean {
    if (this.#alive) this.#onPoint(point);
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
    this.#inbox = [];
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#serve();
  }

  /** Something happens to the process, as soon as it can take it in. */
  enter(call: () => void): void {
    if (!this.#alive) return;
    this.#inbox.push(call);
    this.#serve();
  }

  /** Something happens to it after a time. */
  later(afterUs: number, call: () => void): void {
    this.#queue.at(this.#queue.nowUs + afterUs, () => this.enter(call));
  }

  /** Resolves after a time; never, if the process has died. */
  passed(afterUs: number): Promise<void> {
    return new Promise((resolve) => this.later(afterUs, resolve));
  }

  /** One thing in an event: what promises put off happens before the next. */
  #serve(): void {
    if (!this.#alive || this.#paused || this.#busy) return;
    const call = this.#inbox.shift();
    if (call === undefined) return;
    this.#busy = true;
    call();
    const { perInputUs } = this.#machine;
    if (perInputUs === 0 && this.#inbox.length === 0) {
      this.#busy = false;
      return;
    }
    this.#queue.at(this.#queue.nowUs + perInputUs, () => {
      this.#busy = false;
      this.#serve();
    });
  }
}

/** What a dead process waits for. */
export function never<T>(): Promise<T> {
  return new Promise(() => {});
}
