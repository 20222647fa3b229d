// A connection between two processes, as TCP makes it of a network that loses and shuffles: in order on each lane, or at
// an end. What is lost is sent again, later each time; what can't get through for long breaks the line.
import { NETWORK_LIMITS, type PeerId, present } from "@witan/primitives";
import type { Random } from "../random.ts";
import type { EventQueue } from "../world/event-queue.ts";
import type { Letter } from "../world/network.ts";
import type { Life } from "./life.ts";

/** Each has an order of its own. */
export type Lane = "consensus" | "transactions" | "bulk" | "request" | "answer" | "end";

/** What travels. */
export interface Frame {
  readonly lane: Lane;
  readonly bytes: Uint8Array;
  /** Of a request and its answer. */
  readonly id: number;
  /** Why there is no answer. */
  readonly fault?: "refused" | "busy";
}

/** What lines work with. */
export interface LineWorld {
  readonly queue: EventQueue;
  readonly random: Random;
  send(letter: Letter): void;
  wordsOf(frame: Frame): string;
}

/** Who is at an end. */
export interface LineOwner {
  readonly place: number;
  readonly life: Life;
  /** May take its time: the next of the lane waits. */
  received(end: LineEnd, frame: Frame): void | Promise<void>;
  ended(end: LineEnd, code: string): void;
}

/** Sent again after so long, twice as long each time, up to the last. */
const AGAIN_US = [200_000, 400_000, 800_000, 1_600_000] as const;
/** A line on which nothing gets through for so long is dead. */
const DEAD_US = 10_000_000;
/** Of a thousand losses so many end the line at once. */
const BREAKS_PERMILLE = 50;
const HEADER_BYTES = 60;

interface Way {
  sent: number;
  taken: number;
  /** Came before its turn, by its number. */
  readonly early: Map<number, Frame>;
  readonly waiting: Frame[];
  busy: boolean;
}

/** One end of a line. */
export class LineEnd {
  readonly owner: LineOwner;
  readonly peer: PeerId;
  readonly isDialler: boolean;
  readonly #world: LineWorld;
  readonly #ways = new Map<Lane, Way>();
  /** Bytes handed over that the other side has not taken in yet, by lane. */
  readonly #underway = new Map<Lane, number>();
  #other: LineEnd | undefined;
  #ready = false;
  over = false;

  private constructor(world: LineWorld, owner: LineOwner, peer: PeerId, isDialler: boolean) {
    this.#world = world;
    this.owner = owner;
    this.peer = peer;
    this.isDialler = isDialler;
  }

  /** A line that the other side begins to use; the dialler does when it hears of it. */
  static pair(
    world: LineWorld,
    dialler: { readonly owner: LineOwner; readonly id: PeerId },
    other: { readonly owner: LineOwner; readonly id: PeerId },
  ): readonly [LineEnd, LineEnd] {
    const out = new LineEnd(world, dialler.owner, other.id, true);
    const into = new LineEnd(world, other.owner, dialler.id, false);
    out.#other = into;
    into.#other = out;
    return [out, into];
  }

  /** Whether the other side still has it. */
  get isWhole(): boolean {
    return !this.over && !this.#there.over && this.#there.owner.life.alive;
  }

  get #there(): LineEnd {
    return present(this.#other, "the other end");
  }

