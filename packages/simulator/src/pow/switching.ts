// How the host of a world carries out a switch: it judges the branch, writes all of it at once, and answers. And how it picks
// what a block of its own holds.
import type { PowEffect } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import type { PowBlock } from "./blocks.ts";
import type { PowProcess } from "./process.ts";
import type { PowWorld } from "./world.ts";

type SwitchTip = Extract<PowEffect, { readonly kind: "switchTip" }>;

/** The switches of one process. */
export class SwitchWork {
  readonly #world: PowWorld;
  readonly #self: PowProcess;
  /** The one under way. */
  #current: SwitchTip | undefined;

  constructor(world: PowWorld, self: PowProcess) {
    this.#world = world;
    this.#self = self;
  }

  begin(effect: SwitchTip): void {
    this.#world.switching(this.#self, effect, this.#current !== undefined);
    this.#current = effect;
    const [least, most] = this.#world.plan.judgeUs;
    this.#self.later(this.#world.hostChance.between(least, most), () => this.#judged(effect));
  }

  clear(): void {
    this.#current = undefined;
  }

  #judged({ undo, apply }: SwitchTip): void {
    const { blocks, hostChance } = this.#world;
    const firstBad = apply.findIndex((hash) => blocks.flawOf(hash) !== undefined);
    const invalid = apply[firstBad];
    if (invalid !== undefined) this.#world.judged(this.#self, invalid);
    // Where nothing is undone, what holds before it may stay.
    const stays = invalid !== undefined && undo.length === 0 && hostChance.chance(500) ? firstBad : 0;
    const applied = invalid === undefined ? apply : apply.slice(0, stays);
    if (applied.length === 0) {
      this.#answer(invalid);
      return;
    }
    const { disk } = this.#self;
    const chain: readonly PowBlock[] = [
      ...disk.chain.slice(0, disk.chain.length - undo.length),
      ...applied.map((hash) => blocks.get(hash)),
    ];
    let isDurable = false;
    this.#self.writer.write(() => {
      if (isDurable) return;
      isDurable = true;
      disk.chain = chain;
      this.#self.moved(undo.length);
      this.#answer(invalid);
    });
  }

  #answer(invalid: BlockHash | undefined): void {
    this.#current = undefined;
    this.#self.feed({ kind: "switched", tip: this.#self.tip.header.hash, invalid });
  }
}

/** Payments for a block on this parent: what was heard of, and whose coins are not spent there. */
export function pick(
  { blocks, plan }: PowWorld,
  { heard }: Pick<PowProcess, "heard">,
  parent: BlockHash,
  most: number,
): readonly number[] {
  const spent = new Set(blocks.spent(parent));
  const picked: number[] = [];
  for (const payment of heard) {
    const coin = plan.payments[payment]?.coin ?? payment;
    if (picked.length === most || spent.has(coin)) continue;
    spent.add(coin);
    picked.push(payment);
  }
  return picked;
}
