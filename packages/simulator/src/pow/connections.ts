// Who is connected to whom: links break where a process crashes or hears nothing for long, and are made anew.
import { Random } from "../random.ts";
import { type PowProcess, peerAt } from "./process.ts";
import type { PowWorld } from "./world.ts";

/** How long it takes until a connection that broke is there again, in microseconds. */
const CONNECTING_US = [1_000, 5_000, 20_000, 100_000, 1_000_000] as const;

/** The connections of a world. */
export class PowConnections {
  readonly #world: PowWorld;
  readonly #random: Random;
  readonly #links = new Map<number, readonly number[]>();

  constructor(world: PowWorld) {
    this.#world = world;
    this.#random = Random.of(world.plan.seed, "connecting");
  }

  /** Those that a process is connected to, ascending. */
  of(place: number): readonly number[] {
    return this.#links.get(place) ?? [];
  }

  /** All connect to a process that was away. */
  makeAll({ place: one }: PowProcess): void {
    for (const { place } of this.#world.processes) if (place !== one) this.make(one, place);
  }

  /** Two connect after a while, if nothing stands between them. */
  make(one: number, other: number): void {
    const { queue, network, processes } = this.#world;
    const [a, b] = [processes[one] as PowProcess, processes[other] as PowProcess];
    queue.at(queue.nowUs + this.#random.by(CONNECTING_US), () => {
      this.#break(a, b);
      if (!a.up || !b.up || network.isCut(one, other) || network.isCut(other, one)) return;
      this.#link(one, other);
      this.#link(other, one);
      a.feed({ kind: "connected", peer: peerAt(other) });
      b.feed({ kind: "connected", peer: peerAt(one) });
    });
  }

  /** A process has gone. */
  left(process: PowProcess): void {
    for (const other of this.of(process.place))
      this.#break(process, this.#world.processes[other] as PowProcess);
  }

  #break(a: PowProcess, b: PowProcess): void {
    if (!this.of(a.place).includes(b.place)) return;
    this.#unlink(a.place, b.place);
    this.#unlink(b.place, a.place);
    a.feed({ kind: "disconnected", peer: peerAt(b.place) });
    b.feed({ kind: "disconnected", peer: peerAt(a.place) });
  }

  /** Asked for with every message: kept in order. */
  #link(from: number, to: number): void {
    this.#links.set(
      from,
      [...this.of(from), to].sort((a, b) => a - b),
    );
  }

  #unlink(from: number, to: number): void {
    this.#links.set(
      from,
      this.of(from).filter((place) => place !== to),
    );
  }
}
