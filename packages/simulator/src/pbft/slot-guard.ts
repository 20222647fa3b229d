// The rules of the signer guard (packages/crypto, signer-guard.ts) without its file, to hold engines against: a correct
// validator never asks for a signature that the guard refuses.
import type { VoteSlot } from "@witan/node";
import type { Hash, Height } from "@witan/primitives";

interface Entry extends VoteSlot {
  readonly digest: Hash;
}

/** As many slots as the real guard remembers of one height. */
const REMEMBERED = 64;

/** The guard of one voting key. */
export class SlotGuard {
  readonly #lanes = new Map<string, readonly Entry[]>();

  /** Undefined: it may be signed, and is remembered. Else why not. */
  refusal(slot: VoteSlot, digest: Hash): string | undefined {
    const entries = this.#lanes.get(slot.lane) ?? [];
    const newest = entries.at(-1);
    if (newest !== undefined) {
      const old = entries.find((entry) => compare(entry, slot) === 0);
      if (old?.digest === digest) return undefined;
      if (old !== undefined) return `contradicts: ${shown(slot)}`;
      if (compare(slot, newest) < 0) return `regresses: ${shown(slot)} after ${shown(newest)}`;
    }
    const kept = slot.height === newest?.height ? entries : [];
    this.#lanes.set(slot.lane, [...kept, { ...slot, digest }].slice(-REMEMBERED));
    return undefined;
  }

  /** The votes of the greatest height that were signed; undefined: none ever. */
  get lastVotes(): { readonly height: Height; readonly slots: readonly VoteSlot[] } | undefined {
    const slots = this.#lanes.get("vote") ?? [];
    const height = slots.at(-1)?.height;
    return height === undefined ? undefined : { height, slots };
  }
}

function compare(a: VoteSlot, b: VoteSlot): number {
  return a.height - b.height || a.view - b.view || a.step - b.step;
}

function shown({ lane, height, view, step }: VoteSlot): string {
  return `${lane} at height ${height}, view ${view}, step ${step}`;
}
