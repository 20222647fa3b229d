// One height of BP Fast Paxos, searched through: four acceptors, two blocks, three rounds, and proposers that send any
// ACCEPT which the promises that were made allow, to anybody, at any time. Acceptors change trust whenever they like.
// Whatever happens, no two blocks are chosen. Rules are those of the engine; the search knows of rounds and votes only.
import assert from "node:assert/strict";
import { type PromiseContent, type RoundStart, roundStart, supports } from "@witan/consensus";
import type { BlockHash, Height, MemberIndex, View } from "@witan/primitives";
import { GENESIS } from "./fakes.ts";
import { X, Y } from "./probe.ts";
import { StateSet } from "./state-set.ts";

const ACCEPTORS = 4;
const ROUNDS = 3;
const BLOCKS: readonly BlockHash[] = [X, Y];
const FIRST = 1 as Height;

/** An acceptor: its round, the rounds that it made a promise for, and its vote (0: none, 1: X, 2: Y) in each round. */
interface Acceptor {
  readonly round: number;
  readonly promised: readonly boolean[];
  readonly votes: readonly number[];
}

/** What a search leaves out of the rules. */
interface Rules {
  readonly quorum: number;
  readonly start: (promises: readonly PromiseContent[]) => RoundStart;
  readonly keepsPromises: boolean;
}

const RULES: Rules = {
  quorum: 3,
  start: (promises) => roundStart(promises, ACCEPTORS),
  keepsPromises: true,
};

/** The promise of an acceptor for a round that it has reached: its votes below are settled. */
function promiseOf({ votes }: Acceptor, at: number, round: number): PromiseContent {
  const below = votes.slice(0, round).findLastIndex((vote) => vote > 0);
  const blockHash = BLOCKS[(votes[below] ?? 0) - 1];
  return {
    ...{ membership: FIRST, acceptor: at as MemberIndex, round: round as View },
    ...{ decidedHeight: 0 as Height, decidedHash: GENESIS },
    vote: blockHash ? [{ round: below as View, blockHash }] : [],
  };
}

/** All sets of so many or more. */
function subsets<T>(all: readonly T[], least: number): readonly (readonly T[])[] {
  const found: (readonly T[])[] = [];
  for (let mask = 0; mask < 1 << all.length; mask++) {
    const some = all.filter((_, at) => mask & (1 << at));
    if (some.length >= least) found.push(some);
  }
  return found;
}

/** A search of all that can happen. */
class Search {
  readonly #rules: Rules;
  readonly #reached = new StateSet<Acceptor>(ACCEPTORS, 1_024);
  readonly #supported = new Map<string, readonly boolean[]>();
  states = 0;
  chosen = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** @returns whether two blocks can be chosen */
  run(): boolean {
    const none = Array(ROUNDS).fill(0);
    this.#reached.begin({ round: 0, promised: none.map(() => false), votes: none });
    for (let state = this.#reached.take(); state !== undefined; state = this.#reached.take()) {
      this.states++;
      const { numbers, processes: all } = state;
      const chosen = this.#chosen(all);
      if (chosen.every((one) => one)) return true;
      if (chosen.some((one) => one)) this.chosen++;
      this.#go(numbers, all);
    }
    return false;
  }

  #chosen(all: readonly Acceptor[]): readonly boolean[] {
    return BLOCKS.map((_, block) =>
      Array.from({ length: ROUNDS }).some(
        (_round, round) => all.filter(({ votes }) => votes[round] === block + 1).length >= RULES.quorum,
      ),
    );
  }

  /** All that any one acceptor can do next. */
  #go(numbers: readonly number[], all: readonly Acceptor[]): void {
    for (const [at, acceptor] of all.entries()) {
      if (numbers.indexOf(numbers[at] as number) !== at) continue;
      const become = (next: Acceptor) => this.#reached.become(numbers, at, next);
      for (let round = this.#rules.keepsPromises ? acceptor.round : 0; round < ROUNDS; round++) {
        if (round > acceptor.round)
          become({ ...acceptor, round, promised: acceptor.promised.with(round, true) });
        if (acceptor.votes[round]) continue;
        for (const [block, isSupported] of this.#supports(all, round).entries())
          if (isSupported)
            become({
              ...acceptor,
              round: Math.max(round, acceptor.round),
              votes: acceptor.votes.with(round, block + 1),
            });
      }
    }
  }

  /** Which blocks a proposer can get accepted in a round, by some promises of those that were made for it. */
  #supports(all: readonly Acceptor[], round: number): readonly boolean[] {
    if (round === 0) return [true, true];
    const promises = all.flatMap((one, at) => (one.promised[round] ? [promiseOf(one, at, round)] : []));
    const name = JSON.stringify(promises.map(({ vote }) => vote));
    const known = this.#supported.get(name);
    if (known) return known;
    const starts = subsets(promises, this.#rules.quorum).map((some) => this.#rules.start(some));
    const found = BLOCKS.map((hash) => starts.some((start) => supports(start, FIRST, hash)));
    this.#supported.set(name, found);
    return found;
  }
}

describe("BP Fast Paxos, one height searched through", function () {
  this.timeout(120_000);

  it("never has two blocks chosen, whatever the proposers of three rounds do", () => {
    const search = new Search(RULES);
    assert.equal(search.run(), false);
    assert.ok(
      search.states > 10_000 && search.chosen > 1_000,
      `${search.states} states, ${search.chosen} chosen`,
    );
  });

  const broken: Readonly<Record<string, Partial<Rules>>> = {
    "a vote of the highest round is as good as any, forced or not": {
      start: (promises) => {
        const { base, allowed } = roundStart(promises, ACCEPTORS);
        const highest = Math.max(...promises.flatMap(({ vote }) => vote.map(({ round }) => round)));
        const some = promises.flatMap(({ vote }) => vote.filter(({ round }) => round === highest));
        return { base, allowed: allowed.length > 0 ? some.map(({ blockHash }) => blockHash) : [] };
      },
    },
    "a value in a proof need not be supported": { start: () => ({ base: 0 as Height, allowed: [] }) },
    "two promises make a proof": { quorum: 2 },
    "an acceptor votes below the round that it promised": { keepsPromises: false },
  };
  for (const [what, rules] of Object.entries(broken))
    it(`finds two blocks chosen where ${what}`, () => {
      assert.equal(new Search({ ...RULES, ...rules }).run(), true);
    });
});
