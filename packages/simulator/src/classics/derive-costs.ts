// What a decision costs, counted in the messages of a world that was recorded: whatever engine ran in it.
import type { Recorded } from "../diagram/recording.ts";

/** What counts as the protocol's own; the rest only says where somebody stands. */
const WORDS = [
  ...["PREPARE", "PROMISE", "ACCEPT", "ACCEPT-ANY", "PROPOSE", "LEARN", "REFUSE", "TRUSTCHANGE", "ASK"],
  "DECIDED",
];

/** How a step says that somebody said something. */
export interface Authentication {
  /** Whether a receiver must know who sent: where nobody lies it need not. */
  readonly isChannelProtected: boolean;
  /** Of promises that are shown to others. */
  readonly promises: "none" | "signature" | "mac";
  /** Whether proposals are signed, so that a liar can be named. */
  readonly areProposalsSigned: boolean;
  /** Whether who has decided signs that, for others: after the decision. */
  readonly areDecisionsSigned: boolean;
}

/** The costs of one decision, until the last acceptor has learnt it. */
export interface Costs {
  /** The time of so many messages, one after the other, from the value, or the first message of a new round, on. */
  readonly delays: number;
  /** The longest chain of messages, each sent after the one before had come: where rounds met it may be longer. */
  readonly chain: number;
  /** From one process to another. */
  readonly messages: number;
  /** Of these, sent before any value was there. */
  readonly ahead: number;
  /** Where a message has several receivers it is signed once. */
  readonly signaturesMade: number;
  readonly signaturesChecked: number;
  /** Each is made for one receiver, and checked by it; a promise's for all acceptors. */
  readonly macsMade: number;
  readonly macsChecked: number;
  /** After the decision, for whoever was not there. */
  readonly signaturesLater: number;
}

interface Letter {
  readonly word: string;
  readonly what: string;
  readonly depth: number;
}

/** What is counted of a world. */
export interface Counted {
  readonly happenings: readonly Recorded[];
  /** The places of acceptors that must learn. */
  readonly learners: readonly number[];
  /** When the value was there. */
  readonly wantedAtUs: number;
  readonly authentication: Authentication;
}

/** What a message takes in a network that is even. */
const DELAY_US = 1_000;
/** Of a delay: writes and the like take less, all together. */
const LITTLE = 0.2;
/** With these a round begins that is not the first. */
const OPENINGS = ["PREPARE", "TRUSTCHANGE"];

/** Counts. */
export function costsOf({ happenings, learners, wantedAtUs, authentication }: Counted): Costs {
  const counts = new Counts(authentication);
  const learnt = new Set<number>();
  let chain = 0;
  let lastUs = 0;
  for (const { atUs, happening } of happenings) {
    const isOver = learnt.size === learners.length;
    if (happening.kind === "send") counts.sent(happening, { isOver, isAhead: atUs < wantedAtUs });
    else if (happening.kind === "arrive") counts.arrived(happening.process, happening.letter, isOver);
    else if (happening.kind === "do" && happening.mark === "decide" && learners.includes(happening.process)) {
      if (learnt.has(happening.process)) continue;
      learnt.add(happening.process);
      chain = Math.max(chain, counts.depthOf(happening.process));
      lastUs = atUs;
    }
  }
  const firstOf = (words: readonly string[]) =>
    happenings.find(
      ({ atUs, happening: one }) =>
        atUs >= wantedAtUs && one.kind === "send" && words.includes(one.what.split(" ", 1)[0] ?? ""),
    )?.atUs;
  const begunUs = firstOf(OPENINGS) ?? firstOf(WORDS) ?? wantedAtUs;
  const delays = Math.ceil((lastUs - begunUs) / DELAY_US - LITTLE);
  return { delays, chain, ...counts.totals };
}

class Counts {
  readonly #authentication: Authentication;
  readonly #letters = new Map<number, Letter>();
  readonly #depths = new Map<number, number>();
  readonly #signed = new Set<string>();
  readonly #totals = {
    ...{ messages: 0, ahead: 0, signaturesMade: 0, signaturesChecked: 0 },
    ...{ macsMade: 0, macsChecked: 0, signaturesLater: 0 },
  };

  constructor(authentication: Authentication) {
    this.#authentication = authentication;
  }

  get totals(): Omit<Costs, "delays" | "chain"> {
    return this.#totals;
  }

  /** Messages that had to follow one another before a process was where it is. */
  depthOf(process: number): number {
    return this.#depths.get(process) ?? 0;
  }

  sent(
    {
      process,
      to,
      letter,
      what,
    }: { readonly process: number; readonly to: number; readonly letter: number; readonly what: string },
    { isOver, isAhead }: { readonly isOver: boolean; readonly isAhead: boolean },
  ): void {
    const [word = ""] = what.split(" ", 1);
    if (!WORDS.includes(word)) return;
    const isToOther = process !== to;
    this.#letters.set(letter, { word, what, depth: this.depthOf(process) + (isToOther ? 1 : 0) });
    const { isChannelProtected, promises, areProposalsSigned, areDecisionsSigned } = this.#authentication;
    const totals = this.#totals;
    const isNew = !this.#signed.has(`${process} ${what}`);
    this.#signed.add(`${process} ${what}`);
    if (word === "DECIDED" && areDecisionsSigned) {
      if (isNew) totals.signaturesLater++;
      this.#letters.delete(letter);
      return;
    }
    if (isOver) return;
    if (isToOther) {
      totals.messages++;
      if (isAhead) totals.ahead++;
      if (isChannelProtected) totals.macsMade++;
    }
    if (word === "PROMISE" && promises === "signature" && isNew) totals.signaturesMade++;
    if (word === "PROMISE" && promises === "mac" && isNew) totals.macsMade++;
    if (word === "ACCEPT" && areProposalsSigned && isNew) totals.signaturesMade++;
  }

  arrived(process: number, number: number, isOver: boolean): void {
    const letter = this.#letters.get(number);
    if (letter === undefined) return;
    const { word, what, depth } = letter;
    this.#depths.set(process, Math.max(this.depthOf(process), depth));
    if (isOver) return;
    const { isChannelProtected, promises, areProposalsSigned } = this.#authentication;
    const shown = / proven by ([\d ]+)$/.exec(what)?.[1]?.trim().split(" ").length ?? 0;
    const totals = this.#totals;
    if (isChannelProtected) totals.macsChecked++;
    if (promises === "signature") totals.signaturesChecked += shown + (word === "PROMISE" ? 1 : 0);
    if (promises === "mac") totals.macsChecked += shown;
    if (word === "ACCEPT" && areProposalsSigned) totals.signaturesChecked++;
  }
}
