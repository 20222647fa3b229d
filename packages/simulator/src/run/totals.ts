// The sum over many worlds. The same for any order in which they end.
import type { LevelName, WorldOutcome } from "./outcome.ts";

/** Sums over worlds. */
export interface Totals {
  readonly worlds: number;
  readonly virtualSeconds: number;
  readonly events: number;
  readonly decisions: number;
  /** By kind, in the order of their names. */
  readonly faults: Readonly<Record<string, number>>;
  /** What else was counted, in the same order. */
  readonly also: Readonly<Record<string, number>>;
  /** The worst that was found in any of them, by name: empty where nothing is bounded. */
  readonly worst: Readonly<Record<string, number>>;
  /** Inputs of engines in a second of one core's time. */
  readonly eventsPerSecondPerCore: number;
}

/** A world that broke a rule. */
export interface FoundViolation {
  readonly seed: number;
  readonly level: LevelName;
  readonly check: string;
  readonly message: string;
}

/** Adds up worlds. */
export class Sum {
  readonly #faults = new Map<string, number>();
  readonly #also = new Map<string, number>();
  readonly #worst = new Map<string, number>();
  #worlds = 0;
  #virtualUs = 0;
  #events = 0;
  #decisions = 0;
  #busyMs = 0;

  /** @param busyMs what it took of a core's time */
  add({ virtualUs, events, decisions, faults, also, worst = {} }: WorldOutcome, busyMs: number): void {
    this.#worlds++;
    this.#virtualUs += virtualUs;
    this.#events += events;
    this.#decisions += decisions;
    this.#busyMs += busyMs;
    addTo(this.#faults, faults);
    addTo(this.#also, also);
    for (const [name, count] of Object.entries(worst))
      this.#worst.set(name, Math.max(this.#worst.get(name) ?? 0, count));
  }

  get totals(): Totals {
    return {
      worlds: this.#worlds,
      virtualSeconds: Math.round(this.#virtualUs / 1_000) / 1_000,
      events: this.#events,
      decisions: this.#decisions,
      faults: sorted(this.#faults),
      also: sorted(this.#also),
      worst: sorted(this.#worst),
      eventsPerSecondPerCore: this.#busyMs > 0 ? Math.round((this.#events * 1_000) / this.#busyMs) : 0,
    };
  }
}

function addTo(sums: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, times] of Object.entries(counts)) sums.set(name, (sums.get(name) ?? 0) + times);
}

function sorted(sums: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}
