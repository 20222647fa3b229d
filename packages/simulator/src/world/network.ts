// The network of a world: every message gets a delay by its link's distribution, or is lost, or comes twice. What it
// carries it does not know.
import { Random } from "../random.ts";
import type { EventQueue } from "./event-queue.ts";
import type { NetworkPlan, NetworkProfile } from "./plan.ts";
import type { Recorder } from "./recorder.ts";

/** The places where processes of a wide network stand. */
export const REGIONS = ["Frankfurt", "Virginia", "Tokyo", "Sydney"] as const;

/** One-way delays between regions, in microseconds: half of round trips that clouds publish. */
const BETWEEN: readonly (readonly number[])[] = [
  [500, 45_000, 115_000, 145_000],
  [45_000, 500, 80_000, 100_000],
  [115_000, 80_000, 500, 52_000],
  [145_000, 100_000, 52_000, 500],
];
/** What comes on top, by quantiles in microseconds. */
const JITTER: Readonly<Record<NetworkProfile, readonly number[]>> = {
  lan: [60, 90, 110, 130, 150, 180, 220, 300, 500, 1_000, 5_000],
  wan: [0, 200, 400, 700, 1_000, 1_500, 2_200, 3_500, 6_000, 12_000, 40_000],
  even: [1_000, 1_000],
  "heavy-tail": [100, 300, 600, 1_000, 2_000, 4_000, 9_000, 20_000, 60_000, 300_000, 3_000_000],
};
/** A kind network has no tail. */
const KIND = JITTER.lan;

/** A message on its way. */
export interface Letter {
  readonly from: number;
  readonly to: number;
  /** For traces and adversaries. */
  readonly what: () => string;
  readonly bytes: number;
  /** Called when it arrives, at a process that is up. */
  readonly deliver: () => void;
  /** Called when it is lost, or comes where nobody is: for who would send it again. */
  readonly lost?: () => void;
}

/** What a network works with. */
export interface NetworkParts {
  readonly seed: number;
  readonly plan: NetworkPlan;
  readonly queue: EventQueue;
  readonly recorder: Recorder | undefined;
  readonly isUp: (process: number) => boolean;
  /** Counts what befell messages. */
  readonly count: (fault: string) => void;
  /** Nothing that was sent before is later than a good network would have it, if it were sent now; undefined: it may be. */
  readonly kindAtUs?: number;
  /** Until the world turns kind only these letters arrive, by their names: what shrinking has left. Undefined: all. */
  readonly arriving: ReadonlySet<string> | undefined;
}

/** The beginning of a hash, as words have it. */
const HASHES = / [0-9a-f]{8}(?= |$)/g;

/**
 * Names letters by who sends what to whom, and the how many-th time: a letter keeps its name when others are left out,
 * which a number would not. Hashes are no part of it: they say what was before.
 */
export class LetterNames {
  readonly #counts = new Map<string, number>();

  /** The name of the next letter of this kind. */
  next(from: number, to: number, what: string): string {
    const name = `${from}>${to} ${what.replaceAll(HASHES, "")}`;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return `${name} ${count}`;
  }
}

interface Link {
  readonly random: Random;
  /** How many faults cut it now. */
  cuts: number;
  addUs: number;
  /** When the last byte sent so far will have left. */
  freeAtUs: number;
}

function between({ regions, betweenUs = BETWEEN }: NetworkPlan, from: number, to: number): number {
  return betweenUs[regions[from] ?? 0]?.[regions[to] ?? 0] ?? 0;
}

