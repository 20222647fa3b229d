// Whom the blocks of a world of BP Fast Paxos change: proposers and acceptors are added, removed, or get another key. What a
// world may rest on stays: acceptors of which no more than t_a are gone, and a correct proposer where there was one.
import { type BlockHash, crashMax, type Member, type Membership, type PublicKey } from "@witan/primitives";
import { Random } from "../random.ts";
import type { Cast } from "./cast.ts";
import type { BpfpPlan } from "./plan.ts";

/** Several changes in one block are no more than these. */
const SEVERAL = 3;
/** With fewer none may crash. */
const ACCEPTORS_LEAST = 4;

/** The changes of one world. */
export class Changes {
  readonly #cast: Cast;
  readonly #plan: BpfpPlan;

  constructor(cast: Cast, plan: BpfpPlan) {
    this.#cast = cast;
    this.#plan = plan;
  }

  /** Who decides behind a block; undefined: the same. */
  after(hash: BlockHash, { members }: Membership): readonly Member[] | undefined {
    const { seed, changesPermille } = this.#plan;
    if (changesPermille === 0) return undefined;
    const random = Random.of(seed, `block ${hash}`);
    if (!random.chance(changesPermille)) return undefined;
    let next = members;
    for (let left = random.pick([1, 1, SEVERAL]); left > 0; left--) {
      const changed = this.#changed(random, next);
      if (changed !== undefined && this.#isBearable(changed)) next = changed;
    }
    return next === members ? undefined : next;
  }

  #changed(random: Random, members: readonly Member[]): readonly Member[] | undefined {
    const at = random.below(members.length);
    const one = members[at] as Member;
    const node = this.#cast.nodeOf(one.votingKey);
    switch (random.below(3)) {
      case 0: {
        const inside = new Set(members.map(({ votingKey }) => this.#cast.nodeOf(votingKey)));
        const outside = this.#plan.nodes.flatMap(({ role }, place) =>
          role === "observer" || inside.has(place) ? [] : [place],
        );
        return outside.length === 0 ? undefined : [...members, this.#cast.member(random.pick(outside), 0)];
      }
      case 1:
        return members.toSpliced(at, 1);
      default:
        return members.with(at, this.#cast.member(node, this.#isFirst(one.votingKey) ? 1 : 0));
    }
  }

  #isFirst(key: PublicKey): boolean {
    return this.#cast.keysOf(this.#cast.nodeOf(key))[0] === key;
  }

  #isBearable(members: readonly Member[]): boolean {
    const { liars, gone } = this.#plan;
    const nodesOf = (role: Member["role"]) =>
      members.filter((one) => one.role === role).map(({ votingKey }) => this.#cast.nodeOf(votingKey));
    const [proposers, acceptors] = [nodesOf("proposer"), nodesOf("acceptor")];
    if (proposers.length === 0 || acceptors.length < ACCEPTORS_LEAST) return false;
    const lie = (node: number) => liars.some((one) => one.node === node);
    const isCorrect = this.#plan.nodes.some(
      ({ role, isSpare }, node) => role === "proposer" && !isSpare && !lie(node),
    );
    if (isCorrect && proposers.every(lie)) return false;
    return (
      acceptors.filter((node) => gone.some((one) => one.node === node)).length <= crashMax(acceptors.length)
    );
  }
}
