// When reads are answered. All reads of a server share a part of the time of the loop, so that votes and blocks do not
// wait behind them, however many there are and however dear. What brings in transactions or waits for them is no read.
import type { Connection } from "./load.ts";
import type { Source } from "./sources.ts";

/** After so many milliseconds of reading there is a rest of so many times as long, and no longer than so many. */
const WORK_MS = 2;
const REST_SHARE = 3;
const REST_MS_MAX = 250;
/** Reads that are under way at a time: those that wait for the disk. */
const READS_AT_ONCE = 4;
/** What took several turns of the loop was not at work all the time; nobody can tell how long, so it counts no more. */
const LASTING_MS_MAX = 10;
/** What was read is half forgotten after so many milliseconds, when it is decided who is next. */
const HALF_LIFE_MS = 1_000;

/** The time, and how to come back later. */
export interface TurnClock {
  now(): number;
  /** Calls when so much time has passed. */
  after(ms: number, call: () => void): void;
  /** Calls in the next turn of the loop. */
  nextTurn(call: () => void): void;
}

const LOOP_CLOCK: TurnClock = {
  now: () => performance.now(),
  after(ms, call) {
    setTimeout(call, ms);
  },
  nextTurn(call) {
    setImmediate(call);
  },
};

/** How long somebody's reads took lately. */
class Lately {
  #ms = 0;
  #at = 0;

  add(ms: number, now: number): void {
    this.#ms = this.ms(now) + ms;
    this.#at = now;
  }

  ms(now: number): number {
    return this.#ms * 0.5 ** ((now - this.#at) / HALF_LIFE_MS);
  }
}

interface Waiting {
  readonly connection: Connection;
  /** Begins it; ends when it has been answered. */
  readonly begin: () => Promise<void>;
}

/** Gives out turns. */
export class Turns {
  readonly #clock: TurnClock;
  readonly #waiting = new Set<Waiting>();
  readonly #lately = new WeakMap<Source | Connection, Lately>();
  #underWay = 0;
  /** Something has begun in this turn of the loop and not ended: what it costs is not known yet. */
  #isBegun = false;
  /** Milliseconds of work that there was no rest for yet, and until when there was any. */
  #workedMs = 0;
  #workedUntil = 0;
  #isResting = false;

  constructor(clock: TurnClock = LOOP_CLOCK) {
    this.#clock = clock;
  }

  /** Reads when it is the turn of this connection: at once, if nobody else's it is and there was rest enough. */
  take<T>(connection: Connection, read: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.add({ connection, begin: () => read().then(resolve, reject) });
      this.#next();
    });
  }

  #next(): void {
    if (this.#isResting || this.#isBegun || this.#waiting.size === 0) return;
    if (this.#underWay >= READS_AT_ONCE) return;
    const now = this.#clock.now();
    if (this.#mustRest(now)) return;
    const next = this.#chosen(now);
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#begin(next, now);
  }

  #begin({ connection, begin }: Waiting, begun: number): void {
    this.#underWay++;
    this.#isBegun = true;
    const ended = begin();
    const beginningMs = this.#clock.now() - begun;
    let isLasting = false;
    let hasEnded = false;
    this.#clock.nextTurn(() => {
      if (hasEnded) return;
      // It goes on by itself, and others may begin meanwhile.
      isLasting = true;
      this.#isBegun = false;
      this.#worked(connection, beginningMs);
      this.#next();
    });
    void ended.then(() => {
      hasEnded = true;
      const tookMs = this.#clock.now() - begun;
      this.#worked(connection, isLasting ? Math.min(tookMs - beginningMs, LASTING_MS_MAX) : tookMs);
      this.#underWay--;
      if (!isLasting) this.#isBegun = false;
      this.#next();
    });
  }

  #worked(connection: Connection, ms: number): void {
    const now = this.#clock.now();
    for (const who of [connection.source, connection]) {
      const lately = this.#lately.get(who) ?? new Lately();
      this.#lately.set(who, lately);
      lately.add(ms, now);
    }
    this.#workedMs += ms;
    this.#workedUntil = now;
  }

  #mustRest(now: number): boolean {
    // Time in which nothing was read is rest, too.
    this.#workedMs = Math.max(0, this.#workedMs - (now - this.#workedUntil) / REST_SHARE);
    this.#workedUntil = now;
    if (this.#workedMs < WORK_MS) return false;
    this.#isResting = true;
    this.#clock.after(Math.min(this.#workedMs * REST_SHARE, REST_MS_MAX), () => {
      this.#isResting = false;
      this.#workedMs = 0;
      this.#workedUntil = this.#clock.now();
      this.#next();
    });
    return true;
  }

  /** Whose reads took least lately, of the source whose took least: who asks for much waits for who asks for little. */
  #chosen(now: number): Waiting | undefined {
    let chosen: Waiting | undefined;
    let least = { source: 0, connection: 0 };
    for (const each of this.#waiting) {
      const { connection } = each;
      const took = { source: this.#ms(connection.source, now), connection: this.#ms(connection, now) };
      const more = took.source - least.source || took.connection - least.connection;
      if (chosen !== undefined && more >= 0) continue;
      chosen = each;
      least = took;
    }
    return chosen;
  }

  #ms(who: Source | Connection, now: number): number {
    return this.#lately.get(who)?.ms(now) ?? 0;
  }
}
