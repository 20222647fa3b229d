// A node that does not keep the rules: the real engine, with conducts between it and its miner, and between it and the others.
import type { ChainHeader } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import { Random } from "../random.ts";
import type { BlockDraft, PowBlock } from "./blocks.ts";
import type { PowConduct, PowConductMaker, PowLiar } from "./conduct.ts";
import type { PowLetter } from "./letters.ts";
import type { MiningJob } from "./mining.ts";
import { PowProcess } from "./process.ts";
import type { PowWorld } from "./world.ts";

interface Named {
  readonly name: string;
  readonly conduct: PowConduct;
}

/** One liar. */
export class LiarProcess extends PowProcess {
  readonly #conducts: readonly Named[];

  constructor(world: PowWorld, place: number, conducts: Readonly<Record<string, PowConductMaker>>) {
    super(world, place);
    this.#conducts = Object.entries(conducts).map(([name, { make }]) => ({
      name,
      conduct: make(this.#asLiar(name)),
    }));
  }

  override get isLiar(): boolean {
    return true;
  }

  override moved(undone: number): void {
    super.moved(undone);
    for (const { conduct } of this.#active) conduct.moved?.();
  }

  override sometimes(): void {
    if (this.up && !this.paused) for (const { conduct } of this.#active) conduct.sometimes?.();
  }

  protected override jobFor(job: MiningJob): MiningJob {
    for (const { conduct } of this.#active) {
      const parent = conduct.parent?.();
      if (parent !== undefined) return this.mining.jobOn(parent);
    }
    return job;
  }

  protected override shaped(draft: BlockDraft): BlockDraft {
    return this.#active.reduce((shape, { conduct }) => conduct.shape?.(shape) ?? shape, draft);
  }

  protected override take(block: PowBlock): void {
    this.disk.bodies.add(block.header.hash);
    if (this.#active.some(({ conduct }) => conduct.found?.(block))) return;
    super.take(block);
  }

  protected override answerBlock(hash: BlockHash, to: number): void {
    if (this.#active.some(({ conduct }) => conduct.keepsBack?.(hash, to))) return;
    super.answerBlock(hash, to);
  }

  protected override answerHeaders(headers: readonly ChainHeader[]): readonly ChainHeader[] {
    return this.#active.reduce((all, { conduct }) => conduct.answers?.(all) ?? all, headers);
  }

  /** None any more, once the world closes. */
  get #active(): readonly Named[] {
    return this.world.isClosing ? [] : this.#conducts;
  }

  #asLiar(name: string): PowLiar {
    const { world, place } = this;
    const self = this;
    return {
      ...{ place, random: Random.of(world.plan.seed, `${name} ${place}`), blocks: world.blocks },
      get tip(): PowBlock {
        return self.tip;
      },
      get nowMs(): number {
        return self.nowMs;
      },
      others: world.plan.power.map((_, other) => other).filter((other) => other !== place),
      lies: (what) => {
        world.count(name);
        world.note(this, "lie", what);
      },
      publish: (blocks) => this.#publish(blocks),
      adopt: ({ header }) => this.feed({ kind: "mined", header }),
      send: (to, letter) => this.#send(to, letter),
      mineAgain: () => this.mining.mine(this.jobFor(this.mining.jobOn(this.tip.header.hash))),
    };
  }

  #publish(blocks: readonly PowBlock[]): void {
    for (const block of blocks)
      for (const to of this.world.connections.of(this.place)) this.#send(to, { kind: "block", block });
    for (const { header } of blocks) this.feed({ kind: "mined", header });
  }

  #send(to: number, letter: PowLetter): void {
    this.world.post(this.place, to, letter);
  }
}
