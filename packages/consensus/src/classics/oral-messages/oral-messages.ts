// OM(m), oral messages (Lamport, Shostak, Pease: The Byzantine Generals Problem, 1982, section 3): a commander's order reaches
// all lieutenants so that the loyal ones obey the same (IC1), and a loyal commander's own (IC2), if of n > 3m generals at most
// m are traitors. A round is as long as any message takes, and a tick ends it: what has not come by then was not said.
import type { ClassicEffect, ClassicEngine, ClassicInput } from "../classic.ts";
import {
  COMMANDER,
  DEFAULT_ORDER,
  fallingProduct,
  type GeneralConfig,
  type GiveOrder,
  majorityOrder,
  type Obeys,
  type Order,
} from "../orders.ts";

/** `path`: who has said it to whom, the commander first, the sender last. "2 says that 1 says that 0 ordered to attack." */
export interface OralMessage {
  readonly path: readonly number[];
  readonly order: Order;
}

/** What a general has heard, and what came of it. */
export interface OralStatus {
  /** Rounds that are over. */
  readonly rounds: number;
  /** In the order of their paths: said nothing counts as the default. */
  readonly heard: readonly OralMessage[];
  readonly obeys: Order | undefined;
}

/** What the engine takes in. */
export type OralInput = ClassicInput<OralMessage, GiveOrder>;
/** What it wants done. */
export type OralEffect = ClassicEffect<OralMessage, never, Obeys>;

/** Messages that OM(m) sends among so many generals: (n-1) + (n-1)(n-2) + … + (n-1)…(n-m-1). */
export function oralMessageCount(generals: number, traitorsMax: number): number {
  let sum = 0;
  for (let round = 1; round <= traitorsMax + 1; round++) sum += fallingProduct(generals - 1, round);
  return sum;
}

/**
 * One general. The paper's recursion is a tree of paths here: OM(m - k) with the last general of a path as its commander is
 * the subtree below it. Nothing survives a crash: generals do not crash, traitors may say nothing.
 */
export class OralMessages implements ClassicEngine<OralMessage, GiveOrder, never, Obeys, OralStatus> {
  readonly #config: GeneralConfig;
  /** By path. Bounded: no other paths are taken than the tree has. */
  readonly #said = new Map<string, Order>();
  #rounds = 0;
  #obeys: Order | undefined;

  constructor(config: GeneralConfig) {
    this.#config = config;
  }

  step(input: OralInput): readonly OralEffect[] {
    switch (input.kind) {
      case "request":
        return this.#give(input.request);
      case "message":
        this.#hear(input.from, input.message);
        return [];
      case "tick":
        return this.#endRound();
    }
  }

  status(): OralStatus {
    const { me, traitorsMax } = this.#config;
    const rounds = Math.min(this.#rounds, traitorsMax + 1);
    const paths =
      me === COMMANDER ? [] : Array.from({ length: rounds }, (_, at) => this.#paths(at + 1)).flat();
    return {
      rounds: this.#rounds,
      heard: paths.map((path) => ({ path, order: this.#value(path) })),
      obeys: this.#obeys,
    };
  }

  #give({ order }: GiveOrder): readonly OralEffect[] {
    const { me, generals } = this.#config;
    if (me !== COMMANDER || this.#obeys !== undefined) return [];
    this.#obeys = order;
    const all = [...Array(generals).keys()].filter((to) => to !== me);
    return [
      ...all.map((to): OralEffect => ({ kind: "send", to, message: { path: [me], order } })),
      { kind: "tell", outcome: { kind: "obeys", order } },
    ];
  }

  /** The first word counts; what comes after its round, or by a way that does not exist, was not said. */
  #hear(from: number, { path, order }: OralMessage): void {
    const { me, generals, traitorsMax } = this.#config;
    const isOwed = path.length > this.#rounds && path.length <= traitorsMax + 1;
    const isWay =
      path[0] === COMMANDER &&
      path.at(-1) === from &&
      new Set(path).size === path.length &&
      path.every((at) => Number.isInteger(at) && at >= 0 && at < generals && at !== me);
    const key = path.join();
    if (!isOwed || !isWay || this.#said.has(key)) return;
    if (order === "attack" || order === "retreat") this.#said.set(key, order);
  }

  /** Says on what was heard in the round; after the last one it knows what to obey. */
  #endRound(): readonly OralEffect[] {
    const { me, generals, traitorsMax } = this.#config;
    const round = ++this.#rounds;
    if (me === COMMANDER || round > traitorsMax + 1) return [];
    if (round === traitorsMax + 1) {
      this.#obeys = this.#outcomeOf([COMMANDER]);
      return [{ kind: "tell", outcome: { kind: "obeys", order: this.#obeys } }];
    }
    return this.#paths(round).flatMap((path) => {
      const message = { path: [...path, me], order: this.#value(path) };
      const others = [...Array(generals).keys()].filter((to) => to !== me && !path.includes(to));
      return others.map((to): OralEffect => ({ kind: "send", to, message }));
    });
  }

  /** All ways of so many steps by which something may come here, in the order of their numbers. */
  #paths(length: number): readonly (readonly number[])[] {
    const { me, generals } = this.#config;
    let paths: readonly (readonly number[])[] = [[COMMANDER]];
    for (let more = 1; more < length; more++)
      paths = paths.flatMap((path) =>
        [...Array(generals).keys()]
          .filter((at) => at !== me && !path.includes(at))
          .map((at) => [...path, at]),
      );
    return paths;
  }

  #value(path: readonly number[]): Order {
    return this.#said.get(path.join()) ?? DEFAULT_ORDER;
  }

  /** What OM below this path comes to: the majority of what its commander said here, and of what the others say it said. */
  #outcomeOf(path: readonly number[]): Order {
    const { me, generals, traitorsMax } = this.#config;
    const own = this.#value(path);
    if (path.length === traitorsMax + 1) return own;
    const others = [...Array(generals).keys()].filter((at) => at !== me && !path.includes(at));
    return majorityOrder([own, ...others.map((at) => this.#outcomeOf([...path, at]))]);
  }
}
