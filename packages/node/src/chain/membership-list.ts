// Every membership that the chain has had, in memory: engines, sync and proofs ask by height all the time. One entry for
// each change of the members, and such changes are rare.
import type { Memberships } from "@witan/consensus";
import type { GovernanceView } from "@witan/ledger";
import { assert, type Height, type Membership } from "@witan/primitives";

/** Memberships in ascending order of the height from which each counts. */
export class MembershipList {
  readonly #list: Membership[] = [];

  /** Takes note of the members after a block; nothing changes if they are those of the one before. */
  add(governance: GovernanceView): void {
    const { membership } = governance;
    const last = this.#list.at(-1);
    if (last?.from === membership.from) return;
    assert(
      last === undefined || last.from < membership.from,
      `members from ${membership.from}, behind the last`,
    );
    this.#list.push(membership);
  }

  /** All of them. */
  get all(): readonly Membership[] {
    return this.#list;
  }

  /**
   * The membership that decides a height up to `next`; of height 0, which nobody decides, the first one. Undefined
   * above: a block between may change it.
   */
  at(height: Height, next: Height): Membership | undefined {
    if (height > next) return undefined;
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#list[middle] as Membership).from <= height) low = middle + 1;
      else high = middle;
    }
    return this.#list[Math.max(0, low - 1)];
  }

  /** As engines ask. @param tip gives the height of the last block applied */
  asMemberships(tip: () => Height): Memberships {
    return (height) => this.at(height, (tip() + 1) as Height);
  }
}
