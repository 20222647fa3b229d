// What operators want to read of consensus: views that were given up, and who decides from now on. Lines for the log;
// changes nothing.
import type { PbftStatus } from "@witan/consensus";
import type { MemberIndex, Membership, PublicKey } from "@witan/primitives";
import type { Log } from "../ports.ts";

/** What is told of, as it was last seen. */
type Seen = Pick<PbftStatus, "membership" | "view" | "phase" | "primary">;

/** Tells of turning points. */
export class TurningPoints {
  readonly #log: Log;
  /** The keys that this node can vote with. */
  readonly #ownKeys: readonly PublicKey[];
  #membership: Membership;
  #seen: Seen | undefined;

  constructor(log: Log, ownKeys: readonly PublicKey[], membership: Membership) {
    this.#log = log;
    this.#ownKeys = ownKeys;
    this.#membership = membership;
    this.#warnOfSeveral();
  }

  /** Other members decide from now on, or the same with other keys. */
  membersAre(membership: Membership): void {
    const before = this.#membership;
    if (membership.from === before.from) return;
    this.#membership = membership;
    const { from } = membership;
    const old = new Map(before.members.map((member) => [member.name, member]));
    const now = new Map(membership.members.map((member) => [member.name, member]));
    for (const { name: member, votingKey } of membership.members) {
      const was = old.get(member)?.votingKey;
      if (was === undefined) this.#log.info({ member, from }, "a member was added");
      else if (was !== votingKey)
        this.#log.info({ member, from, was, now: votingKey }, "a member's voting key was replaced");
    }
    for (const { name: member } of before.members)
      if (!now.has(member)) this.#log.info({ member, from }, "a member was removed");
    this.#warnOfSeveral();
  }

  /** Where consensus stands now. */
  look({ membership, height, view, phase, primary, viewChanges }: PbftStatus): void {
    const before = this.#seen;
    this.#seen = { membership, view, phase, primary };
    // With other members views begin anew: that is no view given up.
    if (before === undefined || before.membership !== membership) return;
    const name = this.#nameOf(primary);
    if (view > before.view) {
      const fields = { height, from: before.view, to: view, primary: this.#nameOf(before.primary) };
      const asked = viewChanges.map((member) => this.#nameOf(member));
      this.#log.info(
        { ...fields, next: name, asked },
        "a view was given up: under its primary nothing was decided in time",
      );
    }
    if (phase !== "changingView" && (view > before.view || before.phase === "changingView"))
      this.#log.info({ height, view, primary: name }, "a new view has begun");
  }

  #nameOf(member: MemberIndex): string {
    return this.#membership.members[member]?.name ?? `${member}`;
  }

  /** One machine that votes for two fails for two: quorums count on members that fail one by one. */
  #warnOfSeveral(): void {
    const own = this.#membership.members.filter(({ votingKey }) => this.#ownKeys.includes(votingKey));
    if (own.length < 2) return;
    const members = own.map(({ name }) => name);
    this.#log.warn(
      { members },
      `keys.voting holds the keys of several members: this node votes for ${members[0]} only, and the others are silent; ` +
        "give each member a home and a machine of its own",
    );
  }
}
