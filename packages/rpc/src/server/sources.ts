// What each source (an address, or a network of IPv6) does to a server: its connections, how many calls it makes, and how
// much of what it sends is wrong. Who sends wrong things is kept waiting, on the connections that sent them, so that
// no more is read from it than the node can well do without noticing; what is right is not kept waiting by what is wrong.
import { Held, type HeldWork } from "./held.ts";
import type { RpcLimits } from "./options.ts";

/** A source is kept waiting so long at most, in milliseconds. */
const WAIT_MS_MAX = 10_000;
/**
 * A body with more bytes is read alone, of those of its source: it may hold up the loop for some 10 ms. Of a source that was
 * wrong often lately a smaller one is, too, so that a new connection brings nothing dear with it.
 */
export const LARGE_BYTES = 256 * 1024;
export const SUSPECT_BYTES = 16 * 1024;
/** And so long at most, in milliseconds, before the next is: who sends one slowly keeps few in memory. */
const LARGE_MS = 5_000;
/** After each of them nothing large is read for so many milliseconds while something is owed: a tenth is for them. */
const REST_MS = 400;
/** What may come at once after a rest, in seconds of the rate. */
const BURST_SECONDS = 2;
/** All sources together may be wrong so many times as often as one. */
const SOURCES = 2;
/** Sources without connections are remembered, as long as there are no more. */
const IDLE_MAX = 4_096;

/** What fills up at a rate, and may be overdrawn. */
class Bucket {
  readonly #perMs: number;
  readonly #max: number;
  #level: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#perMs = perSecond / 1_000;
    this.#max = perSecond * BURST_SECONDS;
    this.#level = this.#max;
    this.#at = now;
  }

  /** Takes so much; below empty only so far that the wait is bounded. */
  take(units: number, now: number): void {
    this.#fill(now);
    this.#level = Math.max(this.#level - units, -WAIT_MS_MAX * this.#perMs);
  }

  /** Milliseconds until it is not overdrawn. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#level >= 0 ? 0 : Math.ceil(-this.#level / this.#perMs);
  }

  get isFull(): boolean {
    return this.#level >= this.#max;
  }

  get isHalfEmpty(): boolean {
    return this.#level < this.#max / 2;
  }

  #fill(now: number): void {
    this.#level = Math.min(this.#max, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}

/** One source. */
export class Source {
  readonly #all: Sources;
  readonly #limits: RpcLimits;
  readonly #calls: Bucket;
  readonly #wrong: Bucket;
  connections = 0;
  readonly #held = new Held((now) => this.waitMs(now), WAIT_MS_MAX);
  readonly #heldLarge = new Held((now) => this.waitMs(now), WAIT_MS_MAX, LARGE_MS);

  constructor(all: Sources, limits: RpcLimits, now: number) {
    this.#all = all;
    this.#limits = limits;
    this.#calls = new Bucket(limits.callsPerSecond, now);
    this.#wrong = new Bucket(limits.wrongPerSecond, now);
  }

  /** Whether it may open one more connection. */
  get hasRoom(): boolean {
    return this.connections < this.#limits.connectionsPerSource;
  }

  /** Whether nothing would be lost by forgetting it. */
  isIdle(now: number): boolean {
    if (!this.#held.isEmpty || !this.#heldLarge.isEmpty) return false;
    return this.connections === 0 && this.ownWaitMs(now) === 0 && this.#wrong.isFull && this.#calls.isFull;
  }

  /** Counts a call. @returns milliseconds after which it may be made again; 0: it may be made now */
  call(now: number): number {
    const wait = this.#calls.waitMs(now);
    if (wait === 0) this.#calls.take(1, now);
    return wait;
  }

  /** Counts what was wrong: 1 is about what a request by itself costs to refuse. */
  wrong(units: number, now: number): void {
    this.#wrong.take(units, now);
    this.#all.wrong.take(units, now);
  }

  /** Whether what comes from where something was wrong has to be held. */
  mustHold(now: number): boolean {
    return !this.#held.isEmpty || this.waitMs(now) > 0;
  }

  /** Begins what came on a connection on which something was wrong, when the source owes nothing any more. */
  hold(work: HeldWork): void {
    this.#held.addRequest(work);
  }

  /**
   * Begins to read a large body, when the one before has been read, and the source owes nothing or has rested from that.
   * @param isFirst nothing was wrong on its connection: it goes before those of others
   */
  holdLarge(work: HeldWork, isFirst: boolean): void {
    this.#heldLarge.addRequest({ ...work, restMs: REST_MS, isFirst });
  }

  /** Begins to read a new connection: before what came on such as were wrong, and soon, whatever it owes. */
  holdConnection(work: HeldWork): void {
    this.#held.addConnection(work);
  }

  /** Whether a body of so many bytes is read alone. */
  isLarge(bytes: number): boolean {
    return bytes > (this.isSuspect ? SUSPECT_BYTES : LARGE_BYTES);
  }

  /** Whether it has been wrong often lately, so that what comes next may be wrong, too. */
  get isSuspect(): boolean {
    return this.#wrong.isHalfEmpty;
  }

  /** Milliseconds until it owes nothing: what was wrong on one connection is not got around by another. */
  ownWaitMs(now: number): number {
    return this.#wrong.waitMs(now);
  }

  /** Milliseconds that a connection has to wait on which something was wrong: others may have been wrong, too. */
  waitMs(now: number): number {
    return Math.max(this.#wrong.waitMs(now), this.#all.wrong.waitMs(now));
  }
}

/** All sources of a server. */
export class Sources {
  /** Of all together. */
  readonly wrong: Bucket;
  readonly #limits: RpcLimits;
  readonly #byName = new Map<string, Source>();

  constructor(limits: RpcLimits, now = performance.now()) {
    this.#limits = limits;
    this.wrong = new Bucket(limits.wrongPerSecond * SOURCES, now);
  }

  /** How many are remembered. */
  get size(): number {
    return this.#byName.size;
  }

  /** The source of an address. */
  of(address: string): Source {
    const name = sourceNameOf(address);
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const now = performance.now();
    if (this.#byName.size >= IDLE_MAX) this.#forgetIdle(now);
    const made = new Source(this, this.#limits, now);
    this.#byName.set(name, made);
    return made;
  }

  #forgetIdle(now: number): void {
    for (const [name, source] of this.#byName) if (source.isIdle(now)) this.#byName.delete(name);
    // Those that are left owe something, or are connected, of which there are few.
    for (const [name, source] of this.#byName) {
      if (this.#byName.size < IDLE_MAX) return;
      if (source.connections === 0) this.#byName.delete(name);
    }
  }
}

/** IPv4 that came through an IPv6 socket as IPv4. */
export function plainAddress(address: string | undefined): string {
  // Nobody knows the address any more once the connection is gone.
  return address?.replace(/^::ffff:(?=[0-9.]+$)/, "") ?? "gone";
}

/** Of an IPv6 address the network of 64 bits: whoever has one address there has all. */
function sourceNameOf(address: string): string {
  const plain = plainAddress(address);
  if (!plain.includes(":")) return plain;
  const [head = "", tail = ""] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = plain.includes("::") ? new Array(Math.max(0, 8 - left.length - right.length)).fill("0") : [];
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}
