// The signer of a node's voting keys: the guard's rules over a record of its own, durable before a signature is seen. It
// outlives the node's data.
import type { VoteSigner, VoteSlot } from "@witan/node";
import { type Hash, ok, type PublicKey, present, refuse } from "@witan/primitives";
import { SlotGuard } from "../pbft/slot-guard.ts";
import type { Random } from "../random.ts";
import type { NodeDisk } from "./disk.ts";
import { type Life, never } from "./life.ts";
import type { WorldScheme } from "./signatures.ts";

/** What a guard works with. */
export interface GuardOptions {
  readonly keys: readonly PublicKey[];
  readonly scheme: WorldScheme;
  /** Where its record is. */
  readonly disk: NodeDisk;
  readonly random: Random;
  /** A vote was refused. */
  readonly onRefusal: (slot: VoteSlot, why: string) => void;
}

interface Asked {
  readonly guard: SlotGuard;
  readonly slot: VoteSlot;
  readonly digest: Hash;
}

/** The guards of one node's keys, across its lives. */
export class NodeGuard {
  readonly #options: GuardOptions;
  readonly #guards: ReadonlyMap<PublicKey, SlotGuard>;
  /** What is being written down. */
  #writing: Asked | undefined;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#guards = new Map(options.keys.map((key) => [key, new SlotGuard()]));
  }

  /** The process died: what was being written down is there, or not. */
  crashed(): void {
    const writing = this.#writing;
    this.#writing = undefined;
    if (writing && this.#options.random.chance(500)) writing.guard.refusal(writing.slot, writing.digest);
  }

  /** The signer, for one life. */
  port(life: Life): VoteSigner {
    const { keys, scheme } = this.#options;
    const of = (key: PublicKey): SlotGuard => present(this.#guards.get(key), "a key of this node");
    let tail: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
      const answer = tail.then(work);
      tail = answer.catch(() => {});
      return answer;
    };
    return {
      publicKeys: keys,
      lastVotes: (key) => of(key).lastVotes,
      signVote: (key, slot, digest) => inTurn(() => this.#sign(life, key, { guard: of(key), slot, digest })),
      noteVote: async (key, slot, digest) => {
        const noted = await inTurn(() => this.#sign(life, key, { guard: of(key), slot, digest }));
        return noted.ok ? ok(undefined) : noted;
      },
      signStatement: (key, digest) => scheme.sign(digest, key),
    };
  }

  async #sign(life: Life, key: PublicKey, asked: Asked): ReturnType<VoteSigner["signVote"]> {
    const { disk, scheme, onRefusal } = this.#options;
    if (!life.reach("guard write")) return never();
    disk.maybeFail();
    this.#writing = asked;
    await life.passed(disk.writeUs());
    this.#writing = undefined;
    const refusal = asked.guard.refusal(asked.slot, asked.digest);
    if (!life.reach("guard written")) return never();
    if (refusal === undefined) return ok(scheme.sign(asked.digest, key));
    onRefusal(asked.slot, refusal);
    return refuse(refusal.startsWith("contradicts") ? "contradicts" : "regresses", refusal);
  }
}