/** The links between all processes. */
export class Network {
  readonly #parts: NetworkParts;
  readonly #links = new Map<number, Link>();
  #stormPermille = 0;
  #isKind = false;
  #letters = 0;
  readonly #names = new LetterNames();

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** Whether nothing gets from one to another now. */
  isCut(from: number, to: number): boolean {
    return (this.#links.get(from * 0x1_0000 + to)?.cuts ?? 0) > 0;
  }

  /** What keeps something that is no letter from getting through, if anything does. @param lot of a thousand */
  hinders(from: number, to: number, lot: number): "cut" | "lost" | undefined {
    if (this.isCut(from, to)) return "cut";
    return lot < (this.#isKind ? 0 : this.#parts.plan.lossPermille + this.#stormPermille)
      ? "lost"
      : undefined;
  }

  /** Letters sent so far. */
  get letters(): number {
    return this.#letters;
  }

  /** From now on nothing is lost or late. Every fault of the network has ended before. */
  turnKind(): void {
    this.#isKind = true;
  }

  cut(from: number, to: number, by: 1 | -1): void {
    this.#link(from, to).cuts += by;
  }

  slow(from: number, to: number, byUs: number): void {
    this.#link(from, to).addUs += byUs;
  }

  storm(permille: number): void {
    this.#stormPermille += permille;
  }

  /** Sends; to oneself it always arrives, at once. */
  send(letter: Letter): void {
    const { queue, recorder, plan, count } = this.#parts;
    const { from, to } = letter;
    const number = ++this.#letters;
    recorder?.happened(queue.nowUs, { kind: "send", process: from, to, letter: number, what: letter.what() });
    if (from === to) {
      this.#arriveAt(queue.nowUs, number, letter);
      return;
    }
    const link = this.#link(from, to);
    // Drawn for every letter, needed or not: without losses the delays are the same.
    const lot = link.random.below(1_000);
    const isDouble = link.random.below(1_000) < (this.#isKind ? 0 : plan.duplicatePermille);
    const delayUs = this.#delayUs(link, letter);
    const isCut = link.cuts > 0;
    const isLost = isCut || lot < (this.#isKind ? 0 : plan.lossPermille + this.#stormPermille);
    if (this.#isLeftOut(letter) ?? isLost) {
      count(isCut ? "cut-off" : "lost");
      this.#lose(number, letter);
      return;
    }
    this.#arriveAt(queue.nowUs + delayUs, number, letter);
    if (!isDouble) return;
    count("doubled");
    this.#arriveAt(queue.nowUs + delayUs + this.#delayUs(link, letter), number, letter);
  }

  /** Whether it is lost because only some letters arrive; undefined: chance decides. */
  #isLeftOut({ from, to, what }: Letter): boolean | undefined {
    const { arriving } = this.#parts;
    return arriving === undefined || this.#isKind
      ? undefined
      : !arriving.has(this.#names.next(from, to, what()));
  }

  #arriveAt(atUs: number, number: number, letter: Letter): void {
    const { queue, recorder, isUp } = this.#parts;
    queue.at(atUs, () => {
      if (!isUp(letter.to)) {
        this.#lose(number, letter);
        return;
      }
      recorder?.happened(queue.nowUs, { kind: "arrive", process: letter.to, letter: number });
      letter.deliver();
    });
  }

  #lose(number: number, { to, lost }: Letter): void {
    this.#parts.recorder?.happened(this.#parts.queue.nowUs, { kind: "lose", process: to, letter: number });
    lost?.();
  }

  #delayUs(link: Link, { from, to, bytes }: Letter): number {
    const { plan, queue } = this.#parts;
    const { profile, bytesPerMs } = plan;
    let delayUs = link.random.by(this.#isKind && profile === "heavy-tail" ? KIND : JITTER[profile]);
    if (profile === "wan") delayUs += between(plan, from, to);
    if (this.#isKind) return delayUs;
    if (bytesPerMs > 0) {
      link.freeAtUs = Math.max(link.freeAtUs, queue.nowUs) + Math.ceil((bytes * 1_000) / bytesPerMs);
      delayUs += link.freeAtUs - queue.nowUs;
    }
    return this.#soonEnough(link, delayUs + link.addUs, from, to);
  }

  /** What waits in a slow link when the world turns kind comes as soon as if it were sent then. */
  #soonEnough(link: Link, delayUs: number, from: number, to: number): number {
    const { kindAtUs, queue, plan } = this.#parts;
    if (kindAtUs === undefined || queue.nowUs + delayUs <= kindAtUs) return delayUs;
    const far = plan.profile === "wan" ? between(plan, from, to) : 0;
    return Math.min(delayUs, kindAtUs - queue.nowUs + far + link.random.by(KIND));
  }

  #link(from: number, to: number): Link {
    const key = from * 0x1_0000 + to;
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const random = Random.of(this.#parts.seed, `link ${from} ${to}`);
    const made: Link = { random, cuts: 0, addUs: 0, freeAtUs: 0 };
    this.#links.set(key, made);
    return made;
  }
}
