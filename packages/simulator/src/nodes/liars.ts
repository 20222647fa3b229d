// The liars of a world of whole nodes: their taps, what they share, and their moments to speak unasked.
import type { SealedTransaction } from "@witan/ledger";
import { Random } from "../random.ts";
import type { NodeProcess } from "./node-process.ts";
import { echo } from "./taps/echo.ts";
import { type Conspiracy, type Liar, tapOf } from "./taps/tap.ts";
import type { NodesWorld } from "./world.ts";

/** From one moment to speak to the next. */
const SPEAK_US = 100_000;
/** Of a thousand liars that run twice so many have each process say what the other said. */
const ECHO_PERMILLE = 400;

/** All liars of one world. */
export class Liars {
  readonly conspiracy: Conspiracy = {
    ...{ bad: new Map(), bodies: new Map(), ballots: new Map(), sayings: new Map() },
  };
  readonly #world: NodesWorld;
  readonly #nodes: ReadonlySet<number>;
  #speakers: readonly NodeProcess[] = [];

  constructor(world: NodesWorld) {
    this.#world = world;
    this.#nodes = new Set(world.plan.liars.map(({ node }) => node));
  }

  /** Whether a node is a liar's. */
  includes({ node }: NodeProcess): boolean {
    return this.#nodes.has(node);
  }

  begin(): void {
    const { plan, processes, protocol } = this.#world;
    for (const { node, conducts, twin } of plan.liars) {
      const echoes = twin && Random.of(plan.seed, `echo ${node}`).chance(ECHO_PERMILLE);
      for (const process of processes.filter((one) => one.node === node)) {
        const makers = conducts.flatMap((name) => protocol.taps[name]?.make ?? []);
        if (echoes) makers.push(echo);
        if (makers.length > 0) process.tap = tapOf(makers, this.#liar(process));
      }
    }
    this.#speakers = processes.filter(({ tap }) => tap !== undefined);
    if (this.#speakers.length > 0) this.#speakAt(SPEAK_US);
  }

  #speakAt(atUs: number): void {
    this.#world.queue.at(atUs, () => {
      for (const { network } of this.#speakers) network?.speak();
      this.#speakAt(atUs + SPEAK_US);
    });
  }

  #liar(process: NodeProcess): Liar {
    const world = this.#world;
    const { node, place, keys } = process;
    const { cast, clients } = world;
    return {
      ...{ node, place, keys, cast, conspiracy: this.conspiracy },
      random: Random.of(world.plan.seed, `liar ${place}`),
      get height(): number {
        return Math.max(0, process.height);
      },
      get finals(): readonly SealedTransaction[] {
        return clients.finalsUpTo(process.height);
      },
      sign: (digest, key) => cast.scheme.sign(digest, key),
      did(what) {
        world.count(what);
        world.note(process, "lie", () => what);
      },
    };
  }
}
