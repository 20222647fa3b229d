// What operators want to read of consensus: views and rounds that were given up, and who decides from now on. Lines for
// the log; changes nothing.
import type { RoundCause } from "@witan/consensus";
import { formatPeerId } from "@witan/crypto";
import type { ConsensusMode, MemberIndex, Membership } from "@witan/primitives";
import type { Log } from "../ports.ts";
import type { NodePorts } from "../settings.ts";
import type { ConsensusStatus } from "./consensus-host.ts";
import { otherPeerKey } from "./peer-key.ts";
import { type Turn, turnOf } from "./turn.ts";

/** How the protocols call it. */
interface Words {
  readonly turn: string;
  readonly leader: string;
  /** By this node among others. */
  readonly givenUp: string;
  /** By others: this node comes after them. */
  readonly followed: string;
}

const ACCEPTORS_WENT_ON = "a round was given up: acceptors went on to a later one";

const WORDS: Readonly<Record<Exclude<ConsensusMode, "pow">, Words>> = {
  pbft: {
    ...{ turn: "view", leader: "primary" },
    givenUp: "a view was given up: under its primary nothing was decided in time",
    followed: "a view was given up: the other members went on to a later one",
  },
  "bp-fast-paxos": {
    ...{ turn: "round", leader: "proposer" },
    ...{ givenUp: ACCEPTORS_WENT_ON, followed: ACCEPTORS_WENT_ON },
  },
};

/** Why a round was given up. */
const CAUSES: Readonly<Record<RoundCause, string>> = {
  misbehaviour:
    "a round was given up: its proposer misbehaved, as consensus_evidence of those who saw it says",
  suspicion:
    "a round was given up: its proposer is suspected, since nothing was decided in time, its block's time was too far from the clocks here, or it used little of its time",
  followed: ACCEPTORS_WENT_ON,
};

/** Tells of turning points. */
export class TurningPoints {
  readonly #log: Log;
  /** What this node votes with, and what it is called on the network. */
  readonly #own: Pick<NodePorts, "signer" | "network">;
  #membership: Membership;
  #seen: Turn | undefined;
  /** A turn was given up, and of the one after it was not told yet that it has begun. */
  #awaitsBegin = false;

  constructor(ports: Pick<NodePorts, "log" | "signer" | "network">, membership: Membership) {
    this.#log = ports.log;
    this.#own = ports;
    this.#membership = membership;
    this.#warnOfSeveral();
    this.#warnOfPeerKey();
  }

  /** Other members decide from now on, or the same with other keys. */
  membersAre(membership: Membership): void {
    const before = this.#membership;
    if (membership.from === before.from) return;
    this.#membership = membership;
    const { from } = membership;
    const old = new Map(before.members.map((member) => [member.name, member]));
    const now = new Map(membership.members.map((member) => [member.name, member]));
    for (const { name: member, votingKey, peerId } of membership.members) {
      const was = old.get(member);
      if (was === undefined) {
        this.#log.info({ member, from }, "a member was added");
        continue;
      }
      if (was.votingKey !== votingKey) {
        const keys = { was: was.votingKey, now: votingKey };
        this.#log.info({ member, from, ...keys }, "a member's voting key was replaced");
      }
      if (was.peerId !== peerId) {
        const keys = { was: formatPeerId(was.peerId), now: formatPeerId(peerId) };
        this.#log.info({ member, from, ...keys }, "a member's peer key was replaced");
      }
    }
    for (const { name: member } of before.members)
      if (!now.has(member)) this.#log.info({ member, from }, "a member was removed");
    this.#warnOfSeveral();
    this.#warnOfPeerKey();
  }

  /** Where consensus stands now. */
  look(status: ConsensusStatus): void {
    // Nobody's turn ever comes there.
    if (status.mode === "pow") return;
    const turn = turnOf(status);
    const { height, number, leader, isChanging } = turn;
    const before = this.#seen;
    this.#seen = turn;
    // With other members turns begin anew: that is none given up.
    if (before === undefined || before.membership !== turn.membership) {
      this.#awaitsBegin = isChanging;
      return;
    }
    const words = WORDS[status.mode];
    const name = this.#nameOf(leader);
    if (number > before.number) {
      const fields = { height, from: before.number, to: number, [words.leader]: this.#nameOf(before.leader) };
      const asked = turn.asked.map((member) => this.#nameOf(member));
      // Who gives up a view asks for the next; who is in a later one without that has followed the others there.
      const own = isChanging ? words.givenUp : words.followed;
      const why = turn.cause === undefined ? own : CAUSES[turn.cause];
      this.#log.info({ ...fields, next: name, asked }, why);
    }
    if (isChanging || number > before.number) this.#awaitsBegin = true;
    // A block may be decided by what was said in the turn before.
    if (!this.#awaitsBegin || isChanging || turn.phase === "deciding") return;
    this.#awaitsBegin = false;
    this.#log.info({ height, [words.turn]: number, [words.leader]: name }, `a new ${words.turn} has begun`);
  }

  #nameOf(member: MemberIndex | undefined): string {
    return this.#membership.members[member ?? -1]?.name ?? `${member}`;
  }

  /** One machine that votes for two fails for two: quorums count on members that fail one by one. */
  #warnOfSeveral(): void {
    const { publicKeys } = this.#own.signer;
    const own = this.#membership.members.filter(({ votingKey }) => publicKeys.includes(votingKey));
    if (own.length < 2) return;
    const members = own.map(({ name }) => name);
    this.#log.warn(
      { members },
      `keys.voting holds the keys of several members: this node votes for ${members[0]} only, and the others are silent; ` +
        "give each member a home and a machine of its own",
    );
  }
  /** Blocks go on without a member that nobody knows by its peer key, so it has to say so itself. */
  #warnOfPeerKey(): void {
    const other = otherPeerKey(this.#membership, this.#own);
    if (other === undefined) return;
    const { member, from, named, own } = other;
    this.#log.warn(
      { member, from, named, own },
      "the members know this node by another peer key (named) than it runs with (own): set keys.peer to the file of that key, " +
        "and restart; while it fetches blocks from before that key was named, nothing need be done",
    );
  }
}
