// Two heights of BP Fast Paxos, searched through: four acceptors, two rounds, and proposers that send any ACCEPT which the
// promises that were made allow. Acceptors decide height 1 when they like, once it is chosen, change trust when they like,
// and promise again when they have decided. (What proposers can do at one height alone is the matter of
// exhaustive.test.ts: here height 1 begins with one block.) Never are two blocks chosen at a height.
import assert from "node:assert/strict";
import { type PromiseContent, type RoundStart, roundStart, supports } from "@witan/consensus";
import type { BlockHash, Height, MemberIndex, View } from "@witan/primitives";
import { GENESIS } from "./fakes.ts";
import { X, Y } from "./probe.ts";
import { StateSet } from "./state-set.ts";

const ACCEPTORS = 4;
const QUORUM = 3;
const BLOCKS: readonly BlockHash[] = [X, Y];
/** Votes of the four acceptors of a state are told apart by this many numbers. */
const NUMBERS = 8_192;

/** An acceptor. Of each height its votes in rounds 0 and 1; a promise for round 1 made before, and behind, height 1. */
interface Acceptor {
  readonly round: 0 | 1;
  readonly decided: 0 | 1;
  readonly votes: readonly (readonly [number, number])[];
  readonly promised: readonly [boolean, boolean];
}

/** What a search leaves out of the rules. */
interface Rules {
  readonly start: (promises: readonly PromiseContent[]) => RoundStart;
  /** Whether an acceptor votes at a height that the proof says is decided. */
  readonly votesBelow: boolean;
  /** Whether an acceptor that has promised goes on voting in the round before, at the next height. */
  readonly keepsPromises: boolean;
}

const RULES: Rules = {
  start: (promises) => roundStart(promises, ACCEPTORS),
  votesBelow: false,
  keepsPromises: true,
};

const FIRST: Acceptor = {
  ...{ round: 0, decided: 0, promised: [false, false] },
  votes: [
    [0, 0],
    [0, 0],
  ],
};

/** What an acceptor promised for round 1 when it had decided so much. */
function promiseOf({ votes }: Acceptor, at: number, decided: number): PromiseContent {
  const blockHash = BLOCKS[(votes[decided]?.[0] ?? 0) - 1];
  return {
    ...{ membership: 1 as Height, acceptor: at as MemberIndex, round: 1 as View },
    ...{ decidedHeight: decided as Height, decidedHash: decided === 0 ? GENESIS : X },
    vote: blockHash ? [{ round: 0 as View, blockHash }] : [],
  };
}

/** All ways to take one or none of each, a quorum in all. */
function proofs(each: readonly (readonly PromiseContent[])[]): readonly (readonly PromiseContent[])[] {
  let found: readonly (readonly PromiseContent[])[] = [[]];
  for (const some of each) found = found.flatMap((proof) => [proof, ...some.map((one) => [...proof, one])]);
  return found.filter((proof) => proof.length >= QUORUM);
}

class Search {
  readonly #rules: Rules;
  readonly #reached = new StateSet<Acceptor>(ACCEPTORS, NUMBERS);
  readonly #starts = new Map<string, readonly RoundStart[]>();
  states = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** @returns at which height two blocks can be chosen; undefined: at none */
  run(): number | undefined {
    this.#reached.begin(FIRST);
    for (let state = this.#reached.take(); state !== undefined; state = this.#reached.take()) {
      this.states++;
      const { numbers, processes: all } = state;
      for (const height of [1, 2])
        if (BLOCKS.every((_, block) => isChosen(all, height, block))) return height;
      this.#go(numbers, all);
    }
    return undefined;
  }

  #go(numbers: readonly number[], all: readonly Acceptor[]): void {
    const isFirstChosen = BLOCKS.some((_, block) => isChosen(all, 1, block));
    const starts = this.#startsOf(all);
    for (const [at, acceptor] of all.entries()) {
      if (numbers.indexOf(numbers[at] as number) !== at) continue;
      const become = (next: Partial<Acceptor>) => this.#reached.become(numbers, at, { ...acceptor, ...next });
      const { round, decided, promised } = acceptor;
      if (isFirstChosen && decided === 0) become({ decided: 1 });
      const now: readonly [boolean, boolean] = decided === 0 ? [true, promised[1]] : [promised[0], true];
      const hasVoted = acceptor.votes.some((votes) => votes[1] > 0);
      if (!hasVoted) become({ round: 1, promised: now });
      const [first, second] = acceptor.votes as [readonly [number, number], readonly [number, number]];
      const vote = (of: 0 | 1, block: number): void => {
        const next = (votes: readonly [number, number]): readonly [number, number] =>
          of === 0 ? [block + 1, votes[1]] : [votes[0], block + 1];
        const votes = decided === 0 ? [next(first), second] : [first, next(second)];
        become({ round: of === 1 ? 1 : round, votes });
      };
      const own = decided === 0 ? first : second;
      for (const block of BLOCKS.keys()) {
        const isFree = decided === 1 || block === 0;
        if (own[0] === 0 && isFree && (round === 0 || !this.#rules.keepsPromises)) vote(0, block);
        if (own[1] === 0 && this.#allows(starts, decided, block)) vote(1, block);
      }
    }
  }

  #allows(starts: readonly RoundStart[], decided: number, block: number): boolean {
    const height = (decided + 1) as Height;
    return starts.some(
      (start) =>
        supports(start, height, BLOCKS[block] as BlockHash) ||
        (this.#rules.votesBelow && height <= start.base),
    );
  }

  /** All that the promises that were made for round 1 can be made to say. */
  #startsOf(all: readonly Acceptor[]): readonly RoundStart[] {
    const each = all.map((one, at) =>
      one.promised.flatMap((isPromised, decided) => (isPromised ? [promiseOf(one, at, decided)] : [])),
    );
    const name = JSON.stringify(
      each.map((some) => some.map(({ decidedHeight, vote }) => [decidedHeight, vote])),
    );
    const known = this.#starts.get(name);
    if (known) return known;
    const found = proofs(each).map((proof) => this.#rules.start(proof));
    this.#starts.set(name, found);
    return found;
  }
}

function isChosen(all: readonly Acceptor[], height: number, block: number): boolean {
  return [0, 1].some(
    (round) => all.filter(({ votes }) => votes[height - 1]?.[round] === block + 1).length >= QUORUM,
  );
}

describe("BP Fast Paxos, two heights searched through", function () {
  this.timeout(120_000);

  it("never has two blocks chosen at a height", () => {
    const search = new Search(RULES);
    assert.equal(search.run(), undefined);
    assert.ok(search.states > 50_000, `${search.states} states`);
  });

  const broken: Readonly<Record<string, Partial<Rules>>> = {
    "an acceptor votes at heights up to D": { votesBelow: true },
    "D is the lowest decided height of a proof": {
      start: (promises) => {
        const base = Math.min(...promises.map(({ decidedHeight }) => decidedHeight)) as Height;
        const low = promises.map((one) => (one.decidedHeight === base ? one : { ...one, vote: [] }));
        return { ...roundStart(low, ACCEPTORS), base };
      },
    },
    "votes at the height after D are not looked at": {
      start: (promises) => ({ ...roundStart(promises, ACCEPTORS), allowed: [] }),
    },
    "a promise does not bind at the next height": { keepsPromises: false },
  };
  for (const [what, rules] of Object.entries(broken))
    it(`finds two blocks chosen where ${what}`, () => {
      assert.notEqual(new Search({ ...RULES, ...rules }).run(), undefined);
    });
});
