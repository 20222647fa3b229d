// What is gathered from other validators beside votes: VIEW-CHANGEs, messages for later heights, CHECKPOINTs. Of each
// sender the latest, or a bounded number: nobody can fill the memory of another.
import type { MemberIndex, View } from "@witan/primitives";
import type { Verified } from "../engine.ts";
import type { Checkpoint, PbftMessage, ViewChange } from "./messages.ts";

/** The latest VIEW-CHANGE of each sender. */
export class ViewChanges {
  readonly #latest = new Map<MemberIndex, Verified<ViewChange>>();

  /** How many are kept. */
  get size(): number {
    return this.#latest.size;
  }

  /** Keeps a VIEW-CHANGE, unless a later one of its sender is known. */
  add(verified: Verified<ViewChange>): void {
    const { message, sender } = verified;
    const known = this.#latest.get(sender)?.message;
    const newer =
      known === undefined ||
      message.view > known.view ||
      (message.view === known.view && message.decidedHeight >= known.decidedHeight);
    if (newer) this.#latest.set(sender, verified);
  }

  /** The views above one that are asked for: one entry for each sender. */
  above(view: View): readonly View[] {
    return [...this.#latest.values()].map(({ message }) => message.view).filter((asked) => asked > view);
  }

  /** Who asks for a view or one above, ascending. */
  askingFrom(view: View): readonly MemberIndex[] {
    return [...this.#latest.values()]
      .filter(({ message }) => message.view >= view)
      .map(({ sender }) => sender)
      .sort((a, b) => a - b);
  }

  /** The VIEW-CHANGEs for exactly a view, by sender. */
  for(view: View): readonly Verified<ViewChange>[] {
    return [...this.#latest.values()]
      .filter(({ message }) => message.view === view)
      .sort((a, b) => a.sender - b.sender);
  }

  /** Forgets those for a view and below. */
  forget(view: View): void {
    for (const [sender, { message }] of this.#latest) if (message.view <= view) this.#latest.delete(sender);
  }

  /** Forgets all: other members decide now. */
  clear(): void {
    this.#latest.clear();
  }
}

/** Messages for heights (or members) that are not reached yet. Validators never enter a height at the same moment. */
export class LaterMessages<One extends { readonly sender: MemberIndex } = Verified<PbftMessage>> {
  readonly #ofSender = new Map<MemberIndex, One[]>();
  readonly #max: number;

  /** @param max messages kept of one sender; the newest stay */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many are kept. */
  get size(): number {
    let size = 0;
    for (const kept of this.#ofSender.values()) size += kept.length;
    return size;
  }

  add(message: One): void {
    const kept = this.#ofSender.get(message.sender) ?? [];
    this.#ofSender.set(message.sender, kept);
    kept.push(message);
    if (kept.length > this.#max) kept.shift();
  }

  /** Takes all out. */
  take(): readonly One[] {
    const all = [...this.#ofSender.values()].flat();
    this.#ofSender.clear();
    return all;
  }
}

/** A CHECKPOINT and who said it, by signature or by channel. */
interface Said {
  readonly sender: MemberIndex;
  readonly message: Checkpoint;
}

/** Times that a member is told one's own CHECKPOINT when it repeats its own: two that lack nothing would never end. */
const TOLD_AGAIN_MAX = 3;

/** The latest CHECKPOINT of each sender, and one's own. */
export class Checkpoints {
  readonly #latest = new Map<MemberIndex, Checkpoint>();
  readonly #toldAgain = new Map<MemberIndex, number>();
  #stable = 0;
  #own: Checkpoint | undefined;

  /** How many of others are kept. */
  get size(): number {
    return this.#latest.size;
  }

  /** The last that this validator said. */
  get own(): Checkpoint | undefined {
    return this.#own;
  }

  /** The last that this validator said, while no quorum is known to have said the same. */
  get unsettled(): Checkpoint | undefined {
    return this.#own && this.#own.height > this.#stable ? this.#own : undefined;
  }

  /** This validator says one. */
  say(checkpoint: Checkpoint): void {
    this.#own = checkpoint;
    this.#toldAgain.clear();
  }

  /**
   * One's own CHECKPOINT, if the sender of this one says it again and again while a quorum is known here: it lacks that
   * quorum, and those who have it say theirs no more. To be asked before `add`.
   */
  lackedBy({ message, sender }: Said): Checkpoint | undefined {
    const own = this.unsettled === undefined ? this.#own : undefined;
    const isRepeated = this.#latest.get(sender)?.height === message.height;
    const told = this.#toldAgain.get(sender) ?? 0;
    if (own?.height !== message.height || !isRepeated || told >= TOLD_AGAIN_MAX) return undefined;
    this.#toldAgain.set(sender, told + 1);
    return own;
  }

  /** Counts a CHECKPOINT; true if with it, for the first time, a quorum has said the same. */
  add({ message, sender }: Said, quorum: number): boolean {
    const known = this.#latest.get(sender);
    if (known && known.height >= message.height) return false;
    this.#latest.set(sender, message);
    if (message.height <= this.#stable) return false;
    const same = [...this.#latest.values()].filter(
      ({ height, digest }) => height === message.height && digest === message.digest,
    );
    if (same.length < quorum) return false;
    this.#stable = message.height;
    return true;
  }

  /** Forgets what members said who decide no more; what one said oneself was signed for them, and means nothing now. */
  clear(): void {
    this.#own = undefined;
    this.#latest.clear();
    this.#toldAgain.clear();
  }
}
