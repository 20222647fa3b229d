// The paper's properties of consensus, held against what acceptors really vote, whoever knows of it: CS1 to CS3 here; CL1 and
// CL2 by what is owed once the world is kind.
import type { DecreeMessage, DecreeRules, DecreeVote } from "@witan/consensus";
import { Violation } from "../world/violation.ts";
import type { ClassicCheckMaker } from "./design.ts";
import { acceptorsOf, type DecreeKinds } from "./paxos-plan.ts";
import { decreeWords } from "./paxos-words.ts";
import type { ClassicWorld } from "./world.ts";

/** What acceptors have voted for, and what that makes chosen. */
export class Chosen {
  readonly #quorum: number;
  readonly #voters = new Map<string, Set<number>>();
  readonly #all = new Map<string, number>();

  constructor(quorum: number) {
    this.#quorum = quorum;
  }

  /** Values that a quorum has voted for in one round, each with the first such round. */
  get all(): ReadonlyMap<string, number> {
    return this.#all;
  }

  /** @throws {Violation} CS2: a second value is chosen */
  voted(acceptor: number, { round, value }: DecreeVote): void {
    const name = `${round} ${value}`;
    const voters = this.#voters.get(name) ?? new Set();
    this.#voters.set(name, voters);
    voters.add(acceptor);
    if (voters.size < this.#quorum || this.#all.has(value)) return;
    this.#all.set(value, round);
    const [first] = this.#all;
    if (this.#all.size > 1)
      throw new Violation(
        "CS2",
        `two values are chosen: ${first?.[0]} in round ${first?.[1]}, and ${value} in round ${round}`,
      );
  }
}

const KNOWN = new WeakMap<ClassicWorld<DecreeKinds>, Chosen>();

/** What is chosen in a world. */
function chosenIn(world: ClassicWorld<DecreeKinds>, rules: DecreeRules): Chosen {
  const { acceptors } = world.plan;
  const chosen = KNOWN.get(world) ?? new Chosen(acceptors - rules.tolerated(acceptors));
  KNOWN.set(world, chosen);
  return chosen;
}

/** Where an acceptor lies nobody can say what is chosen: then only what is learnt counts. */
function isVoteTrue({ plan }: ClassicWorld<DecreeKinds>): boolean {
  return plan.liars.every(({ place }) => place < plan.proposers);
}

/** The checks of a protocol with such rules. */
export function decreeChecks(rules: DecreeRules): Readonly<Record<string, ClassicCheckMaker<DecreeKinds>>> {
  return {
    CS1: {
      says: "only a value that was proposed is chosen: nobody votes for another",
      make(world) {
        const proposed = new Set<string>();
        const isNew = (value: string) => !proposed.has(value);
        for (const { value } of world.plan.wants) proposed.add(value);
        return {
          sent(at, _to, message) {
            // What a liar says is proposed as well.
            if (at.isLiar && "value" in message) proposed.add(message.value);
            if (message.kind === "learn" && isNew(message.value))
              throw new Violation(
                "CS1",
                `p${at.place} votes for ${message.value}, which nobody has proposed`,
              );
          },
        };
      },
    },
    CS2: {
      says: "only a single value is chosen, by a quorum's votes in one round, whoever knows of it; nor is another learnt",
      make(world) {
        const chosen = chosenIn(world, rules);
        const learnt = new Map<string, number>();
        return {
          // Durable, said or not; and said, durable or not.
          kept: (at, kept) => {
            if (isVoteTrue(world) && kept.kind === "acceptor" && kept.vote) chosen.voted(at.place, kept.vote);
          },
          sent: (at, _to, message) => {
            if (isVoteTrue(world) && message.kind === "learn") chosen.voted(at.place, message);
          },
          told: (at, { value }) => {
            if (at.isLiar) return;
            learnt.set(value, learnt.get(value) ?? at.place);
            const [one, other] = learnt;
            if (one && other)
              throw new Violation("CS2", `p${one[1]} learns ${one[0]}, and p${other[1]} learns ${other[0]}`);
          },
        };
      },
    },
    CS3: {
      says: "only a chosen value is learnt",
      make(world) {
        const chosen = chosenIn(world, rules);
        return {
          told: (at, { value }) => {
            if (isVoteTrue(world) && !chosen.all.has(value))
              throw new Violation("CS3", `p${at.place} learns ${value}, which is not chosen`);
          },
        };
      },
    },
    acceptors: {
      says: "no acceptor votes twice in a round or below its promise, or leaves a vote out of a promise, across crashes",
      make: (world) => {
        const memory = new Map(acceptorsOf(world.plan).map((place) => [place, new AcceptorMemory(place)]));
        return {
          sent: (at, _to, message) => {
            if (!at.isLiar) memory.get(at.place)?.said(message);
          },
        };
      },
    },
  };
}

/** What an acceptor has said, which it must stand by. */
class AcceptorMemory {
  readonly #place: number;
  #promised = 0;
  #vote: DecreeVote | undefined;

  constructor(place: number) {
    this.#place = place;
  }

  said(message: DecreeMessage): void {
    if (message.kind === "promise") {
      const { round, vote } = message;
      this.#promised = Math.max(this.#promised, round);
      if (this.#vote && (vote === undefined || vote.round < this.#vote.round))
        this.#breaks(message, `it has voted ${this.#vote.value} in ${this.#vote.round}`);
    }
    if (message.kind !== "learn") return;
    const { round, value } = message;
    if (round < this.#promised) this.#breaks(message, `it has promised round ${this.#promised}`);
    if (this.#vote?.round === round && this.#vote.value !== value)
      this.#breaks(message, `it has voted ${this.#vote.value} in that round`);
    this.#vote = { round, value };
  }

  #breaks(message: DecreeMessage, why: string): never {
    throw new Violation("acceptors", `p${this.#place} says ${decreeWords(message)}, though ${why}`);
  }
}

/** What is owed: CL1 and CL2. Undefined: nothing any more. */
export function decreeOwed(
  world: ClassicWorld<DecreeKinds>,
  rules: DecreeRules,
): { readonly check: string; readonly says: string } | undefined {
  const { plan, processes } = world;
  if (!isVoteTrue(world)) return undefined;
  const lacking = acceptorsOf(plan).filter((place) => {
    const { isGone, isLiar, outcomes, kept } = processes[place] as (typeof processes)[number];
    return (
      !isGone &&
      !isLiar &&
      outcomes.length === 0 &&
      !(kept?.kind === "acceptor" && kept.decided !== undefined)
    );
  });
  if (lacking.length === 0) return undefined;
  const [chosen] = chosenIn(world, rules).all.keys();
  if (chosen === undefined) return { check: "CL1", says: "nothing is chosen" };
  const who = lacking.map((place) => `p${place}`).join(" ");
  return { check: "CL2", says: `${chosen} is chosen, and ${who} did not learn it` };
}
