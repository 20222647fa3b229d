// Liars that run twice, as two processes with the same keys: which of the two the others hear, and when that changes. In
// some worlds the twins divide all others between them, which is how they bring about forks; in the rest each line falls
// to either twin by chance.
import { Random } from "../random.ts";
import type { NodeProcess } from "./node-process.ts";
import type { NodesWorld } from "./world.ts";

/** Twins are cut off from some now and then, so that others hear the other one. */
const SHUFFLE_US = 2_000_000;
/** Of a thousand worlds with twins so many have them divide the others. */
const DIVIDED_PERMILLE = 600;

/** All twins of one world. */
export class Twins {
  readonly #world: NodesWorld;
  readonly #nodes: ReadonlySet<number>;
  readonly #random: Random;
  readonly #areDividing: boolean;
  /** By place: with which twins it has lines, as long as they divide the others. */
  #sides: readonly number[] = [];
  /** Links that carry nothing now, from one side to the other. */
  #cut: readonly (readonly [number, number])[] = [];

  constructor(world: NodesWorld) {
    const { plan } = world;
    this.#world = world;
    this.#nodes = new Set(plan.liars.filter(({ twin }) => twin).map(({ node }) => node));
    this.#random = Random.of(plan.seed, "sides");
    this.#areDividing = this.#random.chance(DIVIDED_PERMILLE);
  }

  begin(): void {
    if (this.#nodes.size === 0) return;
    this.#divide();
    this.#shuffleAt(SHUFFLE_US);
    this.#world.queue.at(this.#world.plan.kindAtUs, () => this.#separate([]));
  }

  /**
   * Whom a process at a place comes to that dials an identity, which several may have.
   * @param there who has it and is up; not empty
   * @returns undefined: nobody on its side
   */
  reached(there: readonly NodeProcess[], place: number, random: Random): NodeProcess | undefined {
    const anyone = random.pick(there);
    const isTwin = ({ node }: NodeProcess): boolean => this.#nodes.has(node);
    const dialler = this.#world.processes[place] as NodeProcess;
    if (!this.#areDividing || !(isTwin(dialler) || isTwin(anyone))) return anyone;
    return there.find((one) => this.#sides[one.place] === this.#sides[place]);
  }

  #divide(): void {
    const sides = this.#world.processes.map(() => 0);
    const seen = new Map<number, number>();
    // Each side half of those who run once, and one of each pair.
    for (const [number, { place, node }] of this.#random.shuffled(this.#world.processes).entries()) {
      if (!this.#nodes.has(node)) continue;
      sides[place] = seen.has(node) ? 1 - (seen.get(node) as number) : number % 2;
      seen.set(node, sides[place] as number);
    }
    const single = this.#world.processes.filter(({ node }) => !this.#nodes.has(node));
    for (const [number, { place }] of this.#random.shuffled(single).entries()) sides[place] = number % 2;
    this.#sides = sides;
    this.#separate(this.#areDividing && !this.#world.owed.agreement ? this.#across() : []);
  }

  /** All links between the sides, as often as not: the network falls apart just where it serves the liars. */
  #across(): readonly (readonly [number, number])[] {
    if (this.#random.chance(500)) return [];
    const all = [...this.#sides.keys()];
    return all.flatMap((from) =>
      all.filter((to) => this.#sides[from] !== this.#sides[to]).map((to) => [from, to] as const),
    );
  }

  #separate(cut: readonly (readonly [number, number])[]): void {
    const { network } = this.#world;
    for (const [from, to] of this.#cut) network.cut(from, to, -1);
    for (const [from, to] of cut) network.cut(from, to, 1);
    this.#cut = cut;
  }

  #shuffleAt(atUs: number): void {
    const { queue, processes, plan, random } = this.#world;
    queue.at(atUs, () => {
      if (atUs >= plan.kindAtUs) return;
      if (this.#random.chance(500)) this.#divide();
      for (const { node, network } of processes)
        if (this.#nodes.has(node) && network) network.cutSome(random);
      this.#shuffleAt(atUs + random.between(1, SHUFFLE_US));
    });
  }
}
