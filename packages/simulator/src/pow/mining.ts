// One miner: it finds blocks as often as its part of all hash power lets it, whatever it mines on.
import { type BlockHash, blockWork, medianTimestamp, nextTarget } from "@witan/primitives";
import { Random } from "../random.ts";
import { waitingTime } from "./chance.ts";
import type { PowProcess } from "./process.ts";
import type { PowWorld } from "./world.ts";

/** What is mined on, and what the rules prescribe there. */
export interface MiningJob {
  readonly parent: BlockHash;
  readonly target: number;
  readonly laterThan: number;
}

/** The miner of one process. */
export class Mining {
  readonly #world: PowWorld;
  readonly #self: PowProcess;
  readonly #chance: Random;
  #job: MiningJob | undefined;
  /** Counts jobs: what was begun for an earlier one finds nothing. */
  #begun = 0;

  constructor(world: PowWorld, self: PowProcess) {
    this.#world = world;
    this.#self = self;
    this.#chance = Random.of(world.plan.seed, `miner ${self.place}`);
  }

  /** Drops what it did, and begins with this. Undefined: with nothing. */
  mine(job: MiningJob | undefined): void {
    this.#job = job;
    this.#begun++;
    if (job !== undefined) this.#wait(job);
  }

  /** Its power has changed. */
  again(): void {
    this.mine(this.#job);
  }

  /** What the rules prescribe on a block. */
  jobOn(parent: BlockHash): MiningJob {
    const history = this.#world.blocks.history(parent);
    return {
      parent,
      target: nextTarget(this.#world.parameters, history),
      laterThan: medianTimestamp(history),
    };
  }

  #wait(job: MiningJob): void {
    const power = this.#world.powerOf(this.#self.place);
    if (power === 0) return;
    const begun = this.#begun;
    const tries = Number(blockWork(job.target));
    const meanUs = tries * this.#world.triesUs * (1_000 / power);
    this.#self.later(Math.ceil(waitingTime(this.#chance, meanUs)), () => {
      if (begun !== this.#begun) return;
      this.#self.found(job);
      // Who is not told to stop goes on.
      if (begun === this.#begun && this.#self.up) this.#wait(job);
    });
  }
}
