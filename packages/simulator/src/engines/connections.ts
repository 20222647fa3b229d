// Connections between processes: made anew when one starts again, or when nothing came over the line for long. Then each
// tells the other where it stands, and what its clients have sent.
import { Random } from "../random.ts";
import type { EngineProcess } from "./process.ts";
import type { EngineWorld } from "./world.ts";

/** How long it takes until a connection that broke is there again. */
const CONNECTING_US = [1_000, 5_000, 20_000, 100_000, 1_000_000] as const;
/** A line over which nothing comes for so long breaks. */
export const BREAKS_US = 3_000_000;

/** The connections of a world. */
export class Connections {
  readonly #world: EngineWorld;
  readonly #random: Random;

  constructor(world: EngineWorld) {
    this.#world = world;
    this.#random = Random.of(world.plan.seed, "connecting");
  }

  /** All connect to a process that was away. */
  makeAll({ place: one }: EngineProcess): void {
    for (const { place } of this.#world.processes) if (place !== one) this.make(one, place);
  }

  /** Two connect, if nothing stands between them. */
  make(one: number, other: number): void {
    const { queue, network, processes } = this.#world;
    const [a, b] = [processes[one] as EngineProcess, processes[other] as EngineProcess];
    queue.at(queue.nowUs + this.#random.by(CONNECTING_US), () => {
      if (!a.up || !b.up || network.isCut(one, other) || network.isCut(other, one)) return;
      this.#greet(a, b);
      this.#greet(b, a);
    });
  }

  #greet(from: EngineProcess, to: EngineProcess): void {
    this.#world.pools.greet(from, to);
    to.connected(from.place, from.height);
  }
}
