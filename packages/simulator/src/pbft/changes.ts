// Whom the blocks of a world of PBFT engines change: members are added, removed, or get another key. Never are there more
// liars than a world may have.
import { type BlockHash, byzantineMax, type Member, type Membership } from "@witan/primitives";
import { Random } from "../random.ts";
import type { Cast } from "./cast.ts";
import type { PbftPlan } from "./plan.ts";

/** Several changes in one block are no more than these. */
const SEVERAL = 5;

type ChangesPlan = Pick<PbftPlan, "seed" | "changesPermille" | "changes">;

/** The changes of one world. */
export class Changes {
  readonly #cast: Cast;
  readonly #plan: ChangesPlan;

  constructor(cast: Cast, plan: ChangesPlan) {
    this.#cast = cast;
    this.#plan = plan;
  }

  /** Who decides behind a block; undefined: the same. */
  after(hash: BlockHash, { members }: Membership): readonly Member[] | undefined {
    const { seed, changesPermille, changes } = this.#plan;
    if (changesPermille === 0) return undefined;
    const random = Random.of(seed, `block ${hash}`);
    if (!random.chance(changesPermille)) return undefined;
    if (changes === "all") return this.#handedOver(members);
    let next = members;
    for (let left = changes === "one" ? 1 : random.between(2, SEVERAL); left > 0; left--)
      next = this.#changed(random, next) ?? next;
    return next === members ? undefined : next;
  }

  /** All that are outside take over, by their first keys. */
  #handedOver(members: readonly Member[]): readonly Member[] | undefined {
    const cast = this.#cast;
    const next = cast.names
      .filter((name) => !members.some((one) => one.name === name))
      .map((name) => cast.member(name, 0));
    const liars = next.filter(({ name }) => cast.isLiar(name)).length;
    return next.length > 0 && liars <= byzantineMax(next.length) ? next : undefined;
  }

  /** One is added, removed, or has its key replaced; never are there more liars than f, or 2f where f is passed. */
  #changed(random: Random, members: readonly Member[]): readonly Member[] | undefined {
    const cast = this.#cast;
    const outside = cast.names.filter((name) => !members.some((one) => one.name === name));
    const at = random.below(members.length);
    const leaving = members[at] as Member;
    let next: readonly Member[];
    switch (random.below(3)) {
      case 0: {
        if (outside.length === 0) return undefined;
        next = [...members, cast.member(random.pick(outside), 0)];
        break;
      }
      case 1:
        next = members.toSpliced(at, 1);
        break;
      default: {
        const [first] = cast.keysOf(leaving.name);
        next = members.with(at, cast.member(leaving.name, leaving.votingKey === first ? 1 : 0));
      }
    }
    if (next.length === 0) return undefined;
    const liars = next.filter(({ name }) => cast.isLiar(name)).length;
    const before = members.filter(({ name }) => cast.isLiar(name)).length;
    // Where there are more than f already, there are never more than 2f: beyond that nothing is promised at all.
    const most = byzantineMax(next.length);
    const allowed = before > byzantineMax(members.length) ? 2 * most : most;
    return liars <= allowed ? next : undefined;
  }
}