  /** From now on what comes is handed on. */
  begin(): void {
    this.#ready = true;
    for (const way of this.#ways.values()) this.#pump(way);
  }

  /** Hands over a frame. @returns false: too much waits already */
  send(frame: Frame): boolean {
    const { lane, bytes } = frame;
    if (this.over) return false;
    const underway = (this.#underway.get(lane) ?? 0) + bytes.length;
    if (isChannel(lane) && underway > NETWORK_LIMITS.queueBytes[lane]) return false;
    this.#underway.set(lane, underway);
    const number = this.#way(lane).sent++;
    this.#transmit(frame, number, 0, this.#world.queue.nowUs);
    return true;
  }

  /** Ends the line; the other side hears of it, if anything gets through. */
  end(code: string): void {
    if (this.over) return;
    this.over = true;
    const other = this.#there;
    if (other.over) return;
    const { queue } = this.#world;
    const from = this.owner.place;
    const what = (): string => `ends the line: ${code}`;
    const bytes = HEADER_BYTES;
    this.#world.send({ from, to: other.owner.place, what, bytes, deliver: () => other.#ends(code) });
    queue.at(queue.nowUs + DEAD_US, () => other.#ends("idle"));
  }

  /** The process at this end is gone. @param quietly the power went: nobody is told */
  died(quietly: boolean): void {
    if (!quietly) {
      this.end("connection-lost");
      return;
    }
    this.over = true;
    const { queue } = this.#world;
    const other = this.#there;
    queue.at(queue.nowUs + DEAD_US, () => other.#ends("idle"));
  }

  #ends(code: string): void {
    if (this.over) return;
    this.over = true;
    this.owner.life.enter(() => this.owner.ended(this, code));
  }

  #break(): void {
    this.#ends("connection-lost");
    this.#there.#ends("connection-lost");
  }

  #transmit(frame: Frame, number: number, attempt: number, sinceUs: number): void {
    const world = this.#world;
    const other = this.#there;
    world.send({
      from: this.owner.place,
      to: other.owner.place,
      what: () => world.wordsOf(frame),
      bytes: HEADER_BYTES + frame.bytes.length,
      deliver: () => this.#arrives(other, frame, number),
      lost: () => this.#again(frame, number, attempt, sinceUs),
    });
  }

  #arrives(other: LineEnd, frame: Frame, number: number): void {
    // Whoever is there now knows nothing of this line, and says so.
    if (!other.owner.life.alive) this.#ends("connection-lost");
    else other.#take(frame, number);
  }

  #again(frame: Frame, number: number, attempt: number, sinceUs: number): void {
    const { queue, random } = this.#world;
    if (this.over) return;
    if (queue.nowUs - sinceUs > DEAD_US || random.chance(BREAKS_PERMILLE)) {
      this.#break();
      return;
    }
    const afterUs = AGAIN_US[Math.min(attempt, AGAIN_US.length - 1)] as number;
    queue.at(queue.nowUs + afterUs, () => {
      if (!this.over) this.#transmit(frame, number, attempt + 1, sinceUs);
    });
  }

  #way(lane: Lane): Way {
    const known = this.#ways.get(lane);
    if (known) return known;
    const made: Way = { sent: 0, taken: 0, early: new Map(), waiting: [], busy: false };
    this.#ways.set(lane, made);
    return made;
  }

  #take(frame: Frame, number: number): void {
    const way = this.#way(frame.lane);
    if (this.over || number < way.taken) return;
    way.early.set(number, frame);
    for (let next = way.early.get(way.taken); next !== undefined; next = way.early.get(way.taken)) {
      way.early.delete(way.taken++);
      way.waiting.push(next);
    }
    this.#pump(way);
  }

  #pump(way: Way): void {
    if (!this.#ready || way.busy || way.waiting.length === 0) return;
    way.busy = true;
    this.owner.life.enter(() => this.#handOn(way));
  }

  #handOn(way: Way): void {
    const frame = way.waiting.shift();
    way.busy = false;
    if (frame === undefined || this.over) return;
    this.#there.#taken(frame);
    const done = this.owner.received(this, frame);
    if (done === undefined) {
      this.#pump(way);
      return;
    }
    way.busy = true;
    void done.then(() => {
      way.busy = false;
      this.#pump(way);
    });
  }

  #taken({ lane, bytes }: Frame): void {
    this.#underway.set(lane, (this.#underway.get(lane) ?? 0) - bytes.length);
  }
}

/** What a frame may have at most. */
export function frameBytesMax(lane: Lane): number {
  if (lane === "request") return NETWORK_LIMITS.requestBytes;
  if (lane === "answer" || lane === "end") return NETWORK_LIMITS.answerBytes;
  return NETWORK_LIMITS[`${lane}Bytes`];
}

function isChannel(lane: Lane): lane is "consensus" | "transactions" | "bulk" {
  return lane === "consensus" || lane === "transactions" || lane === "bulk";
}
